using System.Numerics;

namespace ActionableModels.Simulation.Camera;

/// <summary>
/// Colour, depth and surface buffers, and the filling of convex polygons in them. Depth is kept as its reciprocal, which is affine in the
/// image over a flat face; the surface number says on which flat surface a shadow may still fall.
/// </summary>
internal sealed class Raster(int height, int width)
{
    /// <summary>Rows.</summary>
    public readonly int Height = height;
    /// <summary>Columns.</summary>
    public readonly int Width = width;
    /// <summary>Red in the low byte, then green, then blue.</summary>
    public readonly uint[] Colour = new uint[height * width];
    /// <summary>Reciprocal depth; 0 = infinitely far.</summary>
    public readonly float[] Nearness = new float[height * width];
    /// <summary>Surface number; 0 takes no shadow.</summary>
    public readonly byte[] Surface = new byte[height * width];
    private readonly float[] left = new float[height], right = new float[height];

    /// <summary>Makes all buffers equal to another raster of the same size.</summary>
    public void CopyFrom(Raster other)
    {
        other.Colour.CopyTo(Colour.AsSpan());
        other.Nearness.CopyTo(Nearness.AsSpan());
        other.Surface.CopyTo(Surface.AsSpan());
    }

    /// <summary>Fills a convex polygon whose reciprocal depth at (x, y) is plane · (x, y, 1), where nothing nearer is.</summary>
    public void Fill(ReadOnlySpan<Vector2> polygon, Vector3 plane, uint colour, byte surface)
    {
        var (top, bottom) = Outline(polygon);
        for (var y = top; y < bottom; y++)
        {
            var (from, to) = Row(y);
            if (from >= to)
                continue;
            var at = y * Width + from;
            var constant = plane.Y * (y + 0.5f) + plane.Z;
            for (var x = from; x < to; x++, at++)
            {
                var nearness = plane.X * (x + 0.5f) + constant;
                if (nearness <= Nearness[at])
                    continue;
                Nearness[at] = nearness;
                Colour[at] = colour;
                Surface[at] = surface;
            }
        }
    }

    /// <summary>Darkens the samples of one surface inside a convex polygon, each at most once; strength 256 leaves them as they are.</summary>
    public void Darken(ReadOnlySpan<Vector2> polygon, byte surface, uint strength)
    {
        var (top, bottom) = Outline(polygon);
        for (var y = top; y < bottom; y++)
        {
            var (from, to) = Row(y);
            for (var at = y * Width + from; from < to; from++, at++)
            {
                if (Surface[at] != surface)
                    continue;
                Surface[at] = 0;
                var c = Colour[at];
                Colour[at] = (((c & 0xFF00FF) * strength >> 8) & 0xFF00FF) | (((c & 0x00FF00) * strength >> 8) & 0x00FF00);
            }
        }
    }

    /// <summary>Averages squares of 2 by 2 samples into RGB bytes, row by row.</summary>
    public void WriteHalfSize(Span<byte> image)
    {
        var to = 0;
        for (var y = 0; y < Height; y += 2)
        {
            var upper = Colour.AsSpan(y * Width, Width);
            var lower = Colour.AsSpan((y + 1) * Width, Width);
            for (var x = 0; x < upper.Length - 1; x += 2)
            {
                uint a = upper[x], b = upper[x + 1], c = lower[x], d = lower[x + 1];
                var redBlue = (a & 0xFF00FF) + (b & 0xFF00FF) + (c & 0xFF00FF) + (d & 0xFF00FF) + 0x020002;
                var green = (a >> 8 & 0xFF) + (b >> 8 & 0xFF) + (c >> 8 & 0xFF) + (d >> 8 & 0xFF) + 2;
                image[to] = (byte)(redBlue >> 2);
                image[to + 1] = (byte)(green >> 2);
                image[to + 2] = (byte)(redBlue >> 18);
                to += 3;
            }
        }
    }

    /// <summary>The first and last column of a row inside the outline; a sample counts when its centre is inside.</summary>
    private (int From, int To) Row(int y) =>
        ((int)MathF.Ceiling(Math.Clamp(left[y] - 0.5f, 0, Width)), (int)MathF.Ceiling(Math.Clamp(right[y] - 0.5f, 0, Width)));

    /// <summary>Walks the polygon's edges and notes where each row enters and leaves it; returns the rows that it covers.</summary>
    private (int Top, int Bottom) Outline(ReadOnlySpan<Vector2> polygon)
    {
        float least = float.MaxValue, most = float.MinValue;
        foreach (var p in polygon)
            (least, most) = (Math.Min(least, p.Y), Math.Max(most, p.Y));
        var top = (int)MathF.Ceiling(Math.Clamp(least - 0.5f, 0, Height));
        var bottom = (int)MathF.Ceiling(Math.Clamp(most - 0.5f, 0, Height));
        if (top >= bottom)
            return (0, 0);
        left.AsSpan(top, bottom - top).Fill(float.MaxValue);
        right.AsSpan(top, bottom - top).Fill(float.MinValue);
        for (var i = 0; i < polygon.Length; i++)
        {
            var (a, b) = (polygon[i], polygon[i + 1 == polygon.Length ? 0 : i + 1]);
            if (a.Y > b.Y)
                (a, b) = (b, a);
            var from = (int)MathF.Ceiling(Math.Clamp(a.Y - 0.5f, top, bottom));
            var to = (int)MathF.Ceiling(Math.Clamp(b.Y - 0.5f, top, bottom));
            var slope = (b.X - a.X) / (b.Y - a.Y);
            for (var y = from; y < to; y++)
            {
                var x = a.X + slope * (y + 0.5f - a.Y);
                left[y] = Math.Min(left[y], x);
                right[y] = Math.Max(right[y], x);
            }
        }
        return (top, bottom);
    }
}
