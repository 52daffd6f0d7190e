using System.Buffers.Binary;
using System.IO.Compression;

namespace ActionableModels.Tests.Imaging;

/// <summary>
/// Puts PNG files together chunk by chunk, valid or not. Its checksum is computed bit by bit, apart from the product's
/// table.
/// </summary>
internal static class PngBuilder
{
    public static byte[] File(params (string Type, byte[] Body)[] chunks)
    {
        var file = new List<byte> { 0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10 };
        foreach (var (type, body) in chunks) file.AddRange(Chunk(type, body));
        return [.. file];
    }

    public static byte[] Image(int width, int height, int depth, int color, byte[] raw, params (string Type, byte[] Body)[] before)
        => File([("IHDR", Header(width, height, depth, color)), .. before, ("IDAT", Zlib(raw)), ("IEND", [])]);

    public static byte[] Header(int width, int height, int depth, int color, int interlace = 0)
    {
        var body = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(body, width);
        BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(4), height);
        (body[8], body[9], body[12]) = ((byte)depth, (byte)color, (byte)interlace);
        return body;
    }

    public static byte[] Zlib(byte[] raw)
    {
        var stream = new MemoryStream();
        using (var zlib = new ZLibStream(stream, CompressionLevel.Optimal)) zlib.Write(raw);
        return stream.ToArray();
    }

    public static byte[] Chunk(string type, byte[] body)
    {
        var chunk = new byte[12 + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, body.Length);
        for (var i = 0; i < 4; i++) chunk[4 + i] = (byte)type[i];
        body.CopyTo(chunk, 8);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + body.Length), Crc(chunk.AsSpan(4, 4 + body.Length)));
        return chunk;
    }

    /// <summary>Gives every chunk of a file its right checksum, as far as the file can be walked.</summary>
    public static void MendChecksums(Span<byte> file)
    {
        for (var at = 8; at + 12 <= file.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(file[at..]);
            if (length > (uint)(file.Length - at - 12)) return;
            BinaryPrimitives.WriteUInt32BigEndian(file[(at + 8 + (int)length)..], Crc(file.Slice(at + 4, 4 + (int)length)));
            at += 12 + (int)length;
        }
    }

    private static uint Crc(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var b in data)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
        }
        return ~crc;
    }
}
