namespace ActionableModels.Simulation.Physics;

/// <summary>A solid that every shape here is made of: an upright prism over an oriented rectangle or a circle. Metres.</summary>
internal struct Prism
{
    /// <summary>Footprints that overlap by less than this count as touching, not as overlapping.</summary>
    public const double Tolerance = 1e-6;

    public double X, Y, Cos, Sin, HalfX, HalfY, Bottom, Top;
    /// <summary>A circle of radius <see cref="HalfX"/> in place of a rectangle.</summary>
    public bool Round;

    /// <summary>Radius of the circle around the footprint.</summary>
    public readonly double Reach => Round ? HalfX : Math.Sqrt(HalfX * HalfX + HalfY * HalfY);

    /// <summary>Half the footprint's extent along the world's x axis (along y with <paramref name="y"/>).</summary>
    public readonly double Extent(bool y) =>
        Round ? HalfX : y ? HalfX * Math.Abs(Sin) + HalfY * Math.Abs(Cos) : HalfX * Math.Abs(Cos) + HalfY * Math.Abs(Sin);

    /// <summary>Whether the two solids share volume.</summary>
    public static bool Overlap(in Prism a, in Prism b, out double depth, out double nx, out double ny)
    {
        depth = nx = ny = 0;
        return a.Bottom < b.Top - Tolerance && b.Bottom < a.Top - Tolerance && FootprintsOverlap(a, b, out depth, out nx, out ny);
    }

    /// <summary>Whether the footprints share area; moving b by depth along (nx, ny) parts them.</summary>
    public static bool FootprintsOverlap(in Prism a, in Prism b, out double depth, out double nx, out double ny)
    {
        double dx = b.X - a.X, dy = b.Y - a.Y, reach = a.Reach + b.Reach;
        depth = nx = ny = 0;
        if (dx * dx + dy * dy >= reach * reach)
            return false;
        if (a.Round && b.Round)
        {
            var distance = Math.Sqrt(dx * dx + dy * dy);
            (nx, ny) = distance > 1e-9 ? (dx / distance, dy / distance) : (1, 0);
            depth = reach - distance;
        }
        else if (a.Round || b.Round)
        {
            BoxCircle(a.Round ? b : a, a.Round ? a : b, out depth, out nx, out ny);
            if (a.Round)
                (nx, ny) = (-nx, -ny);
        }
        else
        {
            depth = double.MaxValue;
            return OverlapAlong(a, b, a.Cos, a.Sin, ref depth, ref nx, ref ny) && OverlapAlong(a, b, -a.Sin, a.Cos, ref depth, ref nx, ref ny)
                && OverlapAlong(a, b, b.Cos, b.Sin, ref depth, ref nx, ref ny) && OverlapAlong(a, b, -b.Sin, b.Cos, ref depth, ref nx, ref ny);
        }
        return depth > Tolerance;
    }

    /// <summary>Separating-axis test of two rectangles along (ux, uy); keeps the axis of least depth; false when they are apart.</summary>
    private static bool OverlapAlong(in Prism a, in Prism b, double ux, double uy, ref double depth, ref double nx, ref double ny)
    {
        var distance = (b.X - a.X) * ux + (b.Y - a.Y) * uy;
        var overlap = a.Radius(ux, uy) + b.Radius(ux, uy) - Math.Abs(distance);
        if (overlap <= Tolerance)
            return false;
        if (overlap < depth - 1e-12)
            (depth, nx, ny) = (overlap, distance < 0 ? -ux : ux, distance < 0 ? -uy : uy);
        return true;
    }

    private readonly double Radius(double ux, double uy) => HalfX * Math.Abs(ux * Cos + uy * Sin) + HalfY * Math.Abs(uy * Cos - ux * Sin);

    private static void BoxCircle(in Prism box, in Prism circle, out double depth, out double nx, out double ny)
    {
        double dx = circle.X - box.X, dy = circle.Y - box.Y;
        double px = dx * box.Cos + dy * box.Sin, py = dy * box.Cos - dx * box.Sin;
        double qx = Math.Clamp(px, -box.HalfX, box.HalfX), qy = Math.Clamp(py, -box.HalfY, box.HalfY);
        double ex = px - qx, ey = py - qy, distance = Math.Sqrt(ex * ex + ey * ey);
        if (distance > 1e-9)
            (depth, ex, ey) = (circle.HalfX - distance, ex / distance, ey / distance);
        else if (box.HalfX - Math.Abs(px) < box.HalfY - Math.Abs(py))
            (depth, ex, ey) = (circle.HalfX + box.HalfX - Math.Abs(px), px < 0 ? -1 : 1, 0);
        else
            (depth, ex, ey) = (circle.HalfX + box.HalfY - Math.Abs(py), 0, py < 0 ? -1 : 1);
        (nx, ny) = (ex * box.Cos - ey * box.Sin, ex * box.Sin + ey * box.Cos);
    }
}
