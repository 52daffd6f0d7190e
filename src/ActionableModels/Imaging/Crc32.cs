using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace ActionableModels.Imaging;

/// <summary>The CRC-32 of PNG and zlib (ISO 3309, reflected polynomial EDB88320), eight bytes at a time.</summary>
internal static class Crc32
{
    private const int Step = sizeof(ulong);

    // Row k: what a byte becomes with k bytes behind it (Kounavis and Berry, "slicing by 8").
    private static readonly uint[] Tables = MakeTables();

    /// <summary>
    /// The checksum of <paramref name="data"/>, or of what came before and <paramref name="data"/> when <paramref name="crc"/> is
    /// given.
    /// </summary>
    public static uint Of(ReadOnlySpan<byte> data, uint crc = 0)
    {
        ReadOnlySpan<uint> tables = Tables.AsSpan(0, Step * 256);
        crc = ~crc;
        var words = MemoryMarshal.Cast<byte, ulong>(data);
        foreach (var word in words)
        {
            var w = (BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word)) ^ crc;
            crc = tables[7 * 256 + (byte)w] ^ tables[6 * 256 + (byte)(w >> 8)] ^ tables[5 * 256 + (byte)(w >> 16)]
                ^ tables[4 * 256 + (byte)(w >> 24)] ^ tables[3 * 256 + (byte)(w >> 32)] ^ tables[2 * 256 + (byte)(w >> 40)]
                ^ tables[256 + (byte)(w >> 48)] ^ tables[(byte)(w >> 56)];
        }
        foreach (var b in data[(words.Length * Step)..]) crc = tables[(byte)(crc ^ b)] ^ (crc >> 8);
        return ~crc;
    }

    private static uint[] MakeTables()
    {
        var tables = new uint[Step * 256];
        for (var n = 0u; n < 256; n++)
        {
            var c = n;
            for (var bit = 0; bit < 8; bit++) c = (c & 1) != 0 ? 0xEDB88320 ^ (c >> 1) : c >> 1;
            tables[n] = c;
        }
        for (var i = 256; i < tables.Length; i++) tables[i] = tables[(byte)tables[i - 256]] ^ (tables[i - 256] >> 8);
        return tables;
    }
}
