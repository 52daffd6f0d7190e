using ActionableModels.Compute;

namespace ActionableModels.Policies;

/// <summary>Chooses actions from a camera image, a goal image and the robot's state.</summary>
public interface IPolicy
{
    /// <summary>Chooses an action.</summary>
    /// <param name="currentImage">UInt8, camera height · width · 3.</param>
    /// <param name="goalImage">The same size.</param>
    /// <param name="state">Gripper closed (0 or 1), height above the table (metres).</param>
    /// <param name="key">Random numbers of this decision.</param>
    /// <param name="action">Receives <see cref="Actions.ActionSpace.Dimensions"/> numbers.</param>
    /// <returns>Q of the action; NaN for a policy that has none.</returns>
    float Act(ReadOnlySpan<byte> currentImage, ReadOnlySpan<byte> goalImage, ReadOnlySpan<float> state, RandomKey key, Span<float> action);
}
