namespace ActionableModels.Simulation.Physics;

/// <summary>What an object is.</summary>
internal enum BodyKind : byte
{
    /// <summary>A solid box.</summary>
    Block,
    /// <summary>An upright cylinder of radius HalfX.</summary>
    Cylinder,
    /// <summary>An open box.</summary>
    Container,
    /// <summary>A thick-walled open box, bolted to the table, whose slot takes one block at the right azimuth.</summary>
    Fixture,
}

/// <summary>An object: its shape, colour and pose. Metres and radians; Z is the height of its underside. Objects stay upright.</summary>
internal struct Body
{
    /// <summary>Most parts that a body has: a floor and four walls.</summary>
    public const int MaxParts = 5;

    private const double FloorThickness = 0.006;

    public BodyKind Kind;
    public double HalfX, HalfY, Height, Wall;
    public double X, Y, Z, Yaw;
    /// <summary>Red in the low byte, then green, then blue.</summary>
    public uint Colour;

    public readonly bool Fixed => Kind == BodyKind.Fixture;
    public readonly bool Hollow => Kind >= BodyKind.Container;
    public readonly double Top => Z + Height;
    public readonly int PartCount => Hollow ? MaxParts : 1;

    /// <summary>Proportional to the mass.</summary>
    public readonly double Mass => HalfX * HalfY * Height * (Hollow ? 0.3 : 1);

    public static Body Cube(double side, uint colour) => Block(side, side, side, colour);

    public static Body Block(double x, double y, double height, uint colour) =>
        new() { Kind = BodyKind.Block, HalfX = x / 2, HalfY = y / 2, Height = height, Colour = colour };

    public static Body Cylinder(double radius, double height, uint colour) =>
        new() { Kind = BodyKind.Cylinder, HalfX = radius, HalfY = radius, Height = height, Colour = colour };

    public static Body Container(double x, double y, double height, uint colour) =>
        new() { Kind = BodyKind.Container, HalfX = x / 2, HalfY = y / 2, Height = height, Wall = 0.008, Colour = colour };

    /// <summary>A fixture whose slot measures x by y.</summary>
    public static Body Fixture(double x, double y, double height, uint colour)
    {
        const double wall = 0.018;
        return new() { Kind = BodyKind.Fixture, HalfX = x / 2 + wall, HalfY = y / 2 + wall, Height = height, Wall = wall, Colour = colour };
    }

    /// <summary>Writes the body's solids in world coordinates: itself, or floor and walls.</summary>
    public readonly void WriteParts(Span<Prism> parts)
    {
        var (sin, cos) = Trigonometry.SinCos(Yaw);
        var whole = new Prism
        {
            X = X, Y = Y, Cos = cos, Sin = sin, HalfX = HalfX, HalfY = HalfY, Bottom = Z, Top = Z + Height, Round = Kind == BodyKind.Cylinder,
        };
        if (!Hollow)
        {
            parts[0] = whole;
            return;
        }
        parts[0] = whole with { HalfX = HalfX - Wall, HalfY = HalfY - Wall, Top = Z + FloorThickness };
        for (var side = 0; side < 4; side++)
        {
            var alongX = side < 2;
            var sign = (side & 1) == 0 ? -1 : 1;
            double offsetX = alongX ? sign * (HalfX - Wall / 2) : 0, offsetY = alongX ? 0 : sign * (HalfY - Wall / 2);
            parts[1 + side] = whole with
            {
                X = X + offsetX * cos - offsetY * sin,
                Y = Y + offsetX * sin + offsetY * cos,
                HalfX = alongX ? Wall / 2 : HalfX - Wall,
                HalfY = alongX ? HalfY : Wall / 2,
            };
        }
    }
}
