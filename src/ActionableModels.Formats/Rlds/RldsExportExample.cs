using System.IO.Compression;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using ActionableModels.Compute;
using ActionableModels.Formats.Sources;
using ActionableModels.Imaging;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Rlds;

/// <summary>
/// Encodes episodes as tf.train.Example: a map of named lists of bytes, floats or int64, the values of all steps one after the other. It
/// keeps its memory for the next episode.
/// </summary>
/// <param name="layout">The fields.</param>
/// <param name="height">Rows of the images.</param>
/// <param name="width">Columns of the images.</param>
/// <param name="encodeImage">Makes an image's file; called on several threads.</param>
/// <param name="longestRecord">Most bytes of a record: what is read without being told otherwise.</param>
internal sealed class RldsExportExample(RldsLayout layout, int height, int width, Func<RgbImage, byte[]> encodeImage,
    long longestRecord = SourceOptions.DefaultLargestRecord)
{
    // Field numbers of tf.train.Feature.
    private const int BytesList = 1, FloatList = 2, Int64List = 3;

    private readonly ProtobufWriter list = new(), features = new(), example = new();
    private readonly MemoryStream compressed = new();
    private float[] numbers = [];
    private byte[] varints = [];

    /// <summary>An episode's Example, until the next call.</summary>
    /// <exception cref="ActionableException">An image cannot be read or encoded, or the episode is too long for one record.</exception>
    public ReadOnlySpan<byte> Encode(RldsExportEpisode episode, CancellationToken cancellation)
    {
        features.Clear();
        foreach (var field in layout.Fields)
        {
            list.Clear();
            Add(field.Key, field.Type switch
            {
                RldsLayoutType.Image => Images(episode, cancellation),
                RldsLayoutType.Text => Texts(field, episode),
                _ => Numbers(field, episode),
            });
        }
        example.Clear();
        example.Blob(1, features.Message);
        if (example.Length > longestRecord) throw TooLong(episode, example.Length);
        return example.Message;
    }

    private int Images(RldsExportEpisode episode, CancellationToken cancellation)
    {
        var files = new byte[episode.Rows][];
        try
        {
            Parallel.For(0, files.Length, new ParallelOptions { CancellationToken = cancellation }, () => new RgbImage(height, width),
                (row, _, image) =>
                {
                    episode.ReadImage(row, image.Pixels);
                    files[row] = encodeImage(image);
                    return image;
                }, _ => { });
        }
        catch (AggregateException fault) when (fault.InnerException is { } inner)
        {
            ExceptionDispatchInfo.Throw(inner);
        }
        var bytes = files.Sum(file => (long)file.Length);
        if (bytes > longestRecord) throw TooLong(episode, bytes);
        foreach (var file in files) list.Blob(1, file);
        return BytesList;
    }

    private ActionableException TooLong(RldsExportEpisode episode, long bytes) =>
        new($"episode {episode.Id}: it takes {bytes} bytes or more, and a record of more than {longestRecord} is not read again: store images as JPEG "
            + "or record shorter episodes");

    private int Texts(RldsLayoutField field, RldsExportEpisode episode)
    {
        var text = field.Text!(episode);
        for (var row = 0; row < (field.PerStep ? episode.Rows : 1); row++) list.Text(1, text);
        return BytesList;
    }

    private int Numbers(RldsLayoutField field, RldsExportEpisode episode)
    {
        var (rows, wide) = (field.PerStep ? episode.Rows : 1, field.Width);
        if (numbers.Length < rows * wide) numbers = new float[rows * wide];
        var values = numbers.AsSpan(0, rows * wide);
        values.Clear();
        for (var row = 0; row < rows; row++) field.Numbers!(episode, row, values.Slice(row * wide, wide));
        if (field.Zlib)
        {
            for (var row = 0; row < rows; row++) list.Blob(1, Compress(MemoryMarshal.AsBytes(values.Slice(row * wide, wide))));
            return BytesList;
        }
        if (field.Type == RldsLayoutType.Float32)
        {
            list.Blob(1, MemoryMarshal.AsBytes(values));
            return FloatList;
        }
        list.Blob(1, Varints(values));
        return Int64List;
    }

    private ReadOnlySpan<byte> Compress(ReadOnlySpan<byte> bytes)
    {
        compressed.SetLength(0);
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true)) zlib.Write(bytes);
        return compressed.GetBuffer().AsSpan(0, (int)compressed.Length);
    }

    // Whole numbers within 0 to 127, each of which is one byte of a packed list.
    private ReadOnlySpan<byte> Varints(ReadOnlySpan<float> values)
    {
        if (varints.Length < values.Length) varints = new byte[values.Length];
        for (var i = 0; i < values.Length; i++) varints[i] = checked((byte)(sbyte)values[i]);
        return varints.AsSpan(0, values.Length);
    }

    private void Add(string key, int kind)
    {
        // Map entry {1: key, 2: feature}, of which the feature is {kind: list}; keys are ASCII.
        var feature = Sized(list.Length);
        features.Head(1, Sized(key.Length) + Sized(feature));
        features.Text(1, key);
        features.Head(2, feature);
        features.Blob(kind, list.Message);
    }

    // A field of some bytes with its key and length.
    private static long Sized(long length)
    {
        var size = 2L;
        for (var rest = length >> 7; rest > 0; rest >>= 7) size++;
        return size + length;
    }
}
