using ActionableModels.Compute;
using ActionableModels.Formats.Images;
using ActionableModels.Formats.Sources;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Import;

/// <summary>What the first good episode of a source tells of all.</summary>
/// <param name="Height">Rows of its first image.</param>
/// <param name="Width">Columns.</param>
/// <param name="Raw">Its form where it is raw pixels.</param>
/// <param name="InPlace">Whether its bytes lie in a file as they are.</param>
/// <param name="Bytes">Bytes of its first image in the source.</param>
internal sealed record SourceProbe(int Height, int Width, RawImage? Raw, bool InPlace, long Bytes)
{
    private const int MostRecords = 1000;

    /// <summary>Reads from the beginning to the first episode that can be used.</summary>
    /// <exception cref="ActionableException">There is none among the first thousand records.</exception>
    public static SourceProbe Of(IEpisodeSource source, IImportMapping mapping, CancellationToken cancellation)
    {
        SourceException? first = null;
        var records = 0;
        foreach (var item in source.Read(default, cancellation))
        {
            using var episode = item.Episode;
            try
            {
                if (item.Fault is { } fault) throw fault;
                if (Of(episode!, mapping) is { } probe) return probe;
            }
            catch (SourceException fault)
            {
                first ??= fault;
            }
            if (++records == MostRecords) break;
        }
        cancellation.ThrowIfCancellationRequested();
        throw new ActionableException($"{FileFault.Show(source.Name)}: "
            + (records == 0 ? "it holds no episodes: choose another split or dataset"
                : $"none of its first {records} records can be used; the first: {first?.Message ?? "no record has a step"}"), first);
    }

    private static SourceProbe? Of(SourceEpisode episode, IImportMapping mapping)
    {
        if (episode.Steps < 1) return null;
        var frame = episode.Frame(mapping.ImageField, 0);
        var (height, width) = SizeOf(frame, episode, mapping.ImageField, 0);
        mapping.Map(episode);
        return new(height, width, frame.Raw, frame.Place is not null, Math.Max(1, frame.Bytes.Length));
    }

    /// <summary>The size of an image.</summary>
    /// <exception cref="SourceException">It is no image.</exception>
    public static (int Height, int Width) SizeOf(in SourceFrame frame, SourceEpisode episode, string field, int row) => frame.Raw is { } raw
        ? (raw.Height, raw.Width)
        : ImageHeader.Size(frame.Bytes.Span) ?? throw episode.Bad(field, $"image {row} is neither a JPEG nor a PNG file: mend the dataset");
}
