using ActionableModels.Simulation.Physics;

namespace ActionableModels.Simulation.Tests.Physics;

/// <summary>
/// Judges a world from the bodies' poses alone, by polygon clipping and support functions; the simulation parts solids by other means.
/// </summary>
internal static class SceneOracle
{
    private const double Tolerance = 1e-4;

    private readonly record struct Solid((double X, double Y)[] Outline, double Bottom, double Top);

    /// <summary>What is wrong with the world, or null.</summary>
    public static string? Fault(World world)
    {
        var solids = new List<Solid>[world.Count + 1];
        for (var i = 0; i < world.Count; i++)
            solids[i] = [.. Solids(world.Bodies[i])];
        solids[world.Count] = [.. HandSolids(world.Hand)];
        return Overlap(world, solids) ?? Unsupported(world, solids) ?? Outside(world);
    }

    private static string? Overlap(World world, List<Solid>[] solids)
    {
        for (var a = 0; a <= world.Count; a++)
        {
            foreach (var p in solids[a])
                if (p.Bottom < -Tolerance)
                    return $"{a} is {-p.Bottom} below the table";
            for (var b = a + 1; b <= world.Count; b++)
                foreach (var p in solids[a])
                    foreach (var q in solids[b])
                        if (Math.Min(p.Top, q.Top) - Math.Max(p.Bottom, q.Bottom) > Tolerance
                            && Share(Shrunk(p.Outline, Tolerance), Shrunk(q.Outline, Tolerance)))
                            return $"{Name(world, a)} and {Name(world, b)} share space";
        }
        return null;
    }

    private static string? Unsupported(World world, List<Solid>[] solids)
    {
        for (var i = 0; i < world.Count; i++)
        {
            var body = world.Bodies[i];
            if (world.Hand.Held == i || body.Z < Tolerance)
                continue;
            var contact = new List<(double X, double Y)>();
            for (var other = 0; other <= world.Count; other++)
                foreach (var p in solids[i])
                    foreach (var q in other == i ? [] : solids[other])
                        if (Math.Abs(p.Bottom - q.Top) < Tolerance)
                            contact.AddRange(Clip(p.Outline, q.Outline));
            if (contact.Count == 0)
                return $"{Name(world, i)} floats at {body.Z}";
            var loaded = Enumerable.Range(0, world.Count).Any(other => world.SupportOf(other) == i);
            for (var k = 0; k < 64 && !loaded; k++)
            {
                double ux = Math.Cos(k * Math.PI / 32), uy = Math.Sin(k * Math.PI / 32);
                if (contact.Max(c => (c.X - body.X) * ux + (c.Y - body.Y) * uy) < -3 * Tolerance)
                    return $"{Name(world, i)} hangs over at ({body.X}, {body.Y}, {body.Z})";
            }
        }
        return null;
    }

    private static string? Outside(World world)
    {
        ref readonly var hand = ref world.Hand;
        if (Math.Abs(hand.X) > World.Reach + 1e-9 || Math.Abs(hand.Y) > World.Reach + 1e-9 || hand.Z < -1e-9 || hand.Z > Gripper.MaxHeight + 1e-9)
            return "the hand left its workspace";
        for (var i = 0; i < world.Count; i++)
            if (Math.Max(Math.Abs(world.Bodies[i].X), Math.Abs(world.Bodies[i].Y)) > World.Border)
                return $"{Name(world, i)} left the table";
        return null;
    }

    private static string Name(World world, int i) => i == world.Count ? "the hand" : $"{world.Bodies[i].Kind} {i}";

