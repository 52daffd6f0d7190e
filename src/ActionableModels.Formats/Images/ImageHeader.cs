using System.Buffers.Binary;
using ActionableModels.Imaging;

namespace ActionableModels.Formats.Images;

/// <summary>Formats of image files, told apart by their first bytes.</summary>
internal enum ImageFormat
{
    /// <summary>None that is read.</summary>
    None,
    /// <summary>JPEG (ITU-T T.81).</summary>
    Jpeg,
    /// <summary>PNG (ISO/IEC 15948).</summary>
    Png,
}

/// <summary>What an image file says of itself before it is decoded.</summary>
/// <param name="Format">Its format.</param>
/// <param name="Height">Rows as stored; 0 where the header does not tell.</param>
/// <param name="Width">Columns; likewise.</param>
/// <param name="Orientation">EXIF's orientation of a JPEG file, 1 to 8; 1, upright, of all others.</param>
internal readonly record struct ImageHeader(ImageFormat Format, int Height, int Width, int Orientation)
{
    private const int PngBytes = 24;

    /// <summary>The format alone.</summary>
    public static ImageFormat FormatOf(ReadOnlySpan<byte> file) => file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? ImageFormat.Jpeg
        : file.StartsWith(Png.Signature) ? ImageFormat.Png : ImageFormat.None;

    /// <summary>Reads a file's header.</summary>
    public static ImageHeader Of(ReadOnlySpan<byte> file)
    {
        var format = FormatOf(file);
        if (format == ImageFormat.Jpeg)
        {
            var markers = JpegMarkers.Of(file);
            return new(format, markers.Height, markers.Width, markers.Orientation);
        }
        if (format == ImageFormat.None || file.Length < PngBytes || !file.Slice(12, 4).SequenceEqual("IHDR"u8)) return new(format, 0, 0, 1);
        var (height, width) = (BinaryPrimitives.ReadInt32BigEndian(file[20..]), BinaryPrimitives.ReadInt32BigEndian(file[16..]));
        return new(format, Math.Max(0, height), Math.Max(0, width), 1);
    }

    /// <summary>Height and width of a JPEG or PNG file; null where the bytes are neither, or end too early.</summary>
    public static (int Height, int Width)? Size(ReadOnlySpan<byte> file) => Of(file) is { Height: > 0, Width: > 0 } header
        ? (header.Height, header.Width) : null;
}
