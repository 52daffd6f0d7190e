namespace ActionableModels.Simulation.Physics;

/// <summary>
/// The tabletop: bodies and a hand above a table at height 0, x and y from −<see cref="Reach"/> to <see cref="Reach"/>. Contact is
/// quasi-static: everything is at rest between substeps, the hand's motion stops at what it cannot push, and a motion that would leave two
/// solids in one place is undone. No allocation after construction.
/// </summary>
internal sealed partial class World
{
    public const int Capacity = 8;
    /// <summary>The hand's workspace: half the table's side.</summary>
    public const double Reach = 0.20;
    /// <summary>Bodies are never pushed beyond this, so that they stay within the hand's reach.</summary>
    public const double Border = 0.245;
    private const int HandParts = Capacity * Body.MaxParts;
    private const int OnTable = -1, InHand = -2, OnHand = -3;

    private readonly Body[] bodies = new Body[Capacity], savedBodies = new Body[Capacity];
    private readonly int[] parents = new int[Capacity], savedParents = new int[Capacity];
    private readonly Prism[] parts = new Prism[HandParts + Gripper.PartCount];
    private Gripper hand, savedHand;

    /// <summary>Number of bodies.</summary>
    public int Count { get; private set; }
    /// <summary>The hand.</summary>
    public ref readonly Gripper Hand => ref hand;
    /// <summary>The bodies.</summary>
    public ReadOnlySpan<Body> Bodies => bodies.AsSpan(0, Count);
    /// <summary>The solids of a body.</summary>
    public ReadOnlySpan<Prism> PartsOf(int body) => parts.AsSpan(body * Body.MaxParts, bodies[body].PartCount);
    /// <summary>The solids of the hand.</summary>
    public ReadOnlySpan<Prism> HandSolids => parts.AsSpan(HandParts, Gripper.PartCount);

    /// <summary>Empties the table and puts the open hand at a place.</summary>
    public void Clear(double x, double y, double z, double azimuth)
    {
        Count = 0;
        hand = new Gripper { X = x, Y = y, Z = z, Azimuth = azimuth, Opening = Gripper.MaxOpening, Held = -1 };
        RefreshHand();
    }

    /// <summary>Adds a body; false, and nothing changes, where it would share space with another or with the hand.</summary>
    public bool TryAdd(in Body body)
    {
        var index = Count++;
        bodies[index] = body;
        parents[index] = OnTable;
        Refresh(index);
        if (IsFree(index))
            return true;
        Count--;
        return false;
    }

    /// <summary>Makes this world equal to another.</summary>
    public void CopyFrom(World other)
    {
        Count = other.Count;
        hand = other.hand;
        other.bodies.CopyTo(bodies, 0);
        other.parents.CopyTo(parents, 0);
        other.parts.CopyTo(parts, 0);
    }

    /// <summary>
    /// One step: straight motion by the displacement (metres) and azimuth change (radians), then close or open; close wins over open.
    /// </summary>
    public void Step(double dx, double dy, double dz, double azimuth, bool close, bool open)
    {
        Move(dx, dy, dz, azimuth);
        if (close)
            Close();
        else if (open)
            Open();
        Settle();
    }

    /// <summary>Whether the body is at rest on the table itself and not in the hand.</summary>
    public bool RestsOnTable(int body) => hand.Held != body && parents[body] == OnTable;

    /// <summary>The body that this one rests on; negative for the table and the hand.</summary>
    public int SupportOf(int body) => hand.Held == body ? InHand : parents[body];

    /// <summary>Whether no other solid shares space with the body.</summary>
    private bool IsFree(int body)
    {
        for (var other = 0; other < Count; other++)
            if (other != body && BodiesOverlap(body, other, out _, out _, out _))
                return false;
        return !HandOverlaps(body, out _, out _, out _);
    }

    /// <summary>Whether two bodies share space; moving b by depth along (nx, ny) parts the pair of solids that was found.</summary>
    private bool BodiesOverlap(int a, int b, out double depth, out double nx, out double ny)
    {
        depth = nx = ny = 0;
        foreach (ref readonly var p in PartsOf(a))
            foreach (ref readonly var q in PartsOf(b))
                if (Prism.Overlap(p, q, out depth, out nx, out ny))
                    return true;
        return false;
    }

    private bool HandOverlaps(int body, out double depth, out double nx, out double ny)
    {
        depth = nx = ny = 0;
        foreach (ref readonly var p in HandSolids)
            foreach (ref readonly var q in PartsOf(body))
                if (Prism.Overlap(p, q, out depth, out nx, out ny))
                    return true;
        return false;
    }

    private void Refresh(int body) => bodies[body].WriteParts(parts.AsSpan(body * Body.MaxParts));

    private void RefreshHand() => hand.WriteParts(parts.AsSpan(HandParts));

    private void Save()
    {
        savedHand = hand;
        bodies.AsSpan(0, Count).CopyTo(savedBodies);
        parents.AsSpan(0, Count).CopyTo(savedParents);
    }

    private void Restore()
    {
        hand = savedHand;
        savedBodies.AsSpan(0, Count).CopyTo(bodies);
        savedParents.AsSpan(0, Count).CopyTo(parents);
        RefreshHand();
        for (var i = 0; i < Count; i++)
            Refresh(i);
    }
}
