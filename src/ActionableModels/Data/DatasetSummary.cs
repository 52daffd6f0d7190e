using ActionableModels.Actions;

namespace ActionableModels.Data;

/// <summary>Counts of values in bins of equal width.</summary>
/// <param name="Low">Lower end of the first bin.</param>
/// <param name="Width">Width of a bin; 0 where there is only one value to count.</param>
/// <param name="Counts">Values in each bin; a value at the upper end belongs to the last.</param>
public sealed record Histogram(double Low, double Width, IReadOnlyList<long> Counts)
{
    /// <summary>The bin of a value; values outside go to the nearest.</summary>
    internal static int Bin(double value, double low, double width, int bins) =>
        width == 0 ? 0 : Math.Clamp((int)Math.Floor((value - low) / width), 0, bins - 1);
}

/// <summary>One action dimension over all steps.</summary>
/// <param name="Name">Name of the dimension.</param>
/// <param name="Min">Smallest value; 0 without steps, as are the others.</param>
/// <param name="Mean">Mean.</param>
/// <param name="Max">Largest value.</param>
/// <param name="Histogram">Values between the bounds of the action space; the discrete dimensions have one bin for 0 and one for 1.</param>
public sealed record ActionSummary(string Name, float Min, double Mean, float Max, Histogram Histogram);

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
/// <param name="Policies">The recording policies by name.</param>
public sealed record DatasetSummary(
    int Episodes, long Steps, long Frames, int Shards, long Bytes, int Shortest, double MeanLength, int Longest, Histogram Lengths,
    IReadOnlyList<ActionSummary> Actions, IReadOnlyList<PolicySummary> Policies)
{
    const int Bins = 20;

    /// <summary>Summarises a dataset; reads every action, no image.</summary>
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
            CountLengths(store, shortest, longest), [.. Enumerable.Range(0, ActionSpace.Dimensions).Select(d => Summarise(store, d))],
            [.. policies.Values]);
    }

    static Histogram CountLengths(EpisodeStore store, int shortest, int longest)
    {
        var width = (longest - shortest) / Bins + 1;
        var counts = new long[(longest - shortest) / width + 1];
        for (var e = 0; e < store.EpisodeCount; e++)
            counts[(store.Steps(e) - shortest) / width]++;
        return new Histogram(shortest, width, counts);
    }

    static ActionSummary Summarise(EpisodeStore store, int dimension)
    {
        var space = store.Actions;
        var bins = space.IsFixed(dimension) ? 1 : ActionSpace.IsBinary(dimension) ? 2 : Bins;
        var (low, width) = ((double)space.Low[dimension], ((double)space.High[dimension] - space.Low[dimension]) / bins);
        var counts = new long[bins];
        var (min, sum, max) = (float.PositiveInfinity, 0.0, float.NegativeInfinity);
        for (var e = 0; e < store.EpisodeCount; e++)
        {
            var actions = store.ActionsOf(e);
            for (var i = dimension; i < actions.Length; i += ActionSpace.Dimensions)
            {
                (min, sum, max) = (Math.Min(min, actions[i]), sum + actions[i], Math.Max(max, actions[i]));
                counts[Histogram.Bin(actions[i], low, width, bins)]++;
            }
        }
        var some = store.StepCount > 0;
        return new ActionSummary(ActionSpace.Names[dimension], some ? min : 0, some ? sum / store.StepCount : 0, some ? max : 0,
            new Histogram(low, width, counts));
    }
}
