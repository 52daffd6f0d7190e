namespace ActionableModels.Simulation.Physics;

/// <summary>
/// The hand: two parallel-jaw fingers under a palm under an arm. The jaws move along the hand's own x axis. Z is the height of the
/// fingertips; metres and radians.
/// </summary>
internal struct Gripper
{
    public const int PartCount = 4;
    public const double MaxOpening = 0.12, MaxHeight = 0.20;
    public const double FingerThickness = 0.018, FingerWidth = 0.034, FingerLength = 0.088;
    public const double PalmHeight = 0.030, PalmWidth = 0.022, ArmRadius = 0.018, ArmLength = 0.22;

    public double X, Y, Z, Azimuth, Opening;
    /// <summary>The last command was to close.</summary>
    public bool Closed;
    /// <summary>The held body, or −1.</summary>
    public int Held;

    /// <summary>Writes the hand's solids in world coordinates: left finger, right finger, palm, arm.</summary>
    public readonly void WriteParts(Span<Prism> parts)
    {
        var (sin, cos) = Trigonometry.SinCos(Azimuth);
        var offset = (Opening + FingerThickness) / 2;
        var finger = new Prism
        {
            Cos = cos, Sin = sin, HalfX = FingerThickness / 2, HalfY = FingerWidth / 2, Bottom = Z, Top = Z + FingerLength,
        };
        parts[0] = finger with { X = X - offset * cos, Y = Y - offset * sin };
        parts[1] = finger with { X = X + offset * cos, Y = Y + offset * sin };
        parts[2] = finger with
        {
            X = X, Y = Y, HalfX = MaxOpening / 2 + FingerThickness, HalfY = PalmWidth / 2,
            Bottom = Z + FingerLength, Top = Z + FingerLength + PalmHeight,
        };
        parts[3] = new Prism
        {
            X = X, Y = Y, Cos = cos, Sin = sin, HalfX = ArmRadius, HalfY = ArmRadius, Round = true,
            Bottom = parts[2].Top, Top = parts[2].Top + ArmLength,
        };
    }
}