    private static IEnumerable<Solid> Solids(Body body)
    {
        var (hx, hy) = (body.HalfX, body.HalfY);
        if (body.Kind == BodyKind.Cylinder)
            return [new([.. Enumerable.Range(0, 64).Select(k => (body.X + hx * Math.Cos(k * Math.PI / 32), body.Y + hx * Math.Sin(k * Math.PI / 32)))],
                body.Z, body.Top)];
        Solid Box(double x, double y, double halfX, double halfY, double bottom, double top) =>
            new(Rectangle(body.X, body.Y, body.Yaw, x, y, halfX, halfY), bottom, top);
        if (body.Kind == BodyKind.Block)
            return [Box(0, 0, hx, hy, body.Z, body.Top)];
        var wall = body.Wall;
        return
        [
            Box(0, 0, hx - wall, hy - wall, body.Z, body.Z + 0.006),
            Box(hx - wall / 2, 0, wall / 2, hy, body.Z, body.Top), Box(wall / 2 - hx, 0, wall / 2, hy, body.Z, body.Top),
            Box(0, hy - wall / 2, hx - wall, wall / 2, body.Z, body.Top), Box(0, wall / 2 - hy, hx - wall, wall / 2, body.Z, body.Top),
        ];
    }

    private static IEnumerable<Solid> HandSolids(Gripper hand)
    {
        var offset = (hand.Opening + Gripper.FingerThickness) / 2;
        var knuckles = hand.Z + Gripper.FingerLength;
        Solid Box(double x, double halfX, double halfY, double bottom, double top) =>
            new(Rectangle(hand.X, hand.Y, hand.Azimuth, x, 0, halfX, halfY), bottom, top);
        return
        [
            Box(-offset, Gripper.FingerThickness / 2, Gripper.FingerWidth / 2, hand.Z, knuckles),
            Box(offset, Gripper.FingerThickness / 2, Gripper.FingerWidth / 2, hand.Z, knuckles),
            Box(0, 0.078, 0.011, knuckles, knuckles + Gripper.PalmHeight),
        ];
    }

    private static (double X, double Y)[] Rectangle(double cx, double cy, double yaw, double x, double y, double halfX, double halfY)
    {
        double cos = Math.Cos(yaw), sin = Math.Sin(yaw);
        (double X, double Y) At(double lx, double ly) => (cx + (x + lx) * cos - (y + ly) * sin, cy + (x + lx) * sin + (y + ly) * cos);
        return [At(-halfX, -halfY), At(halfX, -halfY), At(halfX, halfY), At(-halfX, halfY)];
    }

    private static (double X, double Y)[] Shrunk((double X, double Y)[] outline, double by)
    {
        double x = outline.Average(p => p.X), y = outline.Average(p => p.Y);
        return [.. outline.Select(p =>
        {
            double dx = p.X - x, dy = p.Y - y, d = Math.Sqrt(dx * dx + dy * dy), f = Math.Max(0, 1 - 1.5 * by / d);
            return (x + dx * f, y + dy * f);
        })];
    }

    private static bool Share((double X, double Y)[] a, (double X, double Y)[] b)
    {
        var common = Clip(a, b);
        var area = 0.0;
        for (var i = 0; i < common.Count; i++)
        {
            var (p, q) = (common[i], common[(i + 1) % common.Count]);
            area += (p.X * q.Y - q.X * p.Y) / 2;
        }
        return area > 1e-9;
    }

    private static List<(double X, double Y)> Clip((double X, double Y)[] a, (double X, double Y)[] b)
    {
        List<(double X, double Y)> result = [.. a];
        for (var e = 0; e < b.Length; e++)
        {
            var (from, to) = (b[e], b[(e + 1) % b.Length]);
            double Side((double X, double Y) p) => (to.X - from.X) * (p.Y - from.Y) - (to.Y - from.Y) * (p.X - from.X);
            var next = new List<(double X, double Y)>();
            for (var i = 0; i < result.Count; i++)
            {
                var (p, q) = (result[i], result[(i + 1) % result.Count]);
                double sp = Side(p), sq = Side(q);
                if (sp >= 0)
                    next.Add(p);
                if (sp >= 0 != sq >= 0)
                    next.Add((p.X + sp / (sp - sq) * (q.X - p.X), p.Y + sp / (sp - sq) * (q.Y - p.Y)));
            }
            result = next;
        }
        return result;
    }
}
