using System.Buffers.Binary;

namespace ActionableModels.Formats.Import;

/// <summary>Reads the size of an image from its first bytes, without decoding it.</summary>
internal static class ImageHeader
{
    private const int PngBytes = 24;

    /// <summary>Height and width of a JPEG or PNG file; null where the bytes are neither, or end too early.</summary>
    public static (int Height, int Width)? Size(ReadOnlySpan<byte> file) => file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8]) ? Jpeg(file)
        : file.Length >= PngBytes && file.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10])
        && file.Slice(12, 4).SequenceEqual("IHDR"u8)
        ? Positive(BinaryPrimitives.ReadUInt32BigEndian(file[20..]), BinaryPrimitives.ReadUInt32BigEndian(file[16..])) : null;

    // ITU-T T.81, B.1.1: markers FF xx, most with a length that counts itself; the frame header (C0 to CF but C4, C8 and CC) has the size.
    private static (int, int)? Jpeg(ReadOnlySpan<byte> file)
    {
        for (var at = 2; at + 4 <= file.Length;)
        {
            if (file[at] != 0xFF) return null;
            var marker = file[at + 1];
            if (marker == 0xFF) at++;
            else if (marker is 0x01 or (>= 0xD0 and <= 0xD8)) at += 2;
            else if (marker is 0xD9 or 0xDA) return null;
            else if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
                return at + 9 > file.Length ? null
                    : Positive(BinaryPrimitives.ReadUInt16BigEndian(file[(at + 5)..]), BinaryPrimitives.ReadUInt16BigEndian(file[(at + 7)..]));
            else at += 2 + BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
        }
        return null;
    }

    private static (int, int)? Positive(uint height, uint width) =>
        height is > 0 and <= int.MaxValue && width is > 0 and <= int.MaxValue ? ((int)height, (int)width) : null;
}
