using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ActionableModels.AgainstOnnxRuntime;
using ActionableModels.Cli.Commands;
using ActionableModels.Cli.Latency;
using ActionableModels.Cli.Report;
using ActionableModels.Cli.Terminal;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.OnnxRuntime;

var presets = new Option<string>("--presets") { Description = "networks, with commas between them", DefaultValueFactory = _ => "compact-64,qt-opt-472" };
var seconds = new Option<double>("--seconds") { Description = "time to measure each network for", DefaultValueFactory = _ => 60 };
var warmUp = new Option<double>("--warm-up") { Description = "time of decisions before that are not counted, and of each trial of the graphs' forms", DefaultValueFactory = _ => 5 };
var block = new Option<int>("--block") { Description = "most decisions of one side in a row; fewer of slow networks", DefaultValueFactory = _ => 100 };
var core = new Option<int?>("--core") { Description = "core that everything runs on; the last one if left out" };
var output = new Option<string?>("--output") { Description = "JSON file to write" };
var page = new Option<string?>("--report") { Description = "HTML page with both histograms to write" };
var command = new RootCommand("Our decisions against the same search with ONNX Runtime's network: one process, one core, in turn, on the same images.")
    { presets, seconds, warmUp, block, core, output, page };
command.SetAction(parse =>
{
    try
    {
        var checkout = Checkout();
        var library = OrtLibrary.Open(OrtLibrary.Find(checkout) ?? throw new ActionableException("no ONNX Runtime: tests/fetch-onnxruntime brings it"));
        var own = parse.GetValue(core) ?? Affinity.Allowed()[^1];
        Affinity.Pin(own);
        var (date, time, inRow) = (DateTime.UtcNow, parse.GetValue(seconds), parse.GetValue(block));
        var results = new List<PresetResult>();
        var description = "";
        foreach (var preset in parse.GetValue(presets)!.Split(','))
        {
            using var comparison = new Comparison(library, preset);
            results.Add(Measure(comparison, preset, TimeSpan.FromSeconds(time), TimeSpan.FromSeconds(parse.GetValue(warmUp)), inRow));
            description = comparison.Description;
        }
        var machine = Doctor.Look(checkout);
        var report = new ComparisonReport("our decisions against the same CEM with ONNX Runtime's network, alternating in one process on one core; ratios are "
            + "its time over ours", date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), $"{machine.Processor}, {machine.Cores} cores",
            BenchCommand.Commit, "AgainstOnnxRuntime " + string.Join(' ', args), $"ONNX Runtime {library.Version}", $"{description}, {machine.Runtime}",
            own, time, "ms", results);
        if (parse.GetValue(output) is { } file)
            File.WriteAllText(file, JsonSerializer.Serialize(report, new JsonSerializerOptions { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower }) + "\n");
        if (parse.GetValue(page) is { } html) File.WriteAllText(html, HtmlReport.Render(Page(report)), new UTF8Encoding(false));
        Print(report);
        return 0;
    }
    catch (Exception fault) when (fault is ActionableException or OrtException or IOException)
    {
        Console.Error.WriteLine($"error: {fault.Message}");
        return 1;
    }
});
return command.Parse(args).Invoke();

static PresetResult Measure(Comparison comparison, string preset, TimeSpan time, TimeSpan warmUp, int block)
{
    var differences = comparison.Differences();
    var (first, _) = comparison.Measure(GraphForm.All, warmUp, 1);
    // Turns are short enough that all sides see the same machine.
    const double longestTurn = 100;
    block = (int)Math.Clamp(longestTurn / first.Figures()!.P50, 1, block);
    var (_, trials) = comparison.Measure(GraphForm.All, warmUp * 2, block);
    FormResult[] forms = [.. GraphForm.All.Zip(trials, (form, times) => times.Figures() is { } figures
        ? new FormResult($"{form}", figures.P50, figures.P99, differences[form]) : throw new ActionableException("--warm-up is too short"))];
    var best = GraphForm.All[Array.IndexOf(forms, forms.MinBy(form => form.P50))];
    Console.Error.WriteLine($"{preset}: ONNX Runtime's fastest form is: {best}; measuring for {time.TotalSeconds:0} s");
    // The plain form beside it: what tower.onnx and head.onnx of `actionable export` are.
    GraphForm[] compared = [.. new[] { best, default }.Distinct()];
    var (times, peers) = comparison.Measure(compared, time, block);
    var ours = times.Figures() ?? throw new ActionableException("--seconds is too short");
    return new(preset, block, differences.Values.Max(), forms, ours, [.. compared.Zip(peers, (form, its) => new PeerResult($"{form}", its.Figures()!,
        Ratios.Of(ours, its.Figures()!)))]);
}

static void Print(ComparisonReport report)
{
    var forms = new Table("network", "form of ONNX Runtime's graphs", "p50 ms", "p99 ms", "largest difference in Q");
    foreach (var result in report.Results)
        foreach (var form in result.Forms)
            forms.Add(result.Preset, form.Form, LatencyText.Number(form.P50), LatencyText.Number(form.P99), form.LargestDifference.ToString("0.0e0", CultureInfo.InvariantCulture));
    forms.Write(Console.Out);
    Console.WriteLine();
    var table = new Table("network", "side", "decisions", "min ms", "p50", "p90", "p99", "p99.9", "max");
    foreach (var result in report.Results)
    {
        void Add(string side, TimeFigures times) => table.Add(result.Preset, side, Amount.Count(times.Count), LatencyText.Number(times.Min),
            LatencyText.Number(times.P50), LatencyText.Number(times.P90), LatencyText.Number(times.P99), LatencyText.Number(times.P999), LatencyText.Number(times.Max));
        Add("ours", result.Ours);
        foreach (var peer in result.OnnxRuntime)
        {
            Add($"ONNX Runtime, {peer.Form}", peer.Times);
            string Ratio(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);
            table.Add(result.Preset, "  its time over ours", "", Ratio(peer.Times.Min / result.Ours.Min), Ratio(peer.Ratios.P50), Ratio(peer.Ratios.P90),
                Ratio(peer.Ratios.P99), Ratio(peer.Ratios.P999), Ratio(peer.Times.Max / result.Ours.Max));
        }
    }
    table.Write(Console.Out);
}

static ReportData Page(ComparisonReport report) => new("Decisions: ours against ONNX Runtime's network",
    "The same images, the same search, the same core, in turn: blocks of decisions of one side, then of the other.",
    [new("machine", report.Machine), new("peer", report.OnnxRuntime), new("core", $"{report.Core}"), new("date", report.Date)],
    [.. report.Results.SelectMany(result => new[] { ("p50", result.OnnxRuntime[0].Ratios.P50), ("p99", result.OnnxRuntime[0].Ratios.P99) }.Select(
        ratio => new SummaryItem($"{result.Preset}, {ratio.Item1}", ratio.Item2.ToString("0.00", CultureInfo.InvariantCulture) + "×",
            "time of its fastest form over ours")))], [], [], [], [], [], "0.1.0")
{
    Latencies = [.. report.Results.Select(result => new LatencySection(result.Preset, $"ONNX Runtime in its fastest form: {result.OnnxRuntime[0].Form}.",
        [new("Time of a decision", [LatencyPage.Series("ours", result.Ours), LatencyPage.Series("ONNX Runtime", result.OnnxRuntime[0].Times)])], []))],
};

static string Checkout()
{
    for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        if (File.Exists(Path.Combine(folder, "ActionableModels.sln"))) return folder;
    return Environment.CurrentDirectory;
}
