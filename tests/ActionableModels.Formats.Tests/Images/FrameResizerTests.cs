using ActionableModels.Compute;
using ActionableModels.Formats.Images;

namespace ActionableModels.Formats.Tests.Images;

/// <summary>Resizing against plain loops in double precision.</summary>
public sealed class FrameResizerTests
{
    [Theory]
    [InlineData(8, 8, 4, 4), InlineData(5, 7, 3, 2), InlineData(512, 512, 472, 472), InlineData(480, 640, 64, 64), InlineData(64, 64, 472, 96)]
    [InlineData(1, 1, 3, 5), InlineData(3, 5, 1, 1), InlineData(10, 4, 4, 10), InlineData(2, 3, 7, 9), InlineData(1000, 3, 48, 48)]
    [InlineData(3000, 3100, 2900, 3000), InlineData(48, 48, 48, 60)]
    public void Every_pixel_is_the_exact_average_or_lies_between_two(int height, int width, int toHeight, int toWidth)
    {
        var from = Noise(height, width);
        var to = new byte[toHeight * toWidth * 3];
        new FrameResizer(toHeight, toWidth).Resize(from, height, width, to);
        // Halves may round either way in double precision.
        for (var y = 0; y < toHeight; y += toHeight > 1000 ? 97 : 1)
            for (var x = 0; x < toWidth; x += toWidth > 1000 ? 89 : 1)
                for (var c = 0; c < 3; c++)
                {
                    var expected = Naive(from, height, width, toHeight, toWidth, y, x, c);
                    Assert.InRange(to[(y * toWidth + x) * 3 + c], expected - 0.5 - 1e-6, expected + 0.5 + 1e-6);
                }
    }

    [Fact]
    public void An_even_colour_stays_what_it_is()
    {
        foreach (var value in (byte[])[0, 1, 127, 254, 255])
            foreach (var (height, width) in ((int, int)[])[(7, 9), (512, 640), (30, 472)])
            {
                var to = new byte[47 * 53 * 3];
                new FrameResizer(47, 53).Resize(Enumerable.Repeat(value, height * width * 3).ToArray(), height, width, to);
                Assert.All(to, pixel => Assert.Equal(value, pixel));
            }
    }

    [Fact]
    public void One_resizer_takes_images_of_many_sizes()
    {
        var resizer = new FrameResizer(20, 30);
        foreach (var (height, width) in ((int, int)[])[(40, 60), (10, 90), (40, 60), (200, 3)])
        {
            var (shared, own) = (new byte[1800], new byte[1800]);
            resizer.Resize(Noise(height, width), height, width, shared);
            new FrameResizer(20, 30).Resize(Noise(height, width), height, width, own);
            Assert.Equal(own, shared);
        }
    }

    private static byte[] Noise(int height, int width)
    {
        var pixels = new byte[height * width * 3];
        new Random(height * 7919 + width).NextBytes(pixels);
        return pixels;
    }

    private static double Naive(byte[] from, int height, int width, int toHeight, int toWidth, int y, int x, int c)
    {
        var sum = 0.0;
        foreach (var (row, rowWeight) in Weights(height, toHeight, y))
            foreach (var (column, columnWeight) in Weights(width, toWidth, x))
                sum += rowWeight * columnWeight * from[(row * width + column) * 3 + c];
        return sum;
    }

    private static List<(int Index, double Weight)> Weights(int from, int to, int pixel)
    {
        var weights = new List<(int, double)>();
        if (to <= from)
        {
            var (begin, end) = (pixel * (double)from / to, (pixel + 1) * (double)from / to);
            for (var i = (int)begin; i < Math.Min(from, Math.Ceiling(end)); i++)
                weights.Add((i, Math.Max(0, Math.Min(end, i + 1) - Math.Max(begin, i)) / (end - begin)));
            return weights;
        }
        var at = Math.Clamp((pixel + 0.5) * from / to - 0.5, 0, from - 1);
        var first = Math.Min((int)at, Math.Max(0, from - 2));
        weights.Add((first, 1 - (at - first)));
        if (from > 1) weights.Add((first + 1, at - first));
        return weights;
    }
}
