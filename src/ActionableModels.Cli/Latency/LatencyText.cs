using System.Globalization;
using ActionableModels.Cli.Terminal;

namespace ActionableModels.Cli.Latency;

/// <summary>A report of decisions' times in words and tables.</summary>
internal static class LatencyText
{
    private const string None = "–";

    /// <summary>Writes it.</summary>
    public static void Write(TextWriter output, LatencyReport report)
    {
        output.WriteLine($"{report.Network}, {report.Source}, camera {report.CameraHeight}×{report.CameraWidth}, {report.Images} images in "
            + $"turn, CEM of {report.CemIterations}×{report.CemSamples} samples");
        output.WriteLine(Where(report));
        foreach (var load in report.Runs.Select(run => run.Load).OfType<LoadFigures>().Take(1))
            output.WriteLine($"load: {load.What}, on core {string.Join(", ", load.Cores)}");
        output.WriteLine();
        var plain = report.Runs.Where(run => run.Budget?.ShareOfFull is null).ToArray();
        if (plain.Length > 0)
        {
            var table = new Table(["", .. plain.Select(run => run.Name)]);
            foreach (var row in Figures(plain)) table.Add([.. row]);
            table.Write(output);
        }
        var budgets = report.Runs.Where(run => run.Budget is not null).ToArray();
        if (budgets.Length == 0) return;
        if (plain.Length > 0) output.WriteLine();
        Budgets(budgets).Write(output);
    }

    /// <summary>Device, threads, cores and schedule.</summary>
    public static string Where(LatencyReport report) => string.Join(", ", ((string?[])
    [
        report.Description, report.Cores is { } cores ? $"on core {string.Join(", ", cores)}" : null,
        report.RateHz is { } rate ? $"{Number(rate)} decisions each second on a schedule" : "one decision right after the other",
        report.Runtime,
    ]).OfType<string>());

    private static IEnumerable<(string Name, string Value)> Rows(LatencyRun run)
    {
        var times = run.Latency;
        yield return ("decisions", Amount.Count(run.Decisions));
        foreach (var row in Times(times)) yield return row;
        yield return ("p99.9 over p50", Ratio(times.P999 / times.P50));
        yield return ("decisions/s", Number(run.PerSecond));
        if (run.Pace is { } pace)
        {
            foreach (var (name, value) in Times(pace.Lateness)) yield return ($"woken late, {name}", value);
            foreach (var (name, value) in Times(pace.Response)) yield return ($"from schedule to action, {name}", value);
            yield return ("missed on the schedule", Amount.Count(pace.Missed));
        }
        yield return ("allocated bytes", Amount.Count(run.AllocatedBytes));
        yield return ("collections of generation 0, 1, 2", string.Join(", ", run.Collections));
        if (run.Thread is { } thread)
        {
            yield return ("page faults, minor", Amount.Count(thread.MinorFaults));
            yield return ("page faults, major", Amount.Count(thread.MajorFaults));
            yield return ("switched out by the system", Amount.Count(thread.InvoluntarySwitches));
            yield return ("switched out to wait", Amount.Count(thread.VoluntarySwitches));
        }
        if (run.Load is { } load) yield return ("load: share of its cores", Percent(load.Share));
        foreach (var (name, count) in run.Interventions.Rows()) yield return (name, count.ToString("N0", CultureInfo.InvariantCulture));
    }

    /// <summary>
    /// What measurements found: rows of a name and a cell for each. Interventions that none of them had are left out.
    /// </summary>
    public static IEnumerable<IReadOnlyList<string>> Figures(IReadOnlyList<LatencyRun> runs)
    {
        var columns = runs.Select(run => Rows(run).ToDictionary()).ToArray();
        var none = runs.SelectMany(run => run.Interventions.Rows()).GroupBy(row => row.Name)
            .Where(group => group.All(row => row.Count == 0)).Select(group => group.Key).ToHashSet();
        // A measurement beside a load has a row more.
        var longest = runs.Select(Rows).MaxBy(rows => rows.Count())!;
        foreach (var name in longest.Select(row => row.Name).Where(name => !none.Contains(name)))
            yield return [name, .. columns.Select(column => column.GetValueOrDefault(name, ""))];
    }

    /// <summary>How budgets were kept.</summary>
    public static Table Budgets(IEnumerable<LatencyRun> runs)
    {
        var table = new Table("budget ms", "of full", "load", "inside", "over by p50 ms", "p99 ms", "max ms", "p50 ms", "p99 ms", "max ms",
            "mean samples", "fewest");
        foreach (var run in runs)
        {
            var (budget, over) = (run.Budget!, run.Budget!.Overshoot);
            table.Add(Number(budget.Milliseconds), budget.ShareOfFull is { } share ? Percent(share) : None,
                run.Load is null ? "none" : "beside", Percent(budget.Inside), Number(over?.P50), Number(over?.P99), Number(over?.Max),
                Number(run.Latency.P50), Number(run.Latency.P99), Number(run.Latency.Max), Number(budget.MeanSamples),
                $"{budget.FewestSamples}");
        }
        return table;
    }

    /// <summary>A ratio with two digits; a dash for none.</summary>
    public static string Ratio(double? value) => value?.ToString("0.00", CultureInfo.InvariantCulture) ?? None;

    /// <summary>A number with four digits; a dash for none.</summary>
    public static string Number(double? value) => value is not { } number ? None
        : number.ToString(Math.Abs(number) switch { >= 1000 => "#,0", >= 100 => "0.0", >= 10 => "0.00", >= 1 => "0.000", _ => "0.0000" },
            CultureInfo.InvariantCulture);

    /// <summary>A share, never rounded up to all of it.</summary>
    public static string Percent(double share)
    {
        var text = (100 * share).ToString("0.0", CultureInfo.InvariantCulture);
        return share < 1 && text == "100.0" ? "99.9+ %" : text + " %";
    }

    private static IEnumerable<(string Name, string Value)> Times(TimeFigures times) =>
    [
        ("min ms", Number(times.Min)), ("mean ms", Number(times.Mean)), ("p50 ms", Number(times.P50)), ("p90 ms", Number(times.P90)),
        ("p99 ms", Number(times.P99)), ("p99.9 ms", Number(times.P999)), ("p99.99 ms", Number(times.P9999)), ("max ms", Number(times.Max)),
        ("deviation ms", Number(times.Deviation)), ("jitter ms", Number(times.Jitter)),
    ];
}
