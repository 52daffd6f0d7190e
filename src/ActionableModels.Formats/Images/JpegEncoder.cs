using System.Runtime.InteropServices;
using ActionableModels.Compute;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Images;

/// <summary>Encodes JPEG files through libturbojpeg.</summary>
public static unsafe class JpegEncoder
{
    private const int PixelsRgb = 0, Half = 2, AccurateDct = 4096;

    [ThreadStatic]
    private static Handle? own;

    /// <summary>The bytes of a JPEG file (4:2:0). Equal pixels give equal bytes on one version of libturbojpeg.</summary>
    /// <param name="pixels">H·W·3 bytes, RGB.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="quality">1 to 100.</param>
    /// <exception cref="ArgumentException">The number of bytes is not H·W·3.</exception>
    /// <exception cref="ActionableException">There is no libturbojpeg on this machine, or the image is too large for JPEG.</exception>
    public static byte[] Encode(ReadOnlySpan<byte> pixels, int height, int width, int quality)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfLessThan(quality, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quality, 100);
        if (pixels.Length != (long)height * width * 3)
            throw new ArgumentException($"{pixels.Length} bytes are not an image of {height}x{width} RGB pixels", nameof(pixels));
        var library = TurboJpegLibrary.Loaded;
        own ??= new(library);
        byte* file = null;
        CULong length = default;
        try
        {
            int result;
            fixed (byte* from = pixels)
                result = library.Compress(own.Value, from, width, 0, height, PixelsRgb, &file, &length, Half, quality, AccurateDct);
            if (result != 0) throw new ActionableException(
                $"an image of {height}x{width} pixels cannot be saved as JPEG ({FileFault.Show(library.Complaint(own.Value), 120)}): use PNG");
            return new ReadOnlySpan<byte>(file, checked((int)length.Value)).ToArray();
        }
        finally
        {
            if (file is not null) library.Free(file);
        }
    }

    private sealed class Handle(TurboJpegLibrary library)
    {
        public nint Value { get; } = library.InitCompress() is var value && value != 0
            ? value
            : throw new ActionableException("libturbojpeg has no memory for an encoder: close other programs");

        ~Handle()
        {
            if (Value != 0) library.Destroy(Value);
        }
    }
}
