namespace ActionableModels.Simulation.Physics;

internal sealed partial class World
{
    private const double Substep = 0.004, AzimuthSubstep = 0.03, Clearance = 1e-5;
    /// <summary>What the hand carries, off its centre or in a stack, is not carried farther out than this.</summary>
    private const double CarryBorder = Border - 0.01;
    private bool disturbed;

    /// <summary>Whether the body is in the hand or rests on what is.</summary>
    private bool IsCarried(int body)
    {
        for (var depth = 0; body >= 0 && depth <= Capacity; depth++)
        {
            if (body == hand.Held)
                return true;
            body = parents[body];
        }
        return false;
    }

    private void Move(double dx, double dy, double dz, double azimuth)
    {
        dx = Math.Clamp(hand.X + dx, -Reach, Reach) - hand.X;
        dy = Math.Clamp(hand.Y + dy, -Reach, Reach) - hand.Y;
        var length = Math.Max(Math.Abs(dx), Math.Max(Math.Abs(dy), Math.Abs(dz)));
        var count = Math.Max(1, (int)Math.Ceiling(Math.Max(length / Substep, Math.Abs(azimuth) / AzimuthSubstep)));
        for (var k = 0; k < count; k++)
        {
            MoveVertically(dz / count);
            MoveHorizontally(dx / count, dy / count, azimuth / count);
            if (disturbed)
                Settle();
        }
    }

    /// <summary>Raises or lowers the hand and what it carries up to the first contact.</summary>
    private void MoveVertically(double dz)
    {
        if (dz == 0)
            return;
        var limit = Math.Abs(dz);
        if (dz > 0)
            limit = Math.Min(limit, Gripper.MaxHeight - hand.Z);
        limit = VerticalLimit(HandSolids, dz > 0, limit);
        for (var i = 0; i < Count; i++)
            if (IsCarried(i))
                limit = VerticalLimit(PartsOf(i), dz > 0, limit);
        if (limit <= 0)
            return;
        dz = dz > 0 ? limit : -limit;
        hand.Z += dz;
        RefreshHand();
        for (var i = 0; i < Count; i++)
            if (IsCarried(i))
            {
                bodies[i].Z += dz;
                Refresh(i);
            }
        disturbed = true;
    }

    /// <summary>How far these solids can rise or sink before one touches a body that is not carried, or the table.</summary>
    private double VerticalLimit(ReadOnlySpan<Prism> moving, bool up, double limit)
    {
        foreach (ref readonly var p in moving)
        {
            if (!up)
                limit = Math.Min(limit, p.Bottom);
            for (var i = 0; i < Count; i++)
            {
                if (IsCarried(i))
                    continue;
                foreach (ref readonly var q in PartsOf(i))
                {
                    var gap = up ? q.Bottom - p.Top : p.Bottom - q.Top;
                    if (gap < limit && gap > -2 * Prism.Tolerance && Prism.FootprintsOverlap(p, q, out _, out _, out _))
                        limit = Math.Max(0, gap);
                }
            }
        }
        return Math.Max(0, limit);
    }

    /// <summary>Slides and turns the hand; where something blocks it, along the directions that stay free.</summary>
    private void MoveHorizontally(double dx, double dy, double azimuth)
    {
        if ((dx == 0 && dy == 0 && azimuth == 0) || TryShift(dx, dy, azimuth))
            return;
        var parts = (dx != 0 ? 1 : 0) + (dy != 0 ? 1 : 0) + (azimuth != 0 ? 1 : 0);
        if (parts < 2)
            return;
        if (dx != 0)
            TryShift(dx, 0, 0);
        if (dy != 0)
            TryShift(0, dy, 0);
        if (azimuth != 0)
            TryShift(0, 0, azimuth);
    }

    /// <summary>Moves the hand with what it carries, pushing what is in the way; false, and nothing moves, where that cannot be.</summary>
    private bool TryShift(double dx, double dy, double azimuth)
    {
        Save();
        var withinBorder = hand.Held < 0 || MoveRigidly(hand.Held, hand.X, hand.Y, dx, dy, azimuth);
        hand.X += dx;
        hand.Y += dy;
        hand.Azimuth = Trigonometry.Wrap(hand.Azimuth + azimuth, 2 * Math.PI);
        RefreshHand();
        if (withinBorder && Resolve())
            return true;
        Restore();
        return false;
    }

