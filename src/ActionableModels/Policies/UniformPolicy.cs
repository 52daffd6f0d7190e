using ActionableModels.Actions;
using ActionableModels.Compute;

namespace ActionableModels.Policies;

/// <summary>Uniformly random actions: the floor that every success rate is compared with.</summary>
public sealed class UniformPolicy(ActionSpace space) : IPolicy
{
    /// <inheritdoc/>
    public float Act(ReadOnlySpan<byte> currentImage, ReadOnlySpan<byte> goalImage, ReadOnlySpan<float> state, RandomKey key,
        Span<float> action)
    {
        for (var d = 0; d < ActionSpace.Dimensions; d++)
        {
            var u = Philox.Uniform(key, (uint)d);
            action[d] = space.IsFixed(d) ? space.Low[d] : ActionSpace.IsBinary(d) ? (u < 0.5f ? 1 : 0)
                : space.Low[d] + (space.High[d] - space.Low[d]) * u;
        }
        return float.NaN;
    }
}
