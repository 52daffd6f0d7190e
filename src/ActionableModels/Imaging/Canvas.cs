namespace ActionableModels.Imaging;

/// <summary>A colour of three bytes.</summary>
/// <param name="Red">0 to 255.</param>
/// <param name="Green">0 to 255.</param>
/// <param name="Blue">0 to 255.</param>
public readonly record struct Rgb(byte Red, byte Green, byte Blue);

/// <summary>Draws rectangles, frames, enlarged images and captions into an <see cref="RgbImage"/>; what lies outside it is clipped.</summary>
public sealed class Canvas
{
    /// <summary>Rows that a line of text takes at scale 1.</summary>
    public const int TextHeight = PixelFont.Height;

    /// <summary>A canvas of one colour.</summary>
    public Canvas(int height, int width, Rgb background)
    {
        Image = new RgbImage(height, width);
        Fill(0, 0, height, width, background);
    }

    /// <summary>What has been drawn.</summary>
    public RgbImage Image { get; }

    /// <summary>Columns that a text takes.</summary>
    public static int TextWidth(int characters, int scale = 1) => Math.Max(0, characters * (PixelFont.Width + 1) - 1) * scale;

    /// <summary>Fills a rectangle.</summary>
    public void Fill(int top, int left, int height, int width, Rgb color)
    {
        var (bottom, right) = (Math.Min(top + height, Image.Height), Math.Min(left + width, Image.Width));
        for (var y = Math.Max(top, 0); y < bottom; y++)
            for (var x = Math.Max(left, 0); x < right; x++)
            {
                var pixel = Image[y, x];
                (pixel[0], pixel[1], pixel[2]) = (color.Red, color.Green, color.Blue);
            }
    }

    /// <summary>Draws a frame of <paramref name="thickness"/> pixels around (outside) a rectangle.</summary>
    public void Frame(int top, int left, int height, int width, int thickness, Rgb color)
    {
        Fill(top - thickness, left - thickness, thickness, width + 2 * thickness, color);
        Fill(top + height, left - thickness, thickness, width + 2 * thickness, color);
        Fill(top, left - thickness, height, thickness, color);
        Fill(top, left + width, height, thickness, color);
    }

    /// <summary>Draws an image, every pixel of it as a square of <paramref name="scale"/> pixels.</summary>
    public void Draw(int top, int left, RgbImage image, int scale = 1)
    {
        var (bottom, right) = (Math.Min(top + image.Height * scale, Image.Height), Math.Min(left + image.Width * scale, Image.Width));
        for (var y = Math.Max(top, 0); y < bottom; y++)
            for (var x = Math.Max(left, 0); x < right; x++)
                image[(y - top) / scale, (x - left) / scale].CopyTo(Image[y, x]);
    }

    /// <summary>Writes one line of text with its upper left corner at (top, left).</summary>
    public void Write(int top, int left, ReadOnlySpan<char> text, Rgb color, int scale = 1)
    {
        foreach (var character in text)
        {
            for (var y = 0; y < PixelFont.Height; y++)
                for (var x = 0; x < PixelFont.Width; x++)
                    if (PixelFont.IsSet(character, x, y)) Fill(top + y * scale, left + x * scale, scale, scale, color);
            left += (PixelFont.Width + 1) * scale;
        }
    }
}
