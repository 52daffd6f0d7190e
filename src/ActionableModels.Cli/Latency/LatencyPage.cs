using System.Globalization;
using ActionableModels.Cli.Report;
using ActionableModels.Cli.Terminal;

namespace ActionableModels.Cli.Latency;

/// <summary>Times of decisions as a page of their own, or as a section of a run's page.</summary>
internal static class LatencyPage
{
    /// <summary>The page.</summary>
    public static ReportData Of(LatencyReport report)
    {
        var run = report.Runs.Last(r => r.Budget?.ShareOfFull is null);
        var times = run.Latency;
        List<Setting> facts =
        [
            new("network", report.Network), new("camera", $"{report.CameraHeight}×{report.CameraWidth}"),
            new("CEM", $"{report.CemIterations}×{report.CemSamples} samples"), new("processor", report.Machine),
        ];
        if (report.Cores is { } cores) facts.Add(new(cores.Count == 1 ? "core" : "cores", string.Join(", ", cores)));
        if (report.RateHz is { } rate) facts.Add(new("rate", $"{LatencyText.Number(rate)} Hz"));
        string Note(string text) => report.Runs.Count > 1 ? $"{text}, {run.Name}" : text;
        return new($"Decisions of {report.Network}: how long, how evenly",
            $"{Amount.Count(run.Decisions)} decisions {run.Name}: half of them took at most {LatencyText.Number(times.P50)} ms, "
            + (times.P999 is { } rare ? $"99.9 % at most {LatencyText.Number(rare)} ms, " : "")
            + $"the longest {LatencyText.Number(times.Max)} ms.", facts,
            [
                new("p50, ms", Headline(times.P50), Note("half took at most")),
                new("p99, ms", Headline(times.P99), Note("1 in 100 took longer")),
                new("p99.9, ms", Headline(times.P999), Note($"{LatencyText.Ratio(times.P999 / times.P50)} times p50")),
                new("longest, ms", Headline(times.Max), Note("of all")),
                new("decisions/s", LatencyText.Number(run.PerSecond), Note(report.RateHz is null ? "back to back" : "on a schedule")),
                new("allocated bytes", Amount.Count(run.AllocatedBytes), $"{run.Collections[0]} garbage collections"),
            ], [], [], [], [], Settings(report), RunReport.Version) { Latencies = [Section(report, "Times")] };
    }

    /// <summary>The section.</summary>
    public static LatencySection Section(LatencyReport report, string title)
    {
        var plain = report.Runs.Where(run => run.Budget?.ShareOfFull is null).ToArray();
        List<LatencyChart> charts = [Chart("From image to action", plain, run => run.Latency)];
        if (report.RateHz is not null)
        {
            charts.Add(Chart("Woken late: from the time on the schedule to being awake", plain, run => run.Pace!.Lateness));
            charts.Add(Chart("From the time on the schedule to the action", plain, run => run.Pace!.Response));
        }
        List<ReportTable> tables = [Figures(plain)];
        if (report.Runs.Any(run => run.Budget is not null)) tables.Add(Budgets(report.Runs.Where(run => run.Budget is not null)));
        return new(title, $"{report.Network} ({report.Source}), {report.Images} images in turn, {LatencyText.Where(report)}."
            + Load(report), charts, tables);
    }

    private static string Load(LatencyReport report)
    {
        var loads = report.Runs.Select(run => run.Load).OfType<LoadFigures>().ToArray();
        if (loads is not [var load, ..]) return "";
        var notes = loads.Select(each => each.Note).OfType<string>().Select(note => $" Mind: {note}.");
        return $" The load: {load.What}, on core {string.Join(", ", load.Cores)}.{string.Concat(notes)}";
    }

    private static LatencyChart Chart(string title, IReadOnlyList<LatencyRun> runs, Func<LatencyRun, TimeFigures> times) =>
        new(title, [.. runs.Select(run => Series(run.Name, times(run)))]);

    /// <summary>The histogram of one measurement.</summary>
    public static LatencySeries Series(string name, TimeFigures times) => new(name,
        [.. times.Histogram.Select(bin => new LatencyBin(bin.FromNs, bin.ToNs, bin.Count))],
        [.. new (string Label, double? Time)[] { ("p50", times.P50), ("p99", times.P99), ("p99.9", times.P999), ("max", times.Max) }
            .Where(mark => mark.Time is not null).Select(mark => (mark.Label, 1e6 * mark.Time!.Value))]);

    private static ReportTable Figures(IReadOnlyList<LatencyRun> runs) => new(
        "Jitter is the mean difference between one time and the next. Interventions that are not listed did not happen.",
        ["", .. runs.Select(run => run.Name)], [.. LatencyText.Figures(runs)]);

    private static ReportTable Budgets(IEnumerable<LatencyRun> runs) => new("How a budget of a decision was kept: the share inside it, how "
        + "far the others went beyond, and the samples that CEM took.",
        ["budget", "of full", "inside", "over by p50", "over by p99", "over by max", "mean samples", "fewest"],
        [.. runs.Select(run => (IReadOnlyList<string>)[.. Budget(run, run.Budget!)])]);

    private static IEnumerable<string> Budget(LatencyRun run, BudgetFigures budget) =>
    [
        $"{LatencyText.Number(budget.Milliseconds)} ms{(run.Load is null ? "" : ", beside the load")}",
        budget.ShareOfFull is { } share ? LatencyText.Percent(share) : "", LatencyText.Percent(budget.Inside),
        .. new[] { budget.Overshoot?.P50, budget.Overshoot?.P99, budget.Overshoot?.Max }
            .Select(time => time is null ? LatencyText.Number(time) : $"{LatencyText.Number(time)} ms"),
        LatencyText.Number(budget.MeanSamples), $"{budget.FewestSamples}",
    ];

    private static List<Setting> Settings(LatencyReport report) =>
    [
        new("command", "actionable " + string.Join(' ', report.Arguments)), new("date", report.Date),
        new("commit", report.Commit ?? "not known"),
        new("system", report.System), new("runtime", report.Runtime), new("device", report.Description),
    ];

    private static string Headline(double? milliseconds) => milliseconds is not { } time ? LatencyText.Number(null)
        : time.ToString(time switch { >= 100 => "0", >= 10 => "0.0", >= 1 => "0.00", _ => "0.000" }, CultureInfo.InvariantCulture);
}
