using ActionableModels.Actions;
using ActionableModels.Simulation.Physics;

namespace ActionableModels.Simulation;

/// <summary>
/// Goes above the cube, sinks and closes, carries it, lowers and opens, and rises a little: five to eight steps. Travel and descent share a step
/// where the straight line between them is free.
/// </summary>
internal sealed class ScriptedPickAndPlace(double noise, double epsilon, bool wander) : ScriptedPolicy(noise, epsilon, wander)
{
    private const int Cube = 0;
    private const double GraspHeight = 0.008, HoverHeight = 0.088, CarryHeight = 0.07, RetreatHeight = 0.09;
    private const double GraspTolerance = 0.015, PlaceTolerance = 0.02;

    internal override Place DrawTarget(ref Draws draws) =>
        new(draws.Uniform(-Scene.Spread, Scene.Spread), draws.Uniform(-Scene.Spread, Scene.Spread), 0);

    internal override bool Plan(World world, Place target, Span<float> action)
    {
        action.Clear();
        var hand = Place.OfHand(world);
        var cube = Place.OfBody(world, Cube);
        if (world.Hand.Held == Cube)
            Carry(world, cube, target, action);
        else if (world.RestsOnTable(Cube) && cube.DistanceTo(target) <= PlaceTolerance)
            return Retreat(hand, action);
        else
            Pick(world, hand, cube, action);
        return true;
    }

    private static bool Retreat(Place hand, Span<float> action)
    {
        Move(action, 0, 0, Math.Max(0, RetreatHeight - hand.Z));
        return hand.Z < RetreatHeight - 0.02;
    }

    private static void Pick(World world, Place hand, Place cube, Span<float> action)
    {
        double x = cube.X - hand.X, y = cube.Y - hand.Y, sink = Math.Max(0, cube.Z + GraspHeight) - hand.Z;
        var away = Math.Max(Math.Abs(x), Math.Abs(y));
        var aside = away > GraspTolerance;
        if (world.Hand.Closed)
        {
            action[ActionSpace.Open] = 1;
            Move(action, aside ? x : 0, aside ? y : 0, HoverHeight - hand.Z);
        }
        else if (!aside || IsFreeDescent(x, y, cube, hand))
        {
            Move(action, x, y, sink);
            if (-sink <= Reach.Height)
                action[ActionSpace.Close] = 1;
        }
        else if (hand.Z < HoverHeight - 0.02 && away < 0.13)
            Move(action, 0, 0, HoverHeight - hand.Z);
        else
            Move(action, x, y, HoverHeight - hand.Z);
    }

    /// <summary>
    /// Whether one straight line takes the open jaws down around the cube: along the jaws they must be over it once they sink below
    /// its top; across the jaws they may slide in from the side.
    /// </summary>
    private static bool IsFreeDescent(double x, double y, Place cube, Place hand)
    {
        double top = cube.Z + Scene.CubeSide + 0.005, bottom = cube.Z + GraspHeight;
        if (hand.Z - bottom > Reach.Height || Math.Abs(x) > Reach.Sideways || Math.Abs(y) > Reach.Sideways)
            return false;
        return Math.Abs(x) * Math.Min(1, (top - bottom) / Math.Max(hand.Z - bottom, 1e-9)) <= 0.02;
    }

    private static void Carry(World world, Place cube, Place target, Span<float> action)
    {
        double x = target.X - cube.X, y = target.Y - cube.Y, away = Math.Max(Math.Abs(x), Math.Abs(y));
        var lowest = cube.Z - target.Z;
        var last = away <= (world.Count == 1 ? Reach.Sideways : PlaceTolerance) && lowest <= Reach.Height;
        Move(action, x, y, last ? -lowest : CarryHeight - cube.Z);
        if (last)
            action[ActionSpace.Open] = 1;
    }

    private static void Move(Span<float> action, double x, double y, double z)
    {
        action[ActionSpace.Displacement] = (float)Math.Clamp(x, -Reach.Sideways, Reach.Sideways);
        action[ActionSpace.Displacement + 1] = (float)Math.Clamp(y, -Reach.Sideways, Reach.Sideways);
        action[ActionSpace.Displacement + 2] = (float)Math.Clamp(z, -Reach.Height, Reach.Height);
    }
}
