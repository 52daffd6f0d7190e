using System.Text;
using System.Text.RegularExpressions;
using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Formats.Export;
using ActionableModels.Formats.Images;
using ActionableModels.Formats.Mappings;
using ActionableModels.Formats.Sources;
using ActionableModels.Imaging;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Rlds;

/// <summary>Makes a JPEG file: <see cref="JpegEncoder.Encode"/>.</summary>
internal delegate byte[] RldsExportJpeg(ReadOnlySpan<byte> pixels, int height, int width, int quality);

/// <summary>
/// Writes RLDS datasets as TFDS keeps them: FOLDER/name[/config]/version with features.json, dataset_info.json and TFRecord files, of which
/// every record is one episode. One episode is in memory at a time; its images are encoded by all processors, which changes no byte.
/// </summary>
internal sealed partial class RldsExporter(RldsExportJpeg jpeg, long longestRecord = SourceOptions.DefaultLargestRecord) : IDatasetExporter
{
    internal const string FeaturesFile = "features.json", InfoFile = "dataset_info.json", MappingFile = EpisodeMapping.FileName;

    public RldsExporter() : this(JpegEncoder.Encode) { }

    public string Format => "rlds";
    public string Description => "TFRecord files that TFDS opens with builder_from_directory";
    public IReadOnlyList<string> Layouts { get; } = [.. RldsLayouts.All.Select(layout => layout.Name)];
    public bool Splits => true;

    public string Target(string folder, DatasetExportOptions options)
    {
        var layout = RldsLayouts.Named(options.Layout);
        return Path.Combine(folder, Checked(options.Name), layout.Config ?? "", layout.Version);
    }

    public IReadOnlyList<string> Write(EpisodeStore store, string folder, DatasetExportOptions options, Action<long>? progress,
        CancellationToken cancellation)
    {
        var layout = RldsLayouts.Named(options.Layout);
        var final = Target(folder, options);
        var splits = Shared(store, options);
        var encoder = new RldsExportExample(layout, store.ImageHeight, store.ImageWidth, options.Images == ImageEncoding.Lossless ? Png.Encode
            : image => jpeg(image.Pixels, image.Height, image.Width, options.JpegQuality), longestRecord);
        using var target = new RldsExportFolder(final, options.Name);
        var files = new List<string>();
        void Keep(string name, Action<Stream> write)
        {
            AtomicFile.Write(Path.Combine(target.Work, name), write);
            files.Add(Path.Combine(final, name));
        }

        var written = 0L;
        foreach (var split in splits)
        {
            var episode = split.First;
            for (var file = 0; file < split.Files.Count; file++)
            {
                var end = episode + split.Files[file];
                Keep(split.FileOf(options.Name, file), stream =>
                {
                    for (; episode < end; episode++)
                    {
                        cancellation.ThrowIfCancellationRequested();
                        var record = encoder.Encode(new RldsExportEpisode(store, episode), cancellation);
                        TfRecord.Write(stream, record);
                        split.Bytes += record.Length;
                        progress?.Invoke(++written);
                    }
                });
            }
        }
        var description = $"Episodes of {store.Header.Task}, written by Actionable Models in the layout {layout.Name}.";
        Keep(FeaturesFile, stream => stream.Write(RldsExportJson.Features(layout, store.Header, options.Images)));
        // The bounds of actions, which no layout has a place for.
        Keep(MappingFile, stream => stream.Write(Encoding.UTF8.GetBytes(EpisodeMapping.OfExport(Format, store.Actions, layout.Name))));
        Keep(InfoFile, stream => stream.Write(RldsExportJson.Info(layout, options.Name, description, splits)));
        target.Complete();
        return files;
    }

    // The last share of the episodes is the split test.
    private static RldsExportSplit[] Shared(EpisodeStore store, DatasetExportOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.EpisodesPerFile, 1, nameof(options));
        var (episodes, test) = (options.EpisodesOf(store), options.ValidationOf(store));
        var train = new RldsExportSplit("train", 0, episodes - test, options.EpisodesPerFile);
        return test == 0 ? [train] : [train, new("test", train.Episodes, test, options.EpisodesPerFile)];
    }

    private static string Checked(string name) => DatasetName().IsMatch(name) ? name : throw new ActionableException(
        $"{FileFault.Quote(name)} is no name of a TFDS dataset: begin with a lower-case letter and go on with those, digits and underscores");

    [GeneratedRegex("^[a-z][a-z0-9_]{0,99}$")]
    private static partial Regex DatasetName();
}
