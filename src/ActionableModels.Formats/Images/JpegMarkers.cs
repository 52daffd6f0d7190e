using System.Buffers.Binary;

namespace ActionableModels.Formats.Images;

/// <summary>What lies before the first scan of a JPEG file (ITU-T T.81, annex B) and concerns more than the decoder.</summary>
/// <param name="PlainSampling">Whether colour is stored in one of the three usual shapes with their usual factors.</param>
/// <param name="Orientation">EXIF's orientation, 1 to 8; 1, upright, where nothing is said.</param>
/// <param name="Height">Rows; 0 where no frame header tells them.</param>
/// <param name="Width">Columns; likewise.</param>
internal readonly record struct JpegMarkers(bool PlainSampling, int Orientation, int Height, int Width)
{
    private const int StartOfScan = 0xDA, EndOfImage = 0xD9, Exif = 0xE1, OrientationTag = 0x112, Short = 3;

    /// <summary>Looks through a file; what is damaged ends the search.</summary>
    public static JpegMarkers Of(ReadOnlySpan<byte> file)
    {
        var (plain, orientation, height, width) = (false, 1, 0, 0);
        for (var at = 2; at + 4 <= file.Length && file[at] == 0xFF;)
        {
            var kind = file[at + 1];
            if (kind == 0xFF)
            {
                at++;
                continue;
            }
            if (kind is StartOfScan or EndOfImage or 0) break;
            if (kind is 0x01 or (>= 0xD0 and <= 0xD8))
            {
                at += 2;
                continue;
            }
            var length = BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
            if (length < 2 || length > file.Length - at - 2) break;
            var body = file.Slice(at + 4, length - 2);
            if (kind is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
            {
                plain = IsPlain(body);
                if (body.Length >= 5) (height, width) = (BinaryPrimitives.ReadUInt16BigEndian(body[1..]), BinaryPrimitives.ReadUInt16BigEndian(body[3..]));
            }
            else if (kind == Exif && orientation == 1) orientation = OrientationOf(body);
            at += 2 + length;
        }
        return new(plain, orientation, height, width);
    }

    // Precision, rows, columns, components, then number, factors and table of each.
    private static bool IsPlain(ReadOnlySpan<byte> frame) =>
        frame.Length == 15 && frame[5] == 3 && frame[7] is 0x11 or 0x21 or 0x22 && frame[10] == 0x11 && frame[13] == 0x11;

    // EXIF 2.3, section 4.5: a TIFF file behind a name; the first directory's entries of 12 bytes.
    private static int OrientationOf(ReadOnlySpan<byte> body)
    {
        if (!body.StartsWith("Exif\0\0"u8)) return 1;
        var tiff = body[6..];
        var little = tiff.StartsWith("II*\0"u8);
        if (!little && !tiff.StartsWith("MM\0*"u8) || tiff.Length < 8) return 1;
        var directory = Word(tiff[4..], little);
        if (directory > tiff.Length - 2) return 1;
        var entries = tiff[(int)directory..];
        var count = Half(entries, little);
        for (var i = 0; i < count && 2 + 12 * (i + 1) <= entries.Length; i++)
        {
            var entry = entries.Slice(2 + 12 * i, 12);
            if (Half(entry, little) != OrientationTag) continue;
            return Half(entry[2..], little) == Short && Half(entry[8..], little) is >= 1 and <= 8 and var value ? value : 1;
        }
        return 1;
    }

    private static int Half(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    private static uint Word(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
