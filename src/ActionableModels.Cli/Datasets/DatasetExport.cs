using System.CommandLine;
using System.CommandLine.Parsing;
using ActionableModels.Cli.Terminal;
using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Formats.Export;
using ActionableModels.Formats.InPlace;
using ActionableModels.Formats.Sources;
using ActionableModels.Storage;

namespace ActionableModels.Cli;

/// <summary>The side of export that writes recorded episodes for other programs.</summary>
internal static class DatasetExport
{
    private static readonly Option<string?> Name = CommonOptions.Optional("--name", "name of the dataset written; the layout's if left out", "NAME");
    private static readonly Option<string?> Layout = CommonOptions.Optional("--layout",
        "names and meanings of the fields, as a public dataset has them; the format's first if left out", "LAYOUT");
    private static readonly Option<string> Encoding = Choice.Option<ImageEncoding>("--encoding",
        "images without loss (PNG files or raw pixels, as the format has it) or as JPEG files", ImageEncoding.Lossless);
    private static readonly Option<int> JpegQuality = CommonOptions.Number("--jpeg-quality", "quality of JPEG files", 95, 1, 100);
    private static readonly Option<int> EpisodesPerFile = CommonOptions.Number("--episodes-per-file",
        "most episodes of one file, where the format has several files", 100, 1, 1_000_000);
    private static readonly Option<int?> Episodes = new("--episodes") { Description = "only the first episodes; all if left out", HelpName = "N" };
    private static readonly Option<double> TestShare = CommonOptions.New("--test-share",
        "share of the episodes, the last ones, that becomes a split of its own (rlds: test; robomimic: valid; ogbench: NAME-val.npz)", 0.0);

    static DatasetExport()
    {
        Episodes.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, out var count) && count < 1)
                result.AddError($"--episodes {token.Value} is not at least 1");
        });
        TestShare.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && double.TryParse(token.Value, out var share) && share is not (>= 0 and < 1))
                result.AddError($"--test-share {token.Value} is not within 0 to below 1");
        });
    }

    /// <summary>What the formats are, a line each, for help texts.</summary>
    public static IReadOnlyList<string> Descriptions { get; } = [.. DatasetExporters.All.Select(e =>
        $"{e.Format}: {e.Description}; layout{(e.Layouts.Count > 1 ? "s" : "")} {string.Join(", ", e.Layouts)}")];

    /// <summary>The formats' names.</summary>
    public static IReadOnlyList<string> Formats { get; } = [.. DatasetExporters.All.Select(exporter => exporter.Format)];

    /// <summary>The format where none is named.</summary>
    public static string DefaultFormat => Formats[0];

    /// <summary>The options that are for datasets alone.</summary>
    public static IReadOnlyList<Option> Options { get; } = [Layout, Name, Encoding, JpegQuality, EpisodesPerFile, Episodes, TestShare];

    /// <summary>Checks the options together.</summary>
    public static void Check(CommandResult result)
    {
        if (result.GetResult(JpegQuality) is { Implicit: false } && result.GetValue(Encoding) != Choice.Name(ImageEncoding.Jpeg))
            result.AddError($"{JpegQuality.Name} goes with {Encoding.Name} {Choice.Name(ImageEncoding.Jpeg)}");
    }

    /// <summary>Writes a dataset.</summary>
    public static void Run(Invocation call, string data, string format, string folder, bool replace)
    {
        var exporter = DatasetExporters.All.Single(e => e.Format == format);
        var layout = call.Get(Layout) ?? exporter.Layouts[0];
        if (!exporter.Layouts.Contains(layout)) throw new ActionableException(Names.Unknown($"layout of {format}", layout, exporter.Layouts));
        if (!exporter.Splits && call.IsGiven(TestShare))
            throw new ActionableException($"{TestShare.Name} does not go with --format {format}, which has no splits: leave it out");
        var options = new DatasetExportOptions(call.Get(Name) ?? layout.Replace('-', '_'), layout, Choice.Parse<ImageEncoding>(call.Get(Encoding)),
            call.Get(JpegQuality), call.Get(EpisodesPerFile), call.Get(TestShare), call.Get(Episodes));
        var target = exporter.Target(folder, options);
        OutputFiles.Check(Path.Combine(target, "file"));
        if (!replace && Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any())
            throw new ActionableException($"{target}: exists already; replace it with --force or choose another folder");

        using var store = EpisodeStore.Open(data, frames: InPlaceFrames.Open);
        KeepOriginals(store, target);
        var (episodes, test) = (options.EpisodesOf(store), options.ValidationOf(store));
        var steps = options.StepsOf(store);
        using var progress = call.Progress("exporting", episodes, "episodes");
        var files = exporter.Write(store, folder, options, done => progress.Update(done), call.Cancellation);
        progress.Finish();
        var written = files.Select(file => new ExportedDatasetFile(file, new FileInfo(file).Length)).ToArray();
        var bytes = written.Sum(file => file.Bytes);
        call.Result(new DatasetExportResult(data, format, layout, options.Name, target, episodes, test, steps, steps + episodes, bytes, written),
            text => text.WriteLine($"{target}: {Amount.Count(episodes)} episodes{(test > 0 ? $" ({Amount.Count(test)} of them for tests)" : "")}, "
                + $"{Amount.Count(steps + episodes)} frames as {format} in the layout {layout}; "
                + $"{Amount.Count(written.Length)} files, {Amount.Bytes(bytes)}"));
    }

    // What is exported is read from there while the target is written, and the target's old files go.
    private static void KeepOriginals(EpisodeStore store, string target)
    {
        foreach (var folder in (string?[])[store.Folder, store.Header.Frames?.Folder])
        {
            if (folder is null || !Overlap(folder, target)) continue;
            throw new ActionableException($"{FileFault.Show(target)}: is, holds or lies in {FileFault.Show(folder)}, "
                + (folder == store.Folder ? "the dataset that is exported" : "where the frames of the dataset lie") + ": choose another folder");
        }
    }

    private static bool Overlap(string folder, string target)
    {
        try
        {
            var (one, other) = (DatasetLinks.Real(folder), DatasetLinks.Real(target));
            return DatasetLinks.IsIn(one, other) || DatasetLinks.IsIn(other, one);
        }
        catch (Exception fault) when (FileFault.Is(fault))
        {
            throw FileFault.Writing(target, fault);
        }
    }
}

/// <summary>What export prints of a dataset.</summary>
internal sealed record DatasetExportResult(string Dataset, string Format, string Layout, string Name, string Folder, int Episodes, int TestEpisodes,
    long Steps, long Frames, long Bytes, ExportedDatasetFile[] Files);

/// <summary>A file of a dataset that export wrote.</summary>
internal sealed record ExportedDatasetFile(string Path, long Bytes);
