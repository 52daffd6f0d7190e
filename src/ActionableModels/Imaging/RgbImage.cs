namespace ActionableModels.Imaging;

/// <summary>An 8-bit colour image in the layout of an observation: row-major, three bytes (red, green, blue) per pixel.</summary>
public sealed class RgbImage
{
    /// <summary>A black image.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An extent is not positive.</exception>
    public RgbImage(int height, int width) : this(height, width, new byte[checked(Positive(height) * Positive(width) * 3)]) { }

    /// <summary>An image over <paramref name="pixels"/>, which is not copied.</summary>
    /// <exception cref="ArgumentException">The number of bytes is not height · width · 3.</exception>
    public RgbImage(int height, int width, byte[] pixels)
    {
        if (pixels.Length != checked(Positive(height) * Positive(width) * 3))
            throw new ArgumentException($"{pixels.Length} bytes are not a {width}x{height} RGB image", nameof(pixels));
        (Height, Width, Pixels) = (height, width, pixels);
    }

    /// <summary>A copy of an observation's bytes as an image.</summary>
    /// <exception cref="ArgumentException">The number of bytes is not height · width · 3.</exception>
    public static RgbImage Copy(int height, int width, ReadOnlySpan<byte> pixels) => new(height, width, pixels.ToArray());

    /// <summary>Rows.</summary>
    public int Height { get; }
    /// <summary>Columns.</summary>
    public int Width { get; }
    /// <summary>Height · width · 3 bytes.</summary>
    public byte[] Pixels { get; }

    /// <summary>The three bytes of one pixel.</summary>
    public Span<byte> this[int y, int x] => Pixels.AsSpan((y * Width + x) * 3, 3);

    private static int Positive(int extent) =>
        extent > 0 ? extent : throw new ArgumentOutOfRangeException(nameof(extent), "an image has at least one pixel");
}
