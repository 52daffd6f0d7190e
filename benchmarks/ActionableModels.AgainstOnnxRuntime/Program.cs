using System.CommandLine;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using ActionableModels.AgainstOnnxRuntime;
using ActionableModels.Checkpoints;
using ActionableModels.Cli.Bench;
using ActionableModels.Cli.Commands;
using ActionableModels.Cli.Report;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.Learning;
using ActionableModels.Networks;
using ActionableModels.OnnxRuntime;

var presets = new Option<string?>("--presets")
{
    Description = "networks of fresh weights, with commas between them; compact-64,qt-opt-472 if neither these nor --checkpoint are given",
};
var checkpoint = new Option<string?>("--checkpoint") { Description = "checkpoint or policy file whose network is measured, too" };
var seconds = Least("--seconds", "time to measure each network for, all sides together", 60.0, 0.001);
var decisions = Least("--decisions", "decisions of each side to measure at least, whatever time they take; p99 needs 100", 120, 1);
var warmUp = Least("--warm-up", "seconds of decisions before that are not counted; the forms' trials take twice as long", 5, 0.001);
var trials = Least("--trials", "decisions of each form to choose the fastest by, at least", 20, 1);
var block = Least("--block", "most decisions of one side in a row; fewer of slow networks", 100, 1);
var core = new Option<int?>("--core") { Description = "core that everything runs on; the last one if left out" };
var output = new Option<string?>("--output") { Description = "JSON file to write" };
var page = new Option<string?>("--report") { Description = "HTML page with the histograms to write" };
var command = new RootCommand(
    "Our decisions against the same search with ONNX Runtime's network: one process, one core, in turn, on the same images.")
    { presets, checkpoint, seconds, decisions, warmUp, trials, block, core, output, page };
command.SetAction(parse =>
{
    try
    {
        var checkout = Checkout();
        var library = OrtLibrary.Open(OrtLibrary.Find(checkout)
            ?? throw new ActionableException("no ONNX Runtime: tests/fetch-onnxruntime brings it"));
        var own = parse.GetValue(core) ?? Affinity.Allowed()[^1];
        Affinity.Pin(own);
        var date = DateTime.UtcNow;
        var length = new MeasuredTurns(TimeSpan.FromSeconds(parse.GetValue(seconds)), parse.GetValue(decisions),
            TimeSpan.FromSeconds(parse.GetValue(warmUp)), parse.GetValue(trials), parse.GetValue(block));
        var results = new List<NetworkResult>();
        var description = "";
        foreach (var (source, model) in Models(parse.GetValue(presets), parse.GetValue(checkpoint)))
        {
            using var comparison = new Comparison(library, model);
            results.Add(length.Measure(comparison, model.Header.Network.Name, source));
            description = comparison.Description;
        }
        var machine = Doctor.Look(checkout);
        var report = new ComparisonReport("our decisions against the same CEM with ONNX Runtime's network, alternating in one process on "
            + "one core; ratios are its time over ours", date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            $"{machine.Processor}, {machine.Cores} cores", BenchCommand.Commit, "AgainstOnnxRuntime " + string.Join(' ', args),
            $"ONNX Runtime {library.Version}", $"{description}, {machine.Runtime}", own, length.Time.TotalSeconds, length.Decisions, "ms",
            results);
        if (parse.GetValue(output) is { } file) File.WriteAllText(file, JsonSerializer.Serialize(report, Indented()) + "\n");
        if (parse.GetValue(page) is { } html) ReportCommand.Write(html, ComparisonText.Page(report));
        ComparisonText.Write(Console.Out, report);
        return 0;
    }
    catch (Exception fault) when (fault is ActionableException or OrtException or IOException)
    {
        Console.Error.WriteLine($"error: {fault.Message}");
        return 1;
    }
});
return command.Parse(args).Invoke();

static IEnumerable<(string Source, PolicyModel Model)> Models(string? presets, string? checkpoint)
{
    presets ??= checkpoint is null ? "compact-64,qt-opt-472" : "";
    foreach (var preset in presets.Split(',', StringSplitOptions.RemoveEmptyEntries))
    {
        const ulong seed = 0;
        using var device = new CpuDevice(threads: 1);
        yield return ($"fresh weights of seed {seed}",
            RandomNetwork.Checkpoint(device, NetworkPresets.Get(preset), new TrainingSettings(), seed).Policy);
    }
    if (checkpoint is not null) yield return (checkpoint, PolicyModel.Read(checkpoint));
}

static Option<T> Least<T>(string name, string description, T value, T least) where T : INumber<T>
{
    var option = new Option<T>(name) { Description = description, DefaultValueFactory = _ => value };
    option.Validators.Add(result =>
    {
        if (result.Tokens is [var token] && T.TryParse(token.Value, CultureInfo.InvariantCulture, out var given) && !(given >= least))
            result.AddError($"{name} {token.Value} is too little: give at least {least.ToString(null, CultureInfo.InvariantCulture)}");
    });
    return option;
}

static JsonSerializerOptions Indented() => new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

static string Checkout()
{
    for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        if (File.Exists(Path.Combine(folder, "ActionableModels.sln"))) return folder;
    return Environment.CurrentDirectory;
}
