using ActionableModels.Compute;
using ActionableModels.Data;

namespace ActionableModels.Learning;

/// <summary>Draws goals for random relabelling: the paper's G(D, s_i, a_i), end of section 4.2.</summary>
public interface IGoalSampler
{
    /// <summary>
    /// The global frame number of goal candidate number <paramref name="candidate"/> for an example of the given episode.
    /// </summary>
    long Draw(int episode, RandomKey key, uint candidate = 0);
}

/// <summary>
/// Goal samplers by name: `uniform` over all states (the paper), `same-scene` (scenes that look alike), and two that weigh uniform
/// candidates by the learned value Q(s_i, a_i, g) at the cut: `nearest-value` takes the highest, `skewed` draws by exp(Q).
/// </summary>
public static class GoalSamplers
{
    /// <summary>Uniform candidates that the value-based samplers choose from.</summary>
    internal const int ValueCandidates = 4;

    /// <summary>Known names.</summary>
    public static IReadOnlyList<string> Names { get; } = ["uniform", "same-scene", "nearest-value", "skewed"];

    /// <summary>Throws if there is no such sampler.</summary>
    /// <exception cref="ActionableException">There is none.</exception>
    public static void Require(string name)
    {
        if (!Names.Contains(name)) throw new ActionableException(ActionableModels.Names.Unknown("goal sampler", name, Names));
    }

    /// <summary>Creates the sampler that draws the candidates.</summary>
    public static IGoalSampler Create(string name, EpisodeStore store)
    {
        Require(name);
        return name == "same-scene" ? new SameSceneGoalSampler(store) : new UniformGoalSampler(store.FrameCount);
    }

    /// <summary>Whether a sampler chooses by the learned value.</summary>
    internal static bool ChoosesByValue(string name) => name is "nearest-value" or "skewed";

    /// <summary>Candidates for each example of a batch; 0 for samplers that do not choose by value.</summary>
    internal static int CandidatesOf(string name) => ChoosesByValue(name) ? ValueCandidates : 0;
}

/// <summary>Uniform over all states of the dataset: the paper's choice.</summary>
internal sealed class UniformGoalSampler(long frames) : IGoalSampler
{
    public long Draw(int episode, RandomKey key, uint candidate) => Philox.Below(key, 4 + candidate, frames);
}
