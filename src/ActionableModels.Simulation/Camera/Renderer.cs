using System.Numerics;
using ActionableModels.Simulation.Physics;

namespace ActionableModels.Simulation.Camera;

/// <summary>
/// Draws a world as its camera sees it: flat faces with Lambert shading and a depth buffer, shadows on the table and on top faces, four
/// samples per pixel. Equal worlds give equal bytes; no allocation after construction.
/// </summary>
internal sealed class Renderer
{
    private const byte TableSurface = 1;
    private const int CircleSides = 20, ShadowSides = 12;
    private readonly CameraView view;
    private readonly Raster background, raster;
    private readonly Vector2[] circle = Circle(CircleSides), shadowCircle = Circle(ShadowSides);

    public Renderer(int height, int width, bool overhead)
    {
        view = overhead ? CameraView.Overhead(2 * height, 2 * width) : CameraView.Tilted(2 * height, 2 * width);
        background = new(2 * height, 2 * width);
        raster = new(2 * height, 2 * width);
        DrawTable();
    }

    /// <summary>Draws the world into an RGB image of the renderer's size.</summary>
    public void Render(World world, Span<byte> image)
    {
        raster.CopyFrom(background);
        var surface = TableSurface;
        for (var i = 0; i < world.Count; i++)
            foreach (ref readonly var part in world.PartsOf(i))
                DrawPrism(part, world.Bodies[i].Colour, ++surface);
        ReadOnlySpan<uint> colours = [Palette.Finger, Palette.Finger, Palette.Palm, Palette.Arm];
        for (var i = 0; i < colours.Length; i++)
            DrawPrism(world.HandSolids[i], colours[i], 0);
        CastShadows(world, TableSurface, 0, null);
        surface = TableSurface;
        for (var i = 0; i < world.Count; i++)
            foreach (ref readonly var part in world.PartsOf(i))
                CastShadows(world, ++surface, part.Top, part);
        raster.WriteHalfSize(image);
    }

    private void DrawTable()
    {
        background.Colour.AsSpan().Fill(Palette.Floor);
        DrawSheet(-0.015f, 0.30f, Palette.TableEdge, 0);
        DrawSheet(0, 0.285f, Palette.Table, TableSurface);
        raster.CopyFrom(background);
    }

    private void DrawSheet(float z, float half, uint colour, byte surface)
    {
        Span<Vector3> corners = [new(-half, -half, z), new(half, -half, z), new(half, half, z), new(-half, half, z)];
        DrawFace(background, corners, Vector3.UnitZ, Light.Shade(colour, Vector3.UnitZ, 0), surface);
    }

    private void DrawPrism(in Prism p, uint colour, byte surface)
    {
        var count = p.Round ? CircleSides : 4;
        Span<Vector2> outline = stackalloc Vector2[CircleSides];
        Footprint(p, circle, outline);
        Span<Vector3> face = stackalloc Vector3[CircleSides];
        float bottom = (float)p.Bottom, top = (float)p.Top;
        for (var i = 0; i < count; i++)
            face[i] = new(outline[i], top);
        DrawFace(raster, face[..count], Vector3.UnitZ, Light.Shade(colour, Vector3.UnitZ, top), surface);
        for (var i = 0; i < count; i++)
        {
            var (a, b) = (outline[i], outline[i + 1 == count ? 0 : i + 1]);
            var normal = Exact.Normalize(new(b.Y - a.Y, a.X - b.X, 0));
            if (Exact.Dot(normal, view.Eye - new Vector3(a, top)) <= 0)
                continue;
            Span<Vector3> side = [new(a, bottom), new(b, bottom), new(b, top), new(a, top)];
            DrawFace(raster, side, normal, Light.Shade(colour, normal, (bottom + top) / 2), 0);
        }
    }

