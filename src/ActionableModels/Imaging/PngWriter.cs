using System.Buffers.Binary;
using System.IO.Compression;

namespace ActionableModels.Imaging;

/// <summary>The PNG encoder: 8-bit RGB, per row the filter with the least sum of absolute differences.</summary>
internal static class PngWriter
{
    public static void Write(Stream stream, RgbImage image)
    {
        stream.Write(Png.Signature);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, image.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], image.Height);
        (header[8], header[9]) = (8, 2);
        WriteChunk(stream, "IHDR"u8, header);
        WriteChunk(stream, "IDAT"u8, Compress(image));
        WriteChunk(stream, "IEND"u8, default);
    }

    private static ReadOnlySpan<byte> Compress(RgbImage image)
    {
        var rowBytes = image.Width * 3;
        var filtered = new byte[(rowBytes + 1) * image.Height];
        var candidate = new byte[rowBytes + 1];
        ReadOnlySpan<byte> above = new byte[rowBytes];
        for (var y = 0; y < image.Height; y++)
        {
            var row = image.Pixels.AsSpan(y * rowBytes, rowBytes);
            var best = long.MaxValue;
            for (var filter = 0; filter <= 4; filter++)
            {
                var cost = Filter(filter, row, above, candidate);
                if (cost >= best) continue;
                best = cost;
                candidate.CopyTo(filtered, y * (rowBytes + 1));
            }
            above = row;
        }
        var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.SmallestSize, leaveOpen: true)) zlib.Write(filtered);
        return compressed.GetBuffer().AsSpan(0, (int)compressed.Length);
    }

    private static long Filter(int filter, ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, Span<byte> result)
    {
        var sum = 0L;
        result[0] = (byte)filter;
        for (var i = 0; i < row.Length; i++)
        {
            var difference = (byte)(row[i] - PngFilter.Predict(filter, i < 3 ? 0 : row[i - 3], above[i], i < 3 ? 0 : above[i - 3]));
            result[i + 1] = difference;
            sum += Math.Abs((int)(sbyte)difference);
        }
        return sum;
    }

    private static void WriteChunk(Stream stream, ReadOnlySpan<byte> type, ReadOnlySpan<byte> body)
    {
        Span<byte> word = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(word, body.Length);
        stream.Write(word);
        stream.Write(type);
        stream.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(word, Crc32.Of(body, Crc32.Of(type)));
        stream.Write(word);
    }
}
