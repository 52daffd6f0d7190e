using ActionableModels.Actions;
using ActionableModels.Simulation.Physics;

namespace ActionableModels.Simulation;

/// <summary>Moves the hand straight to its place.</summary>
internal sealed class ScriptedReaching(double noise, double epsilon, bool wander) : ScriptedPolicy(noise, epsilon, wander)
{
    private const double Near = 0.004;

    internal override Place DrawTarget(ref Draws draws) =>
        new(draws.Uniform(-0.17, 0.17), draws.Uniform(-0.17, 0.17), draws.Uniform(0.01, 0.18));

    internal override bool Plan(World world, Place target, Span<float> action)
    {
        var hand = Place.OfHand(world);
        action.Clear();
        action[ActionSpace.Displacement] = (float)Math.Clamp(target.X - hand.X, -Reach.Sideways, Reach.Sideways);
        action[ActionSpace.Displacement + 1] = (float)Math.Clamp(target.Y - hand.Y, -Reach.Sideways, Reach.Sideways);
        action[ActionSpace.Displacement + 2] = (float)Math.Clamp(target.Z - hand.Z, -Reach.Height, Reach.Height);
        return hand.DistanceTo(target) > Near;
    }
}
