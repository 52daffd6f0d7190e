using ActionableModels.Actions;
using ActionableModels.Metrics;

namespace ActionableModels.Data;

/// <summary>The episodes of one recording policy.</summary>
/// <param name="Name">Name of the policy.</param>
/// <param name="Episodes">Its episodes.</param>
/// <param name="Successes">Those that reached what they tried.</param>
/// <param name="Steps">Its steps.</param>
public sealed record PolicySummary(string Name, int Episodes, int Successes, long Steps);

/// <summary>What a dataset holds, for the people who look at it.</summary>
/// <param name="Episodes">Number of episodes.</param>
/// <param name="Steps">Number of steps.</param>
/// <param name="Frames">Number of frames.</param>
/// <param name="Shards">Number of shards.</param>
/// <param name="Bytes">Bytes of all shards.</param>
/// <param name="Shortest">Steps of the shortest episode; 0 without episodes, as are the next two.</param>
/// <param name="MeanLength">Mean steps of an episode.</param>
/// <param name="Longest">Steps of the longest episode.</param>
/// <param name="Lengths">Episodes by their steps, in at most 20 bins.</param>
/// <param name="Actions">The action dimensions in order.</param>
/// <param name="States">The numbers of the robot's state in order.</param>
/// <param name="Policies">The recording policies by name.</param>
public sealed record DatasetSummary(
    int Episodes, long Steps, long Frames, int Shards, long Bytes, int Shortest, double MeanLength, int Longest, Histogram Lengths,
    IReadOnlyList<NumberSummary> Actions, IReadOnlyList<NumberSummary> States, IReadOnlyList<PolicySummary> Policies)
{
    const int Bins = 20;

    /// <summary>Summarises a dataset; reads every action and state, no image.</summary>
    public static DatasetSummary Of(EpisodeStore store)
    {
        var episodes = store.EpisodeCount;
        var policies = new SortedDictionary<string, PolicySummary>(StringComparer.Ordinal);
        var (shortest, longest) = (episodes == 0 ? 0 : int.MaxValue, 0);
        for (var e = 0; e < episodes; e++)
        {
            var (name, steps) = (store.Policy(e), store.Steps(e));
            (shortest, longest) = (Math.Min(shortest, steps), Math.Max(longest, steps));
            var sum = policies.GetValueOrDefault(name) ?? new PolicySummary(name, 0, 0, 0);
            policies[name] = new PolicySummary(name, sum.Episodes + 1, sum.Successes + (store.Success(e) ? 1 : 0), sum.Steps + steps);
        }
        var mean = episodes == 0 ? 0 : (double)store.StepCount / episodes;
        return new DatasetSummary(episodes, store.StepCount, store.FrameCount, store.ShardCount, store.Bytes, shortest, mean, longest,
            CountLengths(store, shortest, longest), CountActions(store), CountStates(store), [.. policies.Values]);
    }

    static Histogram CountLengths(EpisodeStore store, int shortest, int longest)
    {
        var width = (longest - shortest) / Bins + 1;
        var bins = (longest - shortest) / width + 1;
        var lengths = new Histogram(shortest, shortest + (double)width * bins, bins);
        for (var e = 0; e < store.EpisodeCount; e++) lengths.Add(store.Steps(e));
        return lengths;
    }

    static NumberSummary[] CountActions(EpisodeStore store)
    {
        var space = store.Actions;
        var numbers = Enumerable.Range(0, ActionSpace.Dimensions)
            .Select(d => NumberSummary.Empty(ActionSpace.Names[d], space.Low[d], space.High[d], ActionSpace.IsBinary(d))).ToArray();
        for (var e = 0; e < store.EpisodeCount; e++)
        {
            var actions = store.ActionsOf(e);
            for (var i = 0; i < actions.Length; i++) numbers[i % ActionSpace.Dimensions].Histogram.Add(actions[i]);
        }
        return numbers;
    }

    static NumberSummary[] CountStates(EpisodeStore store)
    {
        var (low, high) = (double.PositiveInfinity, double.NegativeInfinity);
        for (var frame = 0L; frame < store.FrameCount; frame++)
            (low, high) = (Math.Min(low, store.State(frame)[1]), Math.Max(high, store.State(frame)[1]));
        if (store.FrameCount == 0) (low, high) = (0, 0);
        NumberSummary[] numbers =
        [
            NumberSummary.Empty(DatasetHeader.StateNames[0], 0, 1, binary: true), NumberSummary.Empty(DatasetHeader.StateNames[1], low, high, binary: false),
        ];
        for (var frame = 0L; frame < store.FrameCount; frame++)
            for (var i = 0; i < numbers.Length; i++) numbers[i].Histogram.Add(store.State(frame)[i]);
        return numbers;
    }
}
