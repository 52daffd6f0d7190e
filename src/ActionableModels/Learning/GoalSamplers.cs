using ActionableModels.Compute;
using ActionableModels.Data;

namespace ActionableModels.Learning;

/// <summary>Draws goals for random relabelling: the paper's G(D, s_i, a_i), end of section 4.2.</summary>
public interface IGoalSampler
{
    /// <summary>The global frame number of a goal for an example of the given episode.</summary>
    long Draw(int episode, RandomKey key);
}

/// <summary>Goal samplers by name.</summary>
public static class GoalSamplers
{
    /// <summary>Known names.</summary>
    public static IReadOnlyList<string> Names { get; } = ["uniform", "same-scene"];

    /// <summary>Throws if there is no such sampler.</summary>
    /// <exception cref="ActionableException">There is none.</exception>
    public static void Require(string name)
    {
        if (!Names.Contains(name)) throw new ActionableException(ActionableModels.Names.Unknown("goal sampler", name, Names));
    }

    /// <summary>Creates a sampler over a dataset.</summary>
    public static IGoalSampler Create(string name, EpisodeStore store)
    {
        Require(name);
        return name == "same-scene" ? new SameSceneGoalSampler(store) : new UniformGoalSampler(store.FrameCount);
    }
}

/// <summary>Uniform over all states of the dataset: the paper's choice.</summary>
internal sealed class UniformGoalSampler(long frames) : IGoalSampler
{
    public long Draw(int episode, RandomKey key) => Philox.Below(key, 4, frames);
}
