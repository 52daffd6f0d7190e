using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Simulation.Physics;

namespace ActionableModels.Simulation;

/// <summary>
/// A script with a noise dial: Gaussian noise on its displacements and, with a given probability, a random action in its place. It plans from
/// the true state at every step, so it recovers from what went wrong. Where the terminate action is on, it terminates when all is done.
/// </summary>
public abstract class ScriptedPolicy : RecordingPolicy
{
    private readonly double noise, epsilon;
    private readonly bool wander;
    private int leg;

    private protected ScriptedPolicy(double noise, double epsilon, bool wander)
    {
        if (!(noise >= 0 && noise <= 10) || !(epsilon >= 0 && epsilon <= 1))
            throw new ActionableException($"the script's noise ({noise}) must be from 0 to 10 and its epsilon ({epsilon}) from 0 to 1");
        (this.noise, this.epsilon, this.wander) = (noise, epsilon, wander);
    }

    /// <inheritdoc/>
    public override string Name => wander ? "wander" : "script";

    /// <summary>The script of a task.</summary>
    /// <param name="task">Task name.</param>
    /// <param name="noise">Standard deviation of the noise on displacements, as a fraction of their bounds.</param>
    /// <param name="epsilon">Probability of a uniformly random action in place of the scripted one.</param>
    /// <param name="wander">Whether to bring the hand or the cube to random places rather than to the goal's.</param>
    /// <exception cref="ActionableException">The task is unknown or a number is outside its range.</exception>
    public static ScriptedPolicy For(string task, double noise, double epsilon, bool wander = false) => task switch
    {
        TabletopOptions.Reaching => new ScriptedReaching(noise, epsilon, wander),
        TabletopOptions.PickAndPlace => new ScriptedPickAndPlace(noise, epsilon, wander),
        _ => throw new ActionableException(Names.Unknown("task", task, TabletopOptions.Tasks)),
    };

    /// <summary>
    /// Writes the noise-free action that brings the hand or the cube nearer to the target; false, with an action that keeps still,
    /// when all is done.
    /// </summary>
    internal abstract bool Plan(World world, Place target, Span<float> action);

    /// <summary>A random place to bring the hand or the cube to.</summary>
    internal abstract Place DrawTarget(ref Draws draws);

    /// <inheritdoc/>
    public sealed override void Act(TabletopEnvironment environment, RandomKey key, int step, Span<float> action)
    {
        var draws = DrawsOf(key, step);
        var space = environment.Actions;
        if (draws.Chance(epsilon))
        {
            DrawUniform(space, ref draws, action);
            return;
        }
        if (!Plan(environment, key, step, action) && !space.IsFixed(ActionSpace.Terminate))
            action[ActionSpace.Terminate] = 1;
        for (var d = ActionSpace.Displacement; d < ActionSpace.Azimuth; d++)
            action[d] = Math.Clamp(action[d] + (float)(noise * space.High[d] * draws.Normal()), space.Low[d], space.High[d]);
    }

    private bool Plan(TabletopEnvironment environment, RandomKey key, int step, Span<float> action)
    {
        if (step == 0)
            leg = 0;
        if (!wander)
            return Plan(environment.World, environment.Target, action);
        if (!Plan(environment.World, WanderTarget(key), action))
        {
            leg++;
            Plan(environment.World, WanderTarget(key), action);
        }
        return true;
    }

    private Place WanderTarget(RandomKey key)
    {
        var draws = new Draws(key with { Counter = key.Counter << 20 | (1u << 19) | (uint)leg });
        return DrawTarget(ref draws);
    }
}
