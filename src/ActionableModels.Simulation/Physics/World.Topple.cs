namespace ActionableModels.Simulation.Physics;

internal sealed partial class World
{
    /// <summary>
    /// Tips the body over towards (nx, ny): it comes to rest at the nearest free place beside what it slipped off. A block lands
    /// on its side. False where there is no such place.
    /// </summary>
    private bool Topple(int body, double nx, double ny)
    {
        var before = bodies[body];
        var oldParent = parents[body];
        var tipped = Tipped(before, nx, ny);
        ReadOnlySpan<double> turns = [0, 0.4, -0.4, 0.8, -0.8, 1.2, -1.2, 1.6, -1.6, 2, -2, 2.4, -2.4, 2.8, -2.8, 3.14];
        var forward = turns[..5];
        if (FindRest(body, tipped, nx, ny, forward, 0.2) || FindRest(body, before, nx, ny, forward, 0.2) || FindRest(body, before, nx, ny, turns, 0.5))
            return true;
        bodies[body] = before;
        parents[body] = oldParent;
        Refresh(body);
        return false;
    }

    private static Body Tipped(in Body body, double nx, double ny)
    {
        if (body.Kind != BodyKind.Block)
            return body;
        var (sin, cos) = Trigonometry.SinCos(body.Yaw);
        return Math.Abs(nx * cos + ny * sin) > Math.Abs(ny * cos - nx * sin)
            ? body with { HalfX = body.Height / 2, Height = 2 * body.HalfX }
            : body with { HalfY = body.Height / 2, Height = 2 * body.HalfY };
    }

    private bool FindRest(int index, in Body shape, double nx, double ny, ReadOnlySpan<double> turns, double farthest)
    {
        const double stride = 0.004;
        ref var body = ref bodies[index];
        for (var distance = stride; distance < farthest; distance += stride)
            foreach (var turn in turns)
            {
                var (sin, cos) = Trigonometry.SinCos(turn);
                body = shape;
                body.X += distance * (nx * cos - ny * sin);
                body.Y += distance * (nx * sin + ny * cos);
                Refresh(index);
                if (BorderExcess(index) != (0, 0) || !IsFree(index))
                    continue;
                body.Z -= Gap(index);
                Refresh(index);
                if (body.Z < shape.Z - RestTolerance && Balanced(index, out _, out _))
                    return true;
            }
        return false;
    }
}
