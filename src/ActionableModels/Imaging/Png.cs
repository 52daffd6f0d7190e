using ActionableModels.Compute;
using ActionableModels.Storage;

namespace ActionableModels.Imaging;

/// <summary>
/// Reads and writes PNG images (ISO/IEC 15948). Read: every colour type and bit depth that is not interlaced. Samples of 16 bits keep
/// their upper byte; transparency is ignored, so that the numbers are those of Pillow's <c>convert("RGB")</c>. Written: 8-bit RGB.
/// </summary>
public static class Png
{
    /// <summary>The first eight bytes of every PNG file.</summary>
    internal static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Files above this many bytes are refused.</summary>
    public const int MaxFileBytes = 64 << 20;

    /// <summary>Images above this many pixels are refused.</summary>
    public const int MaxPixels = 1 << 24;

    /// <summary>Reads an image file.</summary>
    /// <exception cref="ActionableException">The file cannot be read, is not a PNG image, is damaged or is larger than the limits.</exception>
    public static RgbImage Load(string path) => PngReader.Read(ReadBounded(path), FileFault.Show(path));

    /// <summary>Reads an image from its file's bytes.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="name">The file's name, for messages.</param>
    /// <exception cref="ActionableException">The bytes are not a PNG image, are damaged or describe an image larger than the limits.</exception>
    public static RgbImage Decode(ReadOnlySpan<byte> file, string name) => file.Length <= MaxFileBytes
        ? PngReader.Read(file, name)
        : throw TooLong(name);

    /// <summary>The bytes of a PNG file. Equal images give equal bytes on one version of .NET.</summary>
    public static byte[] Encode(RgbImage image)
    {
        var stream = new MemoryStream();
        Write(stream, image);
        return stream.ToArray();
    }

    /// <summary>Writes an image to a stream.</summary>
    public static void Write(Stream stream, RgbImage image) => PngWriter.Write(stream, image);

    /// <summary>Writes an image file, whole or not at all.</summary>
    /// <exception cref="ActionableException">The file cannot be written.</exception>
    public static void Save(string path, RgbImage image) => AtomicFile.WriteBytes(path, Encode(image));

    /// <summary>Checks that an image has the size of a camera and returns it.</summary>
    /// <param name="image">The image.</param>
    /// <param name="height">The camera's rows.</param>
    /// <param name="width">The camera's columns.</param>
    /// <param name="name">The image's file, for the message.</param>
    /// <param name="owner">Whose camera it is, for the message.</param>
    /// <exception cref="ActionableException">The sizes differ.</exception>
    public static RgbImage RequireSize(RgbImage image, int height, int width, string name, string owner = "the checkpoint")
        => image.Height == height && image.Width == width ? image : throw new ActionableException(
            $"{FileFault.Show(name)} is {image.Height}×{image.Width}, {owner}'s camera is {height}×{width} (height × width): "
            + "give an image of that size from the same camera");

    private static byte[] ReadBounded(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
            var bytes = new MemoryStream();
            var block = new byte[1 << 16];
            for (int n; (n = file.Read(block)) > 0;)
            {
                bytes.Write(block, 0, n);
                if (bytes.Length > MaxFileBytes) throw TooLong(path);
            }
            return bytes.ToArray();
        }
        catch (Exception fault) when (FileFault.Is(fault) || fault is ArgumentException)
        {
            throw FileFault.Reading(path, fault);
        }
    }

    private static ActionableException TooLong(string name) =>
        new($"{FileFault.Show(name)} is longer than {MaxFileBytes >> 20} MiB: give a smaller PNG image");
}
