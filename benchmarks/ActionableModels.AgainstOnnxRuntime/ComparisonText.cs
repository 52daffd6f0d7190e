using System.Globalization;
using ActionableModels.Cli;
using ActionableModels.Cli.Latency;
using ActionableModels.Cli.Report;
using ActionableModels.Cli.Terminal;

namespace ActionableModels.AgainstOnnxRuntime;

/// <summary>A comparison as tables, and as a page.</summary>
internal static class ComparisonText
{
    /// <summary>Writes the tables.</summary>
    public static void Write(TextWriter output, ComparisonReport report)
    {
        var forms = new Table("network", "form of ONNX Runtime's graphs", "trials", "p50 ms", "p99 ms", "largest difference in Q",
            "same action");
        foreach (var result in report.Results)
            foreach (var form in result.Forms)
                forms.Add(result.Network, form.Form, Amount.Count(form.Trials), LatencyText.Number(form.P50), LatencyText.Number(form.P99),
                    form.LargestDifference.ToString("0.0e0", CultureInfo.InvariantCulture), $"{form.SameActions} of {form.Images}");
        forms.Write(output);
        output.WriteLine();
        var table = new Table("network", "side", "decisions", "min ms", "p50", "p90", "p99", "p99.9", "max");
        foreach (var result in report.Results) Add(table, result);
        table.Write(output);
        output.WriteLine("A quantile q of fewer than 1/(1 − q) decisions is left out.");
        foreach (var result in report.Results)
            if (result.Interventions.Late is > 0 and var late)
                output.WriteLine($"{result.Network}: {late} decisions of ours were late; they are counted with their times.");
    }

    /// <summary>The page.</summary>
    public static ReportData Page(ComparisonReport report) => new("Decisions: ours against ONNX Runtime's network",
        "The same images, the same search, the same core, in turn: blocks of decisions of one side, then of the other.",
        [new("machine", report.Machine), new("peer", report.OnnxRuntime), new("core", $"{report.Core}"), new("date", report.Date)],
        [.. report.Results.SelectMany(Headlines)], [], [], [], [], [], RunReport.Version)
    {
        Latencies = [.. report.Results.Select(result => new LatencySection(result.Network, $"Weights: {result.Source}.",
            [new("Time of a decision", [LatencyPage.Series("ours", result.Ours),
                .. result.OnnxRuntime.Select(peer => LatencyPage.Series($"ONNX Runtime, {peer.Form}", peer.Times))])], []))],
    };

    private static void Add(Table table, NetworkResult result)
    {
        void Times(string side, TimeFigures times) => table.Add([result.Network, side, Amount.Count(times.Count),
            .. new[] { times.Min, times.P50, times.P90, times.P99, times.P999, times.Max }.Select(LatencyText.Number)]);
        void Ratio(string side, Ratios ratios) => table.Add(result.Network, side, "", "", LatencyText.Ratio(ratios.P50),
            LatencyText.Ratio(ratios.P90), LatencyText.Ratio(ratios.P99), LatencyText.Ratio(ratios.P999), "");
        Times("ours", result.Ours);
        foreach (var peer in result.OnnxRuntime)
        {
            Times($"ONNX Runtime, {peer.Form}", peer.Times);
            Ratio("  its time over ours", peer.Ratios);
        }
        Ratio("the fastest form's time over ours", result.Ratios);
    }

    private static IEnumerable<SummaryItem> Headlines(NetworkResult result) =>
        new (string Name, double? Value)[] { ("p50", result.Ratios.P50), ("p99", result.Ratios.P99) }.Select(ratio => new SummaryItem(
            $"{result.Network}, {ratio.Name}", LatencyText.Ratio(ratio.Value) + (ratio.Value is null ? "" : "×"),
            "time of ONNX Runtime's fastest form over ours"));
}
