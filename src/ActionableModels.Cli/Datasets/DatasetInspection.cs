using System.Globalization;
using ActionableModels.Cli.Terminal;
using ActionableModels.Data;
using ActionableModels.Metrics;

namespace ActionableModels.Cli;

/// <summary>What inspect says of a dataset.</summary>
internal sealed record DatasetInspection(string Dataset, string Task, int ImageHeight, int ImageWidth,
    IReadOnlyDictionary<string, string> Recording, int Episodes, long Steps, long Frames, int Shards, long Bytes,
    IReadOnlyList<LengthCount> Lengths, IReadOnlyList<InspectedPolicy> Policies,
    IReadOnlyList<InspectedNumber> Actions, IReadOnlyList<InspectedNumber> States)
{
    public static DatasetInspection Of(EpisodeStore store)
    {
        var summary = DatasetSummary.Of(store);
        return new(store.Folder, store.Header.Task, store.ImageHeight, store.ImageWidth,
            store.Header.Settings ?? new Dictionary<string, string>(), summary.Episodes, summary.Steps, summary.Frames,
            summary.Shards, summary.Bytes,
            [.. Enumerable.Range(0, store.EpisodeCount).GroupBy(store.Steps).OrderBy(g => g.Key).Select(g => new LengthCount(g.Key, g.Count()))],
            [.. summary.Policies.Select(InspectedPolicy.Of)], [.. summary.Actions.Select(InspectedNumber.Of)],
            [.. summary.States.Select(InspectedNumber.Of)]);
    }

    /// <summary>Writes it for people.</summary>
    public void Write(TextWriter text)
    {
        text.WriteLine($"{Dataset}: task {Task}, images {ImageHeight}x{ImageWidth}");
        if (Recording.Count > 0) text.WriteLine(string.Join(", ", Recording.Select(s => $"{s.Key} {Brief(s.Value)}")));
        text.WriteLine($"{Amount.Count(Episodes)} episodes, {Amount.Count(Steps)} steps, {Amount.Count(Frames)} frames, "
            + $"{Amount.Bytes(Bytes)} in {Shards} shards");
        text.WriteLine($"lengths: {LengthText()}");
        text.WriteLine();
        var policies = new Table("policy", "episodes", "at their goal");
        foreach (var policy in Policies)
            policies.Add(policy.Policy, Amount.Count(policy.Episodes), !TellsSuccess ? "not told" :
                $"{100 * policy.SuccessRate:0.0} % [{100 * policy.SuccessInterval[0]:0.0}, {100 * policy.SuccessInterval[1]:0.0}]");
        policies.Write(text);
        text.WriteLine();
        var numbers = new Table("number", "low", "high", "min", "mean", "max", "deviation", "histogram");
        foreach (var n in Actions.Concat(States))
            numbers.Add(n.Name, Short(n.Low), Short(n.High), Short(n.Min), Short(n.Mean), Short(n.Max), Short(n.Deviation),
                Sparks(n.Histogram));
        numbers.Write(text);
    }

    // An imported dataset says so where its source tells nothing of success.
    private bool TellsSuccess => Recording.GetValueOrDefault("success") != "not told";

    // Hashes are for programs, which have them in the JSON.
    private static string Brief(string value) => value.Length <= 40 ? value : value[..12] + "…";

    private string LengthText() => Lengths.Count <= 8
        ? string.Join(", ", Lengths.Select(l => $"{l.Steps} steps × {Amount.Count(l.Episodes)}"))
        : $"{Lengths[0].Steps} to {Lengths[^1].Steps} steps";

    /// <summary>A histogram as a line of bars.</summary>
    internal static string Sparks(long[] counts)
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
internal sealed record InspectedPolicy(string Policy, int Episodes, int Successes, double SuccessRate, double[] SuccessInterval)
{
    public static InspectedPolicy Of(PolicySummary policy)
    {
        var interval = WilsonInterval.Of(policy.Successes, policy.Episodes);
        return new(policy.Name, policy.Episodes, policy.Successes, interval.Rate, [interval.Low, interval.High]);
    }
}

/// <summary>How one number of actions or states is distributed.</summary>
internal sealed record InspectedNumber(string Name, double Low, double High, double Min, double Mean, double Max, double Deviation,
    long[] Histogram)
{
    public static InspectedNumber Of(NumberSummary number) => new(number.Name, number.Low, number.High, number.Min, number.Mean, number.Max,
        number.Deviation, number.Histogram.Counts.ToArray());
}
