namespace ActionableModels.Simulation.Physics;

internal sealed partial class World
{
    private const double RestTolerance = 2e-6, BalanceTolerance = 1e-4;
    private const double ChamferDistance = 0.012, ChamferAngle = 0.2;

    /// <summary>
    /// Lets everything that is not held fall straight down onto what is below it, topples what is not balanced there, and slides
    /// blocks that lie over a fixture's chamfer into its slot, until all is at rest.
    /// </summary>
    private void Settle()
    {
        disturbed = false;
        Span<int> order = stackalloc int[Capacity];
        for (var pass = 0; pass < 32; pass++)
        {
            var changed = false;
            SortByHeight(order[..Count]);
            foreach (var i in order[..Count])
            {
                if (i == hand.Held || bodies[i].Fixed)
                    continue;
                var parent = parents[i];
                changed |= Fall(i) || SlideIntoSlot(i) || (!Balanced(i, out var nx, out var ny) && Topple(i, nx, ny)) || parents[i] != parent;
            }
            if (!changed)
                return;
        }
    }

    private void SortByHeight(Span<int> order)
    {
        for (var i = 0; i < order.Length; i++)
        {
            var k = i;
            for (; k > 0 && bodies[order[k - 1]].Z > bodies[i].Z; k--)
                order[k] = order[k - 1];
            order[k] = i;
        }
    }

    private bool Fall(int body)
    {
        var gap = Gap(body);
        if (gap <= RestTolerance)
            return false;
        bodies[body].Z -= gap;
        Refresh(body);
        return true;
    }

    /// <summary>The height that the body can sink before it touches something.</summary>
    private double Gap(int body)
    {
        var gap = bodies[body].Z;
        foreach (ref readonly var p in PartsOf(body))
        {
            gap = GapAbove(HandSolids, p, gap);
            for (var other = 0; other < Count; other++)
                if (other != body)
                    gap = GapAbove(PartsOf(other), p, gap);
        }
        return Math.Max(0, gap);
    }

    private static double GapAbove(ReadOnlySpan<Prism> solids, in Prism p, double gap)
    {
        foreach (ref readonly var q in solids)
        {
            var distance = p.Bottom - q.Top;
            if (distance < gap && distance > -RestTolerance && Prism.FootprintsOverlap(q, p, out _, out _, out _))
                gap = distance;
        }
        return gap;
    }

    /// <summary>
    /// Whether the centre of mass of the body and all that rests on it lies over the area on which the body rests; otherwise the direction
    /// in which it topples. Also finds what the body rests on.
    /// </summary>
    private bool Balanced(int body, out double nx, out double ny)
    {
        (nx, ny) = (0, 0);
        if (bodies[body].Z <= RestTolerance)
        {
            parents[body] = OnTable;
            return true;
        }
        var contact = new Contact(stackalloc (double, double)[256]);
        var support = OnHand;
        var nearest = double.MaxValue;
        foreach (ref readonly var p in PartsOf(body))
        {
            AddContacts(HandSolids, p, ref contact);
            for (var other = 0; other < Count; other++)
            {
                if (other == body || AddContacts(PartsOf(other), p, ref contact) == 0)
                    continue;
                double dx = bodies[other].X - bodies[body].X, dy = bodies[other].Y - bodies[body].Y;
                if (dx * dx + dy * dy < nearest)
                    (support, nearest) = (other, dx * dx + dy * dy);
            }
        }
        parents[body] = support;
        var (x, y) = CentreOfMass(body);
        return contact.Outside(x, y, out nx, out ny) <= BalanceTolerance;
    }

    private static int AddContacts(ReadOnlySpan<Prism> solids, in Prism p, ref Contact contact)
    {
        var before = contact.Count;
        foreach (ref readonly var q in solids)
            if (Math.Abs(p.Bottom - q.Top) <= RestTolerance && Prism.FootprintsOverlap(q, p, out _, out _, out _))
                contact.Add(p, q);
        return contact.Count - before;
    }

    private (double X, double Y) CentreOfMass(int body)
    {
        double x = 0, y = 0, mass = 0;
        for (var i = 0; i < Count; i++)
        {
            if (i != body && !RestsOn(i, body))
                continue;
            var m = bodies[i].Mass;
            (x, y, mass) = (x + m * bodies[i].X, y + m * bodies[i].Y, mass + m);
        }
        return (x / mass, y / mass);
    }

    /// <summary>The chamfer of a fixture guides a block that lies almost right over the slot, at almost the right azimuth, into it.</summary>
    private bool SlideIntoSlot(int body)
    {
        if (bodies[body].Kind != BodyKind.Block || bodies[body].Z <= RestTolerance)
            return false;
        for (var support = 0; support < Count; support++)
            if (bodies[support].Kind == BodyKind.Fixture && Math.Abs(bodies[support].Top - bodies[body].Z) <= RestTolerance
                && TrySlot(body, support))
                return true;
        return false;
    }

    private bool TrySlot(int body, int fixture)
    {
        ref readonly var f = ref bodies[fixture];
        ref var b = ref bodies[body];
        double dx = b.X - f.X, dy = b.Y - f.Y, slotX = f.HalfX - f.Wall, slotY = f.HalfY - f.Wall;
        var quarters = Math.Round((b.Yaw - f.Yaw) / (Math.PI / 2));
        var yaw = f.Yaw + quarters * (Math.PI / 2);
        var (alongX, alongY) = ((long)quarters & 1) == 0 ? (b.HalfX, b.HalfY) : (b.HalfY, b.HalfX);
        if (dx * dx + dy * dy > ChamferDistance * ChamferDistance || Math.Abs(b.Yaw - yaw) > ChamferAngle || alongX > slotX || alongY > slotY)
            return false;
        var before = b;
        (b.X, b.Y, b.Yaw) = (f.X, f.Y, Trigonometry.Wrap(yaw, 2 * Math.PI));
        Refresh(body);
        if (IsFree(body) && Gap(body) > RestTolerance)
            return true;
        b = before;
        Refresh(body);
        return false;
    }
}
