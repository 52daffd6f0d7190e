namespace ActionableModels.Simulation.Physics;

/// <summary>Convex hull of points in the plane by Andrew's monotone chain.</summary>
internal static class ConvexHull
{
    /// <summary>Most points that <see cref="Build"/> takes.</summary>
    public const int MaxPoints = 512;

    /// <summary>Replaces the points by their hull, counter-clockwise, at the start of the span; returns its length.</summary>
    public static int Build(Span<(double X, double Y)> points)
    {
        points.Sort(static (a, b) => a.X != b.X ? a.X.CompareTo(b.X) : a.Y.CompareTo(b.Y));
        Span<(double X, double Y)> hull = stackalloc (double, double)[2 * Math.Min(points.Length, MaxPoints) + 1];
        var count = 0;
        for (var i = 0; i < points.Length; i++)
            Append(hull, ref count, 0, points[i]);
        var lower = count;
        for (var i = points.Length - 2; i >= 0; i--)
            Append(hull, ref count, lower - 1, points[i]);
        count = Math.Max(1, count - 1);
        hull[..Math.Min(count, points.Length)].CopyTo(points);
        return Math.Min(count, points.Length);
    }

    private static void Append(Span<(double X, double Y)> hull, ref int count, int start, (double X, double Y) p)
    {
        while (count >= start + 2 && Cross(hull[count - 2], hull[count - 1], p) <= 0)
            count--;
        hull[count++] = p;
    }

    private static double Cross((double X, double Y) o, (double X, double Y) a, (double X, double Y) b) =>
        (a.X - o.X) * (b.Y - o.Y) - (a.Y - o.Y) * (b.X - o.X);
}
