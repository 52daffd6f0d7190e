namespace ActionableModels.Formats.Images;

/// <summary>What each pixel of a resized row or column is made of: whole weights of consecutive pixels.</summary>
/// <param name="Length">Pixels before.</param>
/// <param name="First">For each pixel after, the first that it is made of.</param>
/// <param name="Weights">Weights, <paramref name="PerPixel"/> for each, zeros at the end; those of one sum to <paramref name="Total"/>.</param>
/// <param name="PerPixel">Weights of one pixel.</param>
/// <param name="Total">Their sum.</param>
internal readonly record struct AxisWeights(int Length, int[] First, int[] Weights, int PerPixel, int Total)
{
    /// <summary>Weights of one pixel after.</summary>
    public ReadOnlySpan<int> Taps(int pixel) => Weights.AsSpan(pixel * PerPixel, PerPixel);

    /// <summary>From one length to another.</summary>
    public static AxisWeights Of(int from, int to) => to <= from ? Average(from, to) : Between(from, to);

    // In units of 1/to of a pixel before: pixel i after covers [i·from, (i + 1)·from), pixel j before [j·to, (j + 1)·to).
    private static AxisWeights Average(int from, int to)
    {
        var perPixel = Math.Min(from, (from + to - 1) / to + 1);
        var (first, weights) = (new int[to], new int[to * perPixel]);
        for (var i = 0; i < to; i++)
        {
            var (begin, end) = ((long)i * from, (long)(i + 1) * from);
            // Moved back where the last pixels would leave the row.
            first[i] = (int)Math.Min(begin / to, from - perPixel);
            for (var k = 0; k < perPixel; k++)
            {
                var pixel = (long)(first[i] + k) * to;
                weights[i * perPixel + k] = (int)Math.Max(0, Math.Min(end, pixel + to) - Math.Max(begin, pixel));
            }
        }
        return new(from, first, weights, perPixel, from);
    }

    // The middle of pixel i after lies at ((2i + 1)·from - to) / (2·to) between the middles of pixels before.
    private static AxisWeights Between(int from, int to)
    {
        var perPixel = Math.Min(from, 2);
        var (first, weights) = (new int[to], new int[to * perPixel]);
        for (var i = 0; i < to; i++)
        {
            var at = Math.Clamp((2L * i + 1) * from - to, 0, (from - 1) * 2L * to);
            first[i] = (int)Math.Min(at / (2L * to), from - perPixel);
            var rest = (int)(at - first[i] * 2L * to);
            weights[i * perPixel] = 2 * to - rest;
            if (perPixel == 2) weights[i * perPixel + 1] = rest;
        }
        return new(from, first, weights, perPixel, 2 * to);
    }
}
