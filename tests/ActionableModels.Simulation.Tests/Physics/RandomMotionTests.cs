using ActionableModels.Compute;
using ActionableModels.Simulation.Camera;
using ActionableModels.Simulation.Physics;

namespace ActionableModels.Simulation.Tests.Physics;

public class RandomMotionTests
{
    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(4)]
    public void NothingInterpenetratesOrFloatsWhateverTheHandDoes(int part)
    {
        const int scenes = 60, steps = 150;
        var world = new World();
        var (grasps, stacked, inside) = (0, 0, 0);
        for (var scene = 0; scene < scenes; scene++)
        {
            var draws = new Draws(new RandomKey((ulong)part, 7, (ulong)scene));
            Fill(world, ref draws);
            var wasHeld = false;
            for (var step = 0; step < steps; step++)
            {
                Act(world, ref draws);
                var fault = SceneOracle.Fault(world);
                Assert.True(fault is null, $"part {part}, scene {scene}, step {step}: {fault}");
                grasps += world.Hand.Held >= 0 && !wasHeld ? 1 : 0;
                wasHeld = world.Hand.Held >= 0;
                for (var i = 0; i < world.Count; i++)
                    if (world.SupportOf(i) is >= 0 and var support)
                        _ = world.Bodies[support].Hollow ? inside++ : stacked++;
            }
        }
        Assert.True(grasps > 300 && stacked > 1000 && inside > 1000, $"the test exercised too little: {grasps} grasps, {stacked} stacked, {inside} inside");
    }

    private static void Fill(World world, ref Draws draws)
    {
        world.Clear(draws.Uniform(-0.2, 0.2), draws.Uniform(-0.2, 0.2), 0.2, draws.Uniform(-1, 1));
        Body[] kinds =
        [
            Body.Cube(0.058, Palette.Red), Body.Cube(0.045, Palette.Blue), Body.Cylinder(0.025, 0.06, Palette.Yellow),
            Body.Block(0.04, 0.08, 0.03, Palette.Green), Body.Container(0.14, 0.12, 0.05, Palette.Crate),
            Body.Fixture(0.046, 0.086, 0.03, Palette.Steel), Body.Block(0.03, 0.03, 0.09, Palette.Purple),
        ];
        var count = 2 + (int)draws.Uniform(0, kinds.Length - 1);
        for (var i = 0; i < count; i++)
        {
            var body = kinds[(int)draws.Uniform(0, kinds.Length)];
            for (var attempt = 0; attempt < 100; attempt++)
            {
                (body.X, body.Y, body.Yaw) = (draws.Uniform(-0.16, 0.16), draws.Uniform(-0.16, 0.16), draws.Uniform(-3, 3));
                if (world.TryAdd(body))
                    break;
            }
        }
    }

    /// <summary>Half blind motion; otherwise the hand goes for a body, or brings what it holds over one, more or less exactly.</summary>
    private static void Act(World world, ref Draws draws)
    {
        ref readonly var hand = ref world.Hand;
        if (world.Count == 0 || draws.Chance(0.4))
        {
            double x = draws.Uniform(-0.12, 0.12), y = draws.Uniform(-0.12, 0.12), z = draws.Uniform(-0.1, 0.1), azimuth = draws.Uniform(-1, 1);
            world.Step(x, y, z, azimuth, draws.Chance(0.3), draws.Chance(0.3));
            return;
        }
        var aim = world.Bodies[(int)draws.Uniform(0, world.Count)];
        var spread = draws.Chance(0.5) ? 0.004 : 0.03;
        double dx = aim.X + spread * draws.Normal() - hand.X, dy = aim.Y + spread * draws.Normal() - hand.Y;
        var turn = draws.Chance(0.3) ? draws.Uniform(-1, 1) : Trigonometry.Wrap(aim.Yaw - hand.Azimuth, Math.PI / 2);
        if (hand.Held >= 0)
        {
            world.Step(0, 0, 0.15, 0, false, false);
            world.Step(dx, dy, 0, turn, false, false);
            world.Step(0, 0, draws.Uniform(-0.2, 0), 0, false, true);
        }
        else
        {
            world.Step(0, 0, 0.2, 0, false, true);
            world.Step(dx, dy, 0, turn, false, false);
            world.Step(0, 0, -0.2 + draws.Uniform(0, 0.04), 0, true, false);
        }
    }
}
