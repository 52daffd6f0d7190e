using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace ActionableModels.Storage;

/// <summary>
/// TensorFlow's record framing: length (8 bytes, little-endian), its masked CRC-32C, the data, its masked CRC-32C.
/// </summary>
public static class TfRecord
{
    /// <summary>CRC-32C (Castagnoli), as in RFC 3720.</summary>
    public static uint Crc32C(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        var words = MemoryMarshal.Cast<byte, ulong>(data);
        foreach (var word in words)
            crc = BitOperations.Crc32C(crc, BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word));
        foreach (var b in data[(words.Length * sizeof(ulong))..]) crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }

    /// <summary>The checksum as records store it: rotated right by 15 bits, plus a constant.</summary>
    public static uint MaskedCrc32C(ReadOnlySpan<byte> data) => BitOperations.RotateRight(Crc32C(data), 15) + 0xA282EAD8;

    /// <summary>Writes one record.</summary>
    public static void Write(Stream stream, ReadOnlySpan<byte> data)
    {
        Span<byte> head = stackalloc byte[12], tail = stackalloc byte[4];
        BinaryPrimitives.WriteInt64LittleEndian(head, data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[8..], MaskedCrc32C(head[..8]));
        BinaryPrimitives.WriteUInt32LittleEndian(tail, MaskedCrc32C(data));
        stream.Write(head);
        stream.Write(data);
        stream.Write(tail);
    }
}
