using ActionableModels.Simulation.Camera;
using ActionableModels.Simulation.Physics;

namespace ActionableModels.Simulation;

/// <summary>Draws random scenes.</summary>
internal static class Scene
{
    /// <summary>Side of the cube that pick-and-place moves: with jaws that open 12 cm, a grasp may be 3 cm off.</summary>
    public const double CubeSide = 0.058;
    /// <summary>Objects start, and are to be placed, within this distance of the table's middle in x and y.</summary>
    public const double Spread = 0.14;
    private const double MaxYaw = 0.15;

    /// <summary>Puts the hand at a random place above the objects, and as many objects as there is room for at random places.</summary>
    public static void Draw(World world, int objects, ref Draws draws)
    {
        world.Clear(draws.Uniform(-0.16, 0.16), draws.Uniform(-0.16, 0.16), draws.Uniform(0.10, 0.17), 0);
        for (var i = 0; i < objects; i++)
            AddSomewhere(world, Kind(i), ref draws);
    }

    private static Body Kind(int index) => index switch
    {
        0 => Body.Cube(CubeSide, Palette.Red),
        1 => Body.Cube(0.05, Palette.Blue),
        2 => Body.Cylinder(0.026, 0.055, Palette.Yellow),
        3 => Body.Container(0.13, 0.13, 0.045, Palette.Crate),
        4 => Body.Block(0.045, 0.07, 0.04, Palette.Green),
        _ => Body.Fixture(0.05, 0.075, 0.03, Palette.Steel),
    };

    private static void AddSomewhere(World world, Body body, ref Draws draws)
    {
        const int attempts = 200;
        for (var k = 0; k < attempts; k++)
        {
            body.X = draws.Uniform(-Spread, Spread);
            body.Y = draws.Uniform(-Spread, Spread);
            body.Yaw = draws.Uniform(-MaxYaw, MaxYaw);
            if (world.TryAdd(body))
                return;
        }
    }
}
