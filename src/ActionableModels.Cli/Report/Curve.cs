namespace ActionableModels.Cli.Report;

/// <summary>Prepares the points of a learning curve for drawing.</summary>
internal static class Curve
{
    // Differences of larger numbers may overflow.
    private const double Largest = 1e300;

    /// <summary>
    /// The points that can be drawn, thinned to about <paramref name="most"/> by averaging neighbours; the last one is kept as it
    /// is.
    /// </summary>
    public static List<ChartPoint> Thin(IReadOnlyList<ChartPoint> points, int most, bool positiveX)
    {
        var drawable = points.Where(p => Math.Abs(p.X) <= Largest && Math.Abs(p.Y) <= Largest && (!positiveX || p.X > 0)).ToList();
        if (drawable.Count <= most) return drawable;
        var size = (drawable.Count - 1 + most - 2) / (most - 1);
        var thinned = drawable.SkipLast(1).Chunk(size)
            .Select(c => new ChartPoint(c.Average(p => p.X), c.Average(p => p.Y), c.Average(p => p.Low), c.Average(p => p.High))).ToList();
        thinned.Add(drawable[^1]);
        return thinned;
    }

    /// <summary>The running average with weight <paramref name="smoothing"/>, corrected for its start as in Adam and TensorBoard.</summary>
    public static List<ChartPoint> Smooth(IReadOnlyList<ChartPoint> points, double smoothing)
    {
        var smooth = new List<ChartPoint>(points.Count);
        double average = 0, weight = 0;
        foreach (var point in points)
        {
            average = smoothing * average + (1 - smoothing) * point.Y;
            weight = smoothing * weight + (1 - smoothing);
            smooth.Add(new ChartPoint(point.X, average / weight));
        }
        return smooth;
    }

    /// <summary>The point nearest in x; there is at least one.</summary>
    public static ChartPoint Nearest(List<ChartPoint> points, double x)
    {
        var at = points.FindIndex(p => p.X >= x);
        if (at < 0) return points[^1];
        return at > 0 && x - points[at - 1].X < points[at].X - x ? points[at - 1] : points[at];
    }
}
