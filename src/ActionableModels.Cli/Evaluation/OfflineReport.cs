using System.Globalization;
using ActionableModels.Checkpoints;
using ActionableModels.Cli.Report;
using ActionableModels.Cli.Terminal;
using ActionableModels.Compute;
using ActionableModels.Evaluation;
using ActionableModels.Metrics;

namespace ActionableModels.Cli;

/// <summary>What eval prints and writes of a recorded dataset.</summary>
internal sealed record OfflineReport(string Data, string Checkpoint, string Method, long Step, ulong Seed, OfflineResult Result, double Seconds)
{
    private const string Remark = "Recorded actions against uniform ones for the same images; the interval is a bootstrap's over episodes.";
    private static readonly string[] Headings = ["steps to the goal", "steps", "Q recorded", "Q uniform", "AUC", "95 % interval"];

    /// <summary>Whether a result that eval wrote is of recorded steps.</summary>
    /// <exception cref="ActionableException">The file cannot be read.</exception>
    public static bool Is(string file) => RunFolder.HasKey(file, "result");

    /// <summary>Reads a result that eval wrote.</summary>
    /// <exception cref="ActionableException">The file is none.</exception>
    public static OfflineReport Read(string file) =>
        RunFolder.ReadJson<OfflineReport>(file) is { Data: not null, Method: not null, Result: { Policy: not null } result } report
        && result.Q is null or { All.Auc: not null, ByDistance: not null } && result.Q?.ByDistance.Any(d => d?.Auc is null) != true ? report
        : throw new ActionableException($"{file}: is no result of eval --data; remove it or write it again");

    /// <summary>The result of a model on a dataset.</summary>
    public static OfflineReport Of(OfflineResult result, string data, string checkpoint, CheckpointHeader header, ulong seed, double seconds) =>
        new(data, checkpoint, header.Settings.Method, header.Step, seed, result, seconds);

    /// <summary>Shows it as text.</summary>
    public void Write(TextWriter text)
    {
        text.WriteLine(Subject);
        if (Result.Q is { } q)
        {
            var table = new Table(Headings);
            foreach (var row in Rows(q)) table.Add(row);
            table.Write(text);
        }
        foreach (var line in Lines()) text.WriteLine(line);
    }

    /// <summary>It as a section of a run's page.</summary>
    public TableSection Section(string title) => new(title, $"{Subject}. {string.Join(". ", Lines())}.",
        Result.Q is { } q ? [new ReportTable(Remark, Headings, Rows(q))] : []);

    private string Subject => $"{Method}, step {Amount.Count(Step)}: {Amount.Count(Result.Steps)} steps of {Amount.Count(Result.Episodes)} recorded episodes "
        + $"of {Data}";

    private static string[][] Rows(OfflineQ q) => [.. q.ByDistance.Select(d => Row(Distance(d), d)), Row("all", q.All)];

    private static string[] Row(string name, DistanceQ d) =>
        [name, Amount.Count(d.Steps), Number($"{d.RecordedQ:0.000}"), Number($"{d.UniformQ:0.000}"), Number($"{d.Auc.Mean:0.000}"), Interval(d.Auc)];

    private static string Distance(DistanceQ d) => d.To is not { } to ? Number($"{d.From} or more") : to == d.From ? Number($"{to}") : Number($"{d.From} to {to}");

    private IEnumerable<string> Lines()
    {
        if (Result.Q is { OtherActionQ: { } action, AboveOtherAction: { } above, OtherGoalQ: { } goal })
            yield return Number($"Q of actions of other episodes {action:0.000}, below the recorded one at a rate of {above.Mean:0.000} ({Interval(above)}); ")
                + Number($"Q for goals of other episodes {goal:0.000}");
        if (Result.Q is { NearnessCorrelation: { } correlation }) yield return Number($"rank correlation of Q with nearness to the goal {correlation:0.000}");
        var p = Result.Policy;
        yield return Number($"policy against recording: {p.Millimetres:0.0} mm on average, {p.MedianMillimetres:0.0} mm median, {p.Azimuth:0.000} rad, ")
            + Number($"equal gripper flags {100 * p.EqualGripper:0.0} %");
    }

    private static string Interval(BootstrapMean mean) => mean is { Low: { } low, High: { } high } ? Number($"{low:0.000} to {high:0.000}") : "one episode";

    private static string Number(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