    /// <summary>
    /// Turns a body and what rests on it about a point and shifts them; false where one of them gets farther outside the border.
    /// </summary>
    private bool MoveRigidly(int root, double x, double y, double dx, double dy, double turn)
    {
        var (sin, cos) = Trigonometry.SinCos(turn);
        var withinBorder = true;
        for (var i = 0; i < Count; i++)
        {
            if (i != root && !RestsOn(i, root))
                continue;
            ref var body = ref bodies[i];
            double rx = body.X - x, ry = body.Y - y, before = Math.Max(Math.Abs(body.X), Math.Abs(body.Y));
            body.X = x + dx + rx * cos - ry * sin;
            body.Y = y + dy + rx * sin + ry * cos;
            body.Yaw = Trigonometry.Wrap(body.Yaw + turn, 2 * Math.PI);
            Refresh(i);
            var after = Math.Max(Math.Abs(body.X), Math.Abs(body.Y));
            withinBorder &= after <= CarryBorder || after <= before;
        }
        disturbed = true;
        return withinBorder;
    }

    /// <summary>
    /// Pushes bodies apart from the hand and from each other until no two solids share space; false where they cannot be parted. The
    /// rank of a body is its distance from the hand in the chain of pushes: of two that meet, the later one gives way.
    /// </summary>
    private bool Resolve()
    {
        const int rounds = 24;
        const byte still = byte.MaxValue;
        Span<byte> rank = stackalloc byte[Capacity];
        for (var i = 0; i < Count; i++)
            rank[i] = IsCarried(i) ? (byte)0 : still;
        for (var round = 0; round < rounds; round++)
        {
            var clear = true;
            for (var b = 0; b < Count; b++)
            {
                if (b != hand.Held && HandOverlaps(b, out var depth, out var nx, out var ny))
                {
                    if (bodies[b].Fixed || rank[b] == 0)
                        return false;
                    rank[b] = 1;
                    Push(b, depth + Clearance, nx, ny, rank);
                    clear = false;
                }
                for (var a = 0; a < b; a++)
                {
                    if ((rank[a] == still && rank[b] == still) || !BodiesOverlap(a, b, out depth, out nx, out ny))
                        continue;
                    var moved = bodies[b].Fixed || (!bodies[a].Fixed && rank[a] > rank[b]) ? a : b;
                    var other = moved == a ? b : a;
                    if (rank[moved] == 0)
                        return false;
                    rank[moved] = (byte)Math.Min(rank[moved], rank[other] == still ? still - 1 : rank[other] + 1);
                    Push(moved, depth + Clearance, moved == b ? nx : -nx, moved == b ? ny : -ny, rank);
                    clear = false;
                }
                if (rank[b] is not (0 or still) && KeepWithinBorder(b, rank))
                    clear = false;
            }
            if (clear)
                return true;
        }
        return false;
    }

    private bool KeepWithinBorder(int body, Span<byte> rank)
    {
        var (dx, dy) = BorderExcess(body);
        if (dx == 0 && dy == 0)
            return false;
        Push(body, 1, dx, dy, rank);
        return true;
    }

    /// <summary>The shift that brings the body back within the border; zero when it is there.</summary>
    private (double X, double Y) BorderExcess(int body)
    {
        var (x, y) = (0.0, 0.0);
        foreach (ref readonly var p in PartsOf(body))
        {
            double ex = p.Extent(false), ey = p.Extent(true);
            if (p.X + ex > Border + Prism.Tolerance)
                x = Math.Min(x, Border - p.X - ex);
            if (p.X - ex < -Border - Prism.Tolerance)
                x = Math.Max(x, -Border - p.X + ex);
            if (p.Y + ey > Border + Prism.Tolerance)
                y = Math.Min(y, Border - p.Y - ey);
            if (p.Y - ey < -Border - Prism.Tolerance)
                y = Math.Max(y, -Border - p.Y + ey);
        }
        return (x, y);
    }

    /// <summary>Slides a body and everything that rests on it.</summary>
    private void Push(int body, double distance, double nx, double ny, Span<byte> rank)
    {
        disturbed = true;
        for (var i = 0; i < Count; i++)
        {
            if (i != body && !RestsOn(i, body))
                continue;
            bodies[i].X += nx * distance;
            bodies[i].Y += ny * distance;
            Refresh(i);
            if (rank[i] == byte.MaxValue)
                rank[i] = (byte)Math.Min(rank[body] + 1, byte.MaxValue - 1);
        }
    }

    private bool RestsOn(int body, int support)
    {
        for (var depth = 0; depth <= Capacity && body >= 0 && body != hand.Held; depth++)
        {
            body = parents[body];
            if (body == support)
                return true;
        }
        return false;
    }
}
