using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Tests.Rlds;

/// <summary>Bytes of TFRecord files and of tf.train.Example, made by hand so that any of them can be made wrong.</summary>
internal static class RldsBytes
{
    public static readonly byte[] Jpeg = [0xFF, 0xD8, 0xFF, 0xE0, 1, 2, 3, 4, 5];
    public static readonly byte[] Png = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, 7, 7];

    public static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value > 127; value >>= 7) bytes.Add((byte)(value | 128));
        bytes.Add((byte)value);
        return [.. bytes];
    }

    public static byte[] Blob(int field, byte[] data) => [.. Varint((ulong)(field << 3 | 2)), .. Varint((ulong)data.Length), .. data];

    public static byte[] Floats(params float[] values) => Blob(2, Blob(1, Raw(values)));
    public static byte[] Integers(params long[] values) => Blob(3, Blob(1, [.. values.SelectMany(v => Varint((ulong)v))]));
    public static byte[] Flags(params bool[] values) => Integers([.. values.Select(v => v ? 1L : 0)]);
    public static byte[] Bytes(params byte[][] values) => Blob(1, [.. values.SelectMany(v => Blob(1, v))]);
    public static byte[] Texts(params string[] values) => Bytes([.. values.Select(Encoding.UTF8.GetBytes)]);

    public static byte[] Raw(params float[] values)
    {
        var bytes = new byte[values.Length * 4];
        for (var i = 0; i < values.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * 4), values[i]);
        return bytes;
    }

    public static byte[] Zlib(byte[] data)
    {
        // ZLibStream writes nothing where nothing is written to it.
        if (data.Length == 0) return [0x78, 0x9C, 3, 0, 0, 0, 0, 1];
        using var stream = new MemoryStream();
        using (var zlib = new ZLibStream(stream, CompressionLevel.Optimal)) zlib.Write(data);
        return stream.ToArray();
    }

    public static byte[] Entry(string key, byte[] feature) => Blob(1, [.. Blob(1, Encoding.UTF8.GetBytes(key)), .. Blob(2, feature)]);

    public static byte[] Example(IEnumerable<(string Key, byte[] Feature)> features) => Blob(1, [.. features.SelectMany(f => Entry(f.Key, f.Feature))]);

    public static byte[] Records(params byte[][] records)
    {
        using var stream = new MemoryStream();
        foreach (var record in records) TfRecord.Write(stream, record);
        return stream.ToArray();
    }
}
