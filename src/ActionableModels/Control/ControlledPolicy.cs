using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Policies;

namespace ActionableModels.Control;

/// <summary>
/// A controller as a policy, so that an evaluation tells what its limits cost. Step 0 of an episode, by the lower half of the key's counter as
/// <see cref="Evaluation.Evaluator"/> counts, starts it anew; the random numbers are the controller's own.
/// </summary>
public sealed class ControlledPolicy : IPolicy, IDisposable
{
    private readonly PolicyController controller;

    /// <summary>Plans a controller.</summary>
    /// <param name="open">As for <see cref="PolicyController"/>.</param>
    /// <param name="model">The model.</param>
    /// <param name="options">Limits; the defaults if left out.</param>
    public ControlledPolicy(Func<Device> open, PolicyModel model, ControllerOptions? options = null) => controller = new(open, model, options);

    /// <summary>What the limits did so far.</summary>
    public ControlCounters Counters => controller.Counters;

    /// <inheritdoc/>
    /// <exception cref="ActionableException">The goal image or the device failed; held actions are given as they are.</exception>
    public float Act(ReadOnlySpan<byte> currentImage, ReadOnlySpan<byte> goalImage, ReadOnlySpan<float> state, RandomKey key, Span<float> action)
    {
        if ((uint)key.Counter == 0)
        {
            controller.Reset();
            Require(controller.SetGoal(goalImage));
        }
        Require(controller.Act(currentImage, state, PolicyController.Now, out var decision));
        ((ReadOnlySpan<float>)decision.Action).CopyTo(action);
        return decision.Q < 0 ? float.NaN : decision.Q;

        void Require(ControlStatus status)
        {
            if (status is not (ControlStatus.Ok or ControlStatus.Held)) throw new ActionableException(controller.Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => controller.Dispose();
}