    private void DrawFace(Raster target, ReadOnlySpan<Vector3> corners, Vector3 normal, uint colour, byte surface)
    {
        Span<Vector2> polygon = stackalloc Vector2[CircleSides];
        var n = view.ToCamera(normal);
        var distance = Exact.Dot(n, view.ToCamera(corners[0] - view.Eye));
        if (distance > -1e-5f || !Project(corners, polygon))
            return;
        var plane = new Vector3(n.X, -n.Y, 0) / (view.Focal * distance);
        plane.Z = n.Z / distance - plane.X * view.CentreX - plane.Y * view.CentreY;
        target.Fill(polygon[..corners.Length], plane, colour, surface);
    }

    /// <summary>Projects the corners; false where one lies too near the camera to be drawn.</summary>
    private bool Project(ReadOnlySpan<Vector3> corners, Span<Vector2> polygon)
    {
        for (var i = 0; i < corners.Length; i++)
        {
            var c = view.ToCamera(corners[i] - view.Eye);
            if (c.Z < 0.02f)
                return false;
            polygon[i] = view.Project(c);
        }
        return true;
    }

    /// <summary>Casts on a horizontal surface the shadows of all solids above it.</summary>
    private void CastShadows(World world, byte surface, double height, Prism? receiver)
    {
        for (var i = 0; i < world.Count; i++)
            foreach (ref readonly var part in world.PartsOf(i))
                CastShadow(part, surface, height, receiver);
        foreach (ref readonly var part in world.HandSolids)
            CastShadow(part, surface, height, receiver);
    }

    private void CastShadow(in Prism caster, byte surface, double height, Prism? receiver)
    {
        if (caster.Top <= height + 1e-6)
            return;
        float low = (float)Math.Max(0, caster.Bottom - height), high = (float)(caster.Top - height);
        if (receiver is { } r && Math.Abs(r.X - caster.X) + Math.Abs(r.Y - caster.Y) > r.Reach + caster.Reach + 0.5 * high + 0.02)
            return;
        var count = caster.Round ? ShadowSides : 4;
        Span<Vector2> outline = stackalloc Vector2[ShadowSides];
        Footprint(caster, shadowCircle, outline);
        Span<(double X, double Y)> points = stackalloc (double, double)[2 * ShadowSides];
        for (var i = 0; i < count; i++)
        {
            points[2 * i] = (outline[i].X + low * Light.ShadowX, outline[i].Y + low * Light.ShadowY);
            points[2 * i + 1] = (outline[i].X + high * Light.ShadowX, outline[i].Y + high * Light.ShadowY);
        }
        var hull = points[..ConvexHull.Build(points[..(2 * count)])];
        Span<Vector3> corners = stackalloc Vector3[2 * ShadowSides];
        Span<Vector2> polygon = stackalloc Vector2[2 * ShadowSides];
        for (var i = 0; i < hull.Length; i++)
            corners[i] = new((float)hull[i].X, (float)hull[i].Y, (float)height);
        if (Project(corners[..hull.Length], polygon))
            raster.Darken(polygon[..hull.Length], surface, Light.ShadowStrength(low));
    }

    private static void Footprint(in Prism p, Vector2[] circle, Span<Vector2> outline)
    {
        float x = (float)p.X, y = (float)p.Y, cos = (float)p.Cos, sin = (float)p.Sin, hx = (float)p.HalfX, hy = (float)p.HalfY;
        if (p.Round)
            for (var i = 0; i < circle.Length; i++)
                outline[i] = new(x + hx * circle[i].X, y + hx * circle[i].Y);
        else
            for (var i = 0; i < 4; i++)
            {
                float lx = i is 0 or 3 ? -hx : hx, ly = i < 2 ? -hy : hy;
                outline[i] = new(x + lx * cos - ly * sin, y + lx * sin + ly * cos);
            }
    }

    private static Vector2[] Circle(int sides)
    {
        var points = new Vector2[sides];
        for (var i = 0; i < sides; i++)
        {
            var (sin, cos) = Trigonometry.SinCos(2 * Math.PI * i / sides);
            points[i] = new((float)cos, (float)sin);
        }
        return points;
    }
}
