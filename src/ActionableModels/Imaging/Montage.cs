namespace ActionableModels.Imaging;

/// <summary>Arranges pictures in a captioned grid: contact sheets of a dataset, and the rows of a film strip.</summary>
public static class Montage
{
    /// <summary>The ground on which tiles stand.</summary>
    public static Rgb Ground { get; } = new(0x1B, 0x1F, 0x27);
    /// <summary>Text.</summary>
    public static Rgb Ink { get; } = new(0xD8, 0xDE, 0xE9);
    /// <summary>Labels under tiles.</summary>
    public static Rgb FaintInk { get; } = new(0x8B, 0x95, 0xA7);
    /// <summary>The frame of a goal image.</summary>
    public static Rgb Goal { get; } = new(0xF2, 0xB1, 0x34);
    /// <summary>The frame of a goal reached.</summary>
    public static Rgb Success { get; } = new(0x3F, 0xC3, 0x7A);
    /// <summary>The frame of a goal missed.</summary>
    public static Rgb Failure { get; } = new(0xE5, 0x53, 0x4B);

    internal const int Margin = 8, FrameWidth = 3, LabelGap = 5;

    /// <summary>The least whole factor that makes the longer side of an image at least <paramref name="pixels"/> long.</summary>
    public static int ScaleTo(RgbImage image, int pixels) =>
        Math.Max(1, (pixels + Math.Max(image.Height, image.Width) - 1) / Math.Max(image.Height, image.Width));

    /// <summary>A contact sheet: equally large tiles, row by row.</summary>
    /// <param name="tiles">At least one; all of one size.</param>
    /// <param name="columns">Tiles in a row.</param>
    /// <param name="caption">A line above the grid; what does not fit is cut.</param>
    /// <param name="scale">Whole enlargement of every tile, nearest neighbour; 0 picks one that makes tiles about 96 pixels large.</param>
    /// <exception cref="ArgumentException">There is no tile, or the sizes differ.</exception>
    public static RgbImage Grid(IReadOnlyList<Tile> tiles, int columns, string caption = "", int scale = 0)
    {
        if (tiles.Count == 0 || columns < 1) throw new ArgumentException("a montage has at least one tile and one column");
        var first = tiles[0].Image;
        if (tiles.Any(t => t.Image.Height != first.Height || t.Image.Width != first.Width))
            throw new ArgumentException("the tiles of a montage have one size");
        if (scale == 0) scale = ScaleTo(first, 96);
        columns = Math.Min(columns, tiles.Count);
        var rows = (tiles.Count + columns - 1) / columns;
        var (height, width) = (first.Height * scale, first.Width * scale);
        var labelled = tiles.Any(t => t.Label.Length > 0);
        var captionHeight = caption.Length > 0 ? 2 * Canvas.TextHeight + Margin : 0;
        var rowStep = height + 2 * FrameWidth + Margin + (labelled ? LabelGap + Canvas.TextHeight : 0);
        var columnStep = width + 2 * FrameWidth + Margin;
        var canvas = new Canvas(Margin + captionHeight + rows * rowStep, Margin + columns * columnStep, Ground);
        canvas.Write(Margin, Margin + FrameWidth, Fit(caption, canvas.Image.Width - 2 * (Margin + FrameWidth), 2), Ink, 2);
        for (var i = 0; i < tiles.Count; i++)
        {
            var top = Margin + captionHeight + i / columns * rowStep + FrameWidth;
            var left = Margin + i % columns * columnStep + FrameWidth;
            canvas.Draw(top, left, tiles[i].Image, scale);
            if (tiles[i].Frame is { } color) canvas.Frame(top, left, height, width, FrameWidth, color);
            canvas.Write(top + height + FrameWidth + LabelGap, left, Fit(tiles[i].Label, width, 1), tiles[i].Frame ?? FaintInk);
        }
        return canvas.Image;
    }

    /// <summary>Puts images under one another, left-aligned.</summary>
    /// <exception cref="ArgumentException">There is no image.</exception>
    public static RgbImage Stack(IReadOnlyList<RgbImage> images)
    {
        if (images.Count == 0) throw new ArgumentException("a stack has at least one image");
        var canvas = new Canvas(images.Sum(i => i.Height), images.Max(i => i.Width), Ground);
        var top = 0;
        foreach (var image in images)
        {
            canvas.Draw(top, 0, image);
            top += image.Height;
        }
        return canvas.Image;
    }

    private static ReadOnlySpan<char> Fit(string text, int width, int scale)
    {
        var characters = Math.Max(0, (width / scale + 1) / (PixelFont.Width + 1));
        return text.AsSpan(0, Math.Min(text.Length, characters));
    }
}
