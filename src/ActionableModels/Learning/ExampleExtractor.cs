using ActionableModels.Compute;
using ActionableModels.Data;

namespace ActionableModels.Learning;

/// <summary>
/// EXTRACTEXAMPLES (Algorithm 1) without a replay buffer: draws (episode, t, i, kind) with the distribution that the buffer would
/// have. An episode of T steps is drawn uniformly and cut at i uniform in 1 … T, and contributes the i transitions before the cut;
/// so a transition of the buffer belongs to an episode with weight (T + 1)/2, and within it all pairs t &lt; i are equally likely.
/// </summary>
public sealed class ExampleExtractor
{
    private readonly EpisodeStore store;
    private readonly IGoalSampler goals;
    private readonly float randomGoalShare;
    private readonly ulong seed;
    private readonly long[] cumulative;

    /// <summary>Prepares the draws.</summary>
    /// <exception cref="ActionableException">The dataset has an episode too short to relabel.</exception>
    public ExampleExtractor(EpisodeStore store, IGoalSampler goals, float randomGoalShare, ulong seed)
    {
        store.RequireRelabelable();
        (this.store, this.goals, this.randomGoalShare, this.seed) = (store, goals, randomGoalShare, seed);
        cumulative = new long[store.EpisodeCount];
        long sum = 0;
        for (var e = 0; e < cumulative.Length; e++) cumulative[e] = sum += store.Steps(e) + 1;
    }

    /// <summary>Example number <paramref name="index"/> of the run: the same for the same seed, whatever was drawn before.</summary>
    public Example Draw(long index, uint stream = Streams.Examples)
    {
        var key = new RandomKey(seed, stream, (ulong)index);
        var ticket = Philox.Below(key, 0, cumulative[^1]);
        var episode = Array.BinarySearch(cumulative, ticket + 1);
        if (episode < 0) episode = ~episode;
        var steps = store.Steps(episode);

        var pair = Philox.Below(key, 1, (long)steps * (steps + 1) / 2);
        var cut = (int)((Math.Sqrt(8.0 * pair + 1) - 1) / 2);
        while ((long)(cut + 1) * (cut + 2) / 2 <= pair) cut++;
        while ((long)cut * (cut + 1) / 2 > pair) cut--;
        var step = (int)(pair - (long)cut * (cut + 1) / 2);
        cut++;

        var first = store.FirstFrame(episode);
        var random = Philox.Uniform(key, 6) < randomGoalShare;
        var goal = random ? goals.Draw(episode, key) : first + cut;
        return new Example(episode, step, cut, goal, random, first + step + 1 == goal);
    }

    /// <summary>Another goal for a random-goal example: candidate 0 is the one that <see cref="Draw"/> gave it.</summary>
    internal Example WithCandidate(Example example, long index, uint candidate, uint stream)
    {
        var goal = goals.Draw(example.Episode, new RandomKey(seed, stream, (ulong)index), candidate);
        return example with { GoalFrame = goal, Reached = store.FirstFrame(example.Episode) + example.Step + 1 == goal };
    }
}
