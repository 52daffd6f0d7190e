using System.Globalization;
using ActionableModels.Actions;
using ActionableModels.Cli.Terminal;
using ActionableModels.Data;
using ActionableModels.Metrics;

namespace ActionableModels.Cli;

/// <summary>What inspect says of a dataset.</summary>
internal sealed record DatasetSummary(string Dataset, string Task, int ImageHeight, int ImageWidth,
    IReadOnlyDictionary<string, string> Recording, int Episodes, long Steps, long Frames, int Shards, long Bytes,
    IReadOnlyList<LengthCount> Lengths, IReadOnlyList<PolicySummary> Policies,
    IReadOnlyList<NumberSummary> Actions, IReadOnlyList<NumberSummary> States)
{
    public static DatasetSummary Of(EpisodeStore store)
    {
        var episodes = Enumerable.Range(0, store.EpisodeCount).ToArray();
        var actions = Enumerable.Range(0, ActionSpace.Dimensions)
            .Select(d => new NumberStatistics(ActionSpace.Names[d], store.Actions.Low[d], store.Actions.High[d])).ToArray();
        var (lowest, highest) = HeightRange(store);
        NumberStatistics[] states = [new(DatasetHeader.StateNames[0], 0, 1), new(DatasetHeader.StateNames[1], lowest, highest)];
        foreach (var episode in episodes)
        {
            var all = store.ActionsOf(episode);
            for (var i = 0; i < all.Length; i++) actions[i % ActionSpace.Dimensions].Add(all[i]);
        }
        for (var frame = 0L; frame < store.FrameCount; frame++)
            for (var i = 0; i < states.Length; i++) states[i].Add(store.State(frame)[i]);
        return new(store.Folder, store.Header.Task, store.ImageHeight, store.ImageWidth,
            store.Header.Settings ?? new Dictionary<string, string>(), store.EpisodeCount, store.StepCount, store.FrameCount,
            store.ShardCount, store.Bytes,
            [.. episodes.GroupBy(store.Steps).OrderBy(g => g.Key).Select(g => new LengthCount(g.Key, g.Count()))],
            [.. episodes.GroupBy(store.Policy).OrderBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => PolicySummary.Of(g.Key, g.Count(store.Success), g.Count()))],
            [.. actions.Select(a => a.Summary())], [.. states.Select(s => s.Summary())]);
    }

    /// <summary>Writes it for people.</summary>
    public void Write(TextWriter text)
    {
        var recording = string.Join(", ", Recording.Select(s => $"{s.Key} {s.Value}"));
        text.WriteLine($"{Dataset}: task {Task}, images {ImageHeight}x{ImageWidth}, {recording}");
        text.WriteLine($"{Amount.Count(Episodes)} episodes, {Amount.Count(Steps)} steps, {Amount.Count(Frames)} frames, "
            + $"{Amount.Bytes(Bytes)} in {Shards} shards");
        text.WriteLine($"lengths: {LengthText()}");
        text.WriteLine();
        var policies = new Table("policy", "episodes", "at their goal");
        foreach (var policy in Policies)
            policies.Add(policy.Policy, Amount.Count(policy.Episodes),
                $"{100 * policy.SuccessRate:0.0} % [{100 * policy.SuccessInterval[0]:0.0}, {100 * policy.SuccessInterval[1]:0.0}]");
        policies.Write(text);
        text.WriteLine();
        var numbers = new Table("number", "low", "high", "min", "mean", "max", "deviation", "histogram");
        foreach (var n in Actions.Concat(States))
            numbers.Add(n.Name, Short(n.Low), Short(n.High), Short(n.Min), Short(n.Mean), Short(n.Max), Short(n.Deviation),
                Sparks(n.Histogram));
        numbers.Write(text);
    }

    private string LengthText() => Lengths.Count <= 8
        ? string.Join(", ", Lengths.Select(l => $"{l.Steps} steps × {Amount.Count(l.Episodes)}"))
        : $"{Lengths[0].Steps} to {Lengths[^1].Steps} steps";

    private static (double, double) HeightRange(EpisodeStore store)
    {
        var (low, high) = (double.MaxValue, double.MinValue);
        for (var frame = 0L; frame < store.FrameCount; frame++)
            (low, high) = (Math.Min(low, store.State(frame)[1]), Math.Max(high, store.State(frame)[1]));
        return low <= high ? (low, high) : (0, 0);
    }

    private static string Sparks(long[] counts)
    {
        const string bars = "▁▂▃▄▅▆▇█";
        var most = Math.Max(1, counts.Max());
        return string.Concat(counts.Select(count => count == 0 ? ' ' : bars[(int)((bars.Length - 1) * count / most)]));
    }

    private static string Short(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}

/// <summary>Episodes of one length.</summary>
internal sealed record LengthCount(int Steps, int Episodes);

/// <summary>Success of one recording policy.</summary>
internal sealed record PolicySummary(string Policy, int Episodes, int Successes, double SuccessRate, double[] SuccessInterval)
{
    public static PolicySummary Of(string policy, int successes, int episodes)
    {
        var interval = WilsonInterval.Of(successes, episodes);
        return new(policy, episodes, successes, interval.Rate, [interval.Low, interval.High]);
    }
}
