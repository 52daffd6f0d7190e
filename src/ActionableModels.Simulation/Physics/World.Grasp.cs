namespace ActionableModels.Simulation.Physics;

internal sealed partial class World
{
    private const double JawSubstep = 0.004, LeastPadOverlap = 0.010;

    /// <summary>
    /// Closes the jaws. A body between them that fits is drawn to the hand's centre line, turned square to the jaws and held; other bodies are
    /// pushed together until they block the jaws.
    /// </summary>
    private void Close()
    {
        hand.Closed = true;
        if (hand.Held >= 0)
            return;
        while (!TryGrasp() && hand.Opening > 0)
        {
            Save();
            hand.Opening = Math.Max(0, hand.Opening - JawSubstep);
            RefreshHand();
            if (!Resolve())
            {
                Restore();
                return;
            }
        }
    }

    /// <summary>Lets go and opens the jaws as far as they can push what is outside them.</summary>
    private void Open()
    {
        hand.Closed = false;
        if (hand.Held >= 0)
            parents[hand.Held] = OnTable;
        hand.Held = -1;
        while (hand.Opening < Gripper.MaxOpening)
        {
            Save();
            hand.Opening = Math.Min(Gripper.MaxOpening, hand.Opening + JawSubstep);
            RefreshHand();
            if (!Resolve())
            {
                Restore();
                return;
            }
        }
    }

    /// <summary>Grasps the body nearest to the hand's centre among those between the pads; false where there is none that can be held.</summary>
    private bool TryGrasp()
    {
        var (nearest, least) = (-1, double.MaxValue);
        for (var i = 0; i < Count; i++)
            if (IsBetweenPads(i, out var distance) && distance < least)
                (nearest, least) = (i, distance);
        return nearest >= 0 && (TryHold(nearest, centreAcross: true) || TryHold(nearest, centreAcross: false));
    }

    private bool IsBetweenPads(int body, out double distance)
    {
        ref readonly var b = ref bodies[body];
        var (along, across) = InHandFrame(b.X, b.Y);
        distance = along * along + across * across;
        if (b.Hollow || Math.Abs(along) >= hand.Opening / 2)
            return false;
        if (b.Top < hand.Z + LeastPadOverlap || b.Z > hand.Z + Gripper.FingerLength - LeastPadOverlap)
            return false;
        var (_, halfAcross, _) = SquareToJaws(b);
        return Math.Abs(across) <= halfAcross + Gripper.FingerWidth / 2 - LeastPadOverlap;
    }

    private (double Along, double Across) InHandFrame(double x, double y)
    {
        var (sin, cos) = Trigonometry.SinCos(hand.Azimuth);
        double dx = x - hand.X, dy = y - hand.Y;
        return (dx * cos + dy * sin, dy * cos - dx * sin);
    }

    /// <summary>Half extents along and across the jaws, and yaw, once the body is turned square to them by less than 45°.</summary>
    private (double Along, double Across, double Yaw) SquareToJaws(in Body body)
    {
        if (body.Kind == BodyKind.Cylinder)
            return (body.HalfX, body.HalfX, body.Yaw);
        var quarters = Math.Round((body.Yaw - hand.Azimuth) / (Math.PI / 2));
        var yaw = Trigonometry.Wrap(hand.Azimuth + quarters * (Math.PI / 2), 2 * Math.PI);
        return ((long)quarters & 1) == 0 ? (body.HalfX, body.HalfY, yaw) : (body.HalfY, body.HalfX, yaw);
    }

    private bool TryHold(int index, bool centreAcross)
    {
        var (halfAlong, _, yaw) = SquareToJaws(bodies[index]);
        var opening = 2 * (halfAlong + Clearance);
        if (opening > hand.Opening + 2 * Clearance)
            return false;
        Save();
        ref var body = ref bodies[index];
        var (_, across) = InHandFrame(body.X, body.Y);
        var (sin, cos) = Trigonometry.SinCos(hand.Azimuth);
        var rest = centreAcross ? 0 : across;
        double dx = hand.X - rest * sin - body.X, dy = hand.Y + rest * cos - body.Y, turn = yaw - body.Yaw;
        var withinBorder = MoveRigidly(index, body.X, body.Y, dx, dy, turn);
        body.Yaw = yaw;
        Refresh(index);
        var room = hand.Opening;
        hand.Opening = opening;
        hand.Held = index;
        RefreshHand();
        if (withinBorder && JawPathIsFree(room) && Resolve() && !HandOverlaps(index, out _, out _, out _))
        {
            parents[index] = InHand;
            return true;
        }
        Restore();
        return false;
    }

    /// <summary>Whether the jaws, closing from an opening of <paramref name="room"/>, have met no body but the held one and its load.</summary>
    private bool JawPathIsFree(double room)
    {
        double travel = Math.Max(0, room - hand.Opening) / 2, offset = (hand.Opening + travel) / 2;
        var (sin, cos) = Trigonometry.SinCos(hand.Azimuth);
        for (var side = -1; side <= 1; side += 2)
        {
            var path = HandSolids[0] with { X = hand.X + side * offset * cos, Y = hand.Y + side * offset * sin, HalfX = travel / 2 };
            for (var i = 0; i < Count; i++)
                foreach (ref readonly var part in PartsOf(i))
                    if (!IsCarried(i) && Prism.Overlap(path, part, out _, out _, out _))
                        return false;
        }
        return true;
    }
}
