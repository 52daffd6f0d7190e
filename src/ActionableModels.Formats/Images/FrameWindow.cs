using ActionableModels.Compute;

namespace ActionableModels.Formats.Images;

/// <summary>A rectangle of pixels in an image.</summary>
internal readonly record struct FrameWindow(int Top, int Left, int Height, int Width)
{
    /// <summary>What a geometry cuts from an upright image of a size.</summary>
    /// <exception cref="ActionableException">The image is smaller than the cut.</exception>
    public static FrameWindow Of(FrameGeometry geometry, int height, int width, long episode)
    {
        var (rows, columns) = (geometry.CropHeight, geometry.CropWidth);
        if (rows == 0)
        {
            var wide = (long)width * geometry.Height >= (long)height * geometry.Width;
            rows = wide ? height : Rounded(width, geometry.Height, geometry.Width);
            columns = wide ? Rounded(height, geometry.Width, geometry.Height) : width;
        }
        if (rows > height || columns > width) throw new ActionableException(
            $"an image of {height}x{width} pixels (height x width) is smaller than the crop of {rows}x{columns}: give a smaller crop, or none");
        var (spareRows, spareColumns) = (height - rows, width - columns);
        if (geometry.Place == CropPlace.Centre) return new(spareRows / 2, spareColumns / 2, rows, columns);
        var key = new RandomKey(geometry.Seed, Streams.FrameCrop, (ulong)episode);
        return new((int)Philox.Below(key, 0, spareRows + 1), (int)Philox.Below(key, 1, spareColumns + 1), rows, columns);
    }

    /// <summary>The same rectangle in an image whose rows are stored from the lowest up.</summary>
    public FrameWindow Flipped(int imageHeight) => this with { Top = imageHeight - Top - Height };

    private static int Rounded(int length, int by, int over) => (int)Math.Max(1, ((long)length * by * 2 + over) / (2L * over));
}
