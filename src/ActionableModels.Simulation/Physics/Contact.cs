namespace ActionableModels.Simulation.Physics;

/// <summary>The area on which a body rests, as the points of its convex hull.</summary>
internal ref struct Contact(Span<(double X, double Y)> points)
{
    private const int CirclePoints = 16;
    private readonly Span<(double X, double Y)> points = points;

    /// <summary>Number of points.</summary>
    public int Count { get; private set; }

    /// <summary>Adds the area that two footprints share.</summary>
    public void Add(in Prism a, in Prism b)
    {
        Span<(double X, double Y)> polygon = stackalloc (double, double)[40], clipped = stackalloc (double, double)[40];
        Span<(double X, double Y)> clip = stackalloc (double, double)[CirclePoints];
        var count = Outline(a, polygon);
        var edges = Outline(b, clip);
        for (var e = 0; e < edges && count > 0; e++)
        {
            count = ClipToLeft(polygon[..count], clip[e], clip[(e + 1) % edges], clipped);
            clipped[..count].CopyTo(polygon);
        }
        for (var i = 0; i < count && Count < points.Length; i++)
            points[Count++] = polygon[i];
    }

    /// <summary>How far (x, y) lies outside the hull of the area, with the outward direction; negative inside.</summary>
    public readonly double Outside(double x, double y, out double nx, out double ny)
    {
        (nx, ny) = (1, 0);
        if (Count == 0)
            return double.MaxValue;
        var hull = points[..ConvexHull.Build(points[..Count])];
        if (hull.Length >= 3)
        {
            var worst = double.MinValue;
            for (var i = 0; i < hull.Length; i++)
            {
                var (ax, ay) = hull[i];
                var (bx, by) = hull[(i + 1) % hull.Length];
                double ex = bx - ax, ey = by - ay, length = Math.Sqrt(ex * ex + ey * ey);
                if (length < 1e-12)
                    continue;
                var distance = ((x - ax) * ey - (y - ay) * ex) / length;
                if (distance > worst)
                    (worst, nx, ny) = (distance, ey / length, -ex / length);
            }
            return worst;
        }
        double mx = 0, my = 0;
        foreach (var (px, py) in hull)
            (mx, my) = (mx + px / hull.Length, my + py / hull.Length);
        var d = Math.Sqrt((x - mx) * (x - mx) + (y - my) * (y - my));
        if (d > 1e-12)
            (nx, ny) = ((x - mx) / d, (y - my) / d);
        return d;
    }

    private static int Outline(in Prism p, Span<(double X, double Y)> polygon)
    {
        if (!p.Round)
        {
            for (var i = 0; i < 4; i++)
            {
                double lx = i is 0 or 3 ? -p.HalfX : p.HalfX, ly = i < 2 ? -p.HalfY : p.HalfY;
                polygon[i] = (p.X + lx * p.Cos - ly * p.Sin, p.Y + lx * p.Sin + ly * p.Cos);
            }
            return 4;
        }
        for (var i = 0; i < CirclePoints; i++)
        {
            var (sin, cos) = Trigonometry.SinCos(2 * Math.PI * i / CirclePoints);
            polygon[i] = (p.X + p.HalfX * cos, p.Y + p.HalfX * sin);
        }
        return CirclePoints;
    }

    private static int ClipToLeft(
        ReadOnlySpan<(double X, double Y)> polygon, (double X, double Y) a, (double X, double Y) b, Span<(double, double)> result)
    {
        var count = 0;
        for (var i = 0; i < polygon.Length; i++)
        {
            var (px, py) = polygon[i];
            var (qx, qy) = polygon[(i + 1) % polygon.Length];
            double p = (b.X - a.X) * (py - a.Y) - (b.Y - a.Y) * (px - a.X), q = (b.X - a.X) * (qy - a.Y) - (b.Y - a.Y) * (qx - a.X);
            if (p >= 0)
                result[count++] = (px, py);
            if (p >= 0 != q >= 0)
            {
                var t = p / (p - q);
                result[count++] = (px + t * (qx - px), py + t * (qy - py));
            }
        }
        return count;
    }
}
