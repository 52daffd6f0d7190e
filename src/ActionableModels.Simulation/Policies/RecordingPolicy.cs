using ActionableModels.Actions;
using ActionableModels.Compute;

namespace ActionableModels.Simulation;

/// <summary>
/// A policy that records data or serves as a yardstick. It may look at the true state of the world; what it does depends on that state and on
/// the random key alone.
/// </summary>
public abstract class RecordingPolicy
{
    /// <summary>Name as stored with the episodes that it records.</summary>
    public abstract string Name { get; }

    /// <summary>Writes the action for a step.</summary>
    /// <param name="environment">The world, as it is now.</param>
    /// <param name="key">The episode's random key; the policy draws from it what belongs to this step.</param>
    /// <param name="step">Step of the episode, from 0.</param>
    /// <param name="action">Receives <see cref="ActionSpace.Dimensions"/> numbers within the bounds.</param>
    public abstract void Act(TabletopEnvironment environment, RandomKey key, int step, Span<float> action);

    /// <summary>Draws that belong to one step of one episode.</summary>
    private protected static Draws DrawsOf(RandomKey key, int step) => new(key with { Counter = key.Counter << 20 | (uint)step });

    /// <summary>An action uniform within the bounds; binary parts are fair coins. Terminate is never drawn.</summary>
    private protected static void DrawUniform(ActionSpace space, ref Draws draws, Span<float> action)
    {
        for (var d = 0; d < ActionSpace.Dimensions; d++)
            action[d] = space.IsFixed(d) ? space.Low[d]
                : ActionSpace.IsBinary(d) ? (d != ActionSpace.Terminate && draws.Chance(0.5) ? 1 : 0)
                : (float)draws.Uniform(space.Low[d], space.High[d]);
    }
}

/// <summary>Actions uniform within the bounds.</summary>
public sealed class RandomPolicy : RecordingPolicy
{
    /// <inheritdoc/>
    public override string Name => "random";

    /// <inheritdoc/>
    public override void Act(TabletopEnvironment environment, RandomKey key, int step, Span<float> action)
    {
        var draws = DrawsOf(key, step);
        DrawUniform(environment.Actions, ref draws, action);
    }
}
