using ActionableModels.Formats.Images;
using ActionableModels.Formats.Mappings;
using ActionableModels.Formats.Sources;
using ActionableModels.Imaging;

namespace ActionableModels.Cli;

/// <summary>
/// Frames of episodes spread evenly over those that a source gives, however many they turn out to be: of every 2ⁿ-th episode, n growing as
/// they come, so that about as many are kept as are shown.
/// </summary>
internal sealed class SourceContactSheet : IDisposable
{
    private const int Episodes = ContactSheet.Episodes;

    private readonly string field;
    private readonly FrameGeometry geometry;
    private readonly IFrameDecoding decoder;
    private readonly List<(long Episode, RgbImage Row)> rows = [];
    private long stride = 1;

    /// <summary>A sheet of a source's images.</summary>
    /// <param name="image">Field of images.</param>
    /// <param name="mapping">Says their colour order and orientation; null: RGB, upright.</param>
    /// <param name="decoder">Makes a decoder; the library's own when not given.</param>
    public SourceContactSheet(SourceField image, EpisodeMapping? mapping, Func<FrameGeometry, IFrameDecoding>? decoder = null)
    {
        field = image.Name;
        var (height, width) = Size(image);
        geometry = new(height, width, Bgr: mapping?.Bgr ?? false, UpsideDown: mapping?.UpsideDown ?? false);
        this.decoder = decoder?.Invoke(geometry) ?? new Decoding(new FrameDecoder(geometry));
    }

    /// <summary>The field whose images are shown: the mapping's, else the first one of images; null where there is none.</summary>
    public static SourceField? ImageOf(IEpisodeSource source, EpisodeMapping? mapping) =>
        source.Fields.FirstOrDefault(f => f.PerStep && f.Type == FieldType.Image && (mapping is null || f.Name == mapping.ImageField));

    /// <summary>Takes an episode's frames, if its turn has come.</summary>
    /// <param name="episode">The episode.</param>
    /// <param name="number">Its number among those read.</param>
    /// <param name="success">Whether it reached what it tried, if that is known.</param>
    /// <exception cref="Compute.ActionableException">A frame is missing or cannot be decoded.</exception>
    public void Add(SourceEpisode episode, long number, bool? success)
    {
        if (number % stride != 0) return;
        if (rows.Count == 2 * Episodes)
        {
            stride *= 2;
            rows.RemoveAll(r => r.Episode % stride != 0);
            if (number % stride != 0) return;
        }
        rows.Add((number, ContactSheet.Row(episode.Steps, success, $"episode {number}", t => Image(episode, t, number))));
    }

    /// <summary>The sheet; null without episodes.</summary>
    public RgbImage? Draw() => rows.Count == 0 ? null : Montage.Stack([.. FilmStrip.Thin(rows.Count, Episodes).Select(i => rows[i].Row)]);

    public void Dispose() => decoder.Dispose();

    private RgbImage Image(SourceEpisode episode, int row, long number)
    {
        var frame = episode.Frame(field, row);
        var image = new RgbImage(geometry.Height, geometry.Width);
        try
        {
            decoder.Decode(frame.Bytes.Span, frame.Raw, number, image.Pixels);
        }
        catch (Compute.ActionableException fault) when (fault is not SourceException)
        {
            throw episode.Bad(field, $"step {row}: {fault.Message}", fault);
        }
        return image;
    }

    // A camera's usual proportions where the schema does not tell the images' own.
    private static (int Height, int Width) Size(SourceField image) =>
        image.Shape is [> 0 and var height, > 0 and var width, ..] ? ContactSheet.TileSize(height, width) : ContactSheet.TileSize(480, 640);

    private sealed class Decoding(FrameDecoder decoder) : IFrameDecoding
    {
        public void Decode(ReadOnlySpan<byte> bytes, RawImage? raw, long episode, Span<byte> image) => decoder.Decode(bytes, raw, episode, image);

        public void Dispose() => decoder.Dispose();
    }
}

/// <summary>What decodes frames.</summary>
internal interface IFrameDecoding : IDisposable
{
    /// <summary>As <see cref="FrameDecoder.Decode"/>.</summary>
    void Decode(ReadOnlySpan<byte> bytes, RawImage? raw, long episode, Span<byte> image);
}
