using System.CommandLine;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using ActionableModels.Checkpoints;
using ActionableModels.Cli.Bench;
using ActionableModels.Cli.Latency;
using ActionableModels.Cli.Report;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.Control;
using ActionableModels.Learning;
using ActionableModels.Networks;

namespace ActionableModels.Cli.Commands;

/// <summary>Measures how long single decisions take, and how evenly.</summary>
internal static class BenchActCommand
{
    private const string None = "none", Beside = "beside", Both = "both", DefaultPreset = "compact-64";
    private const float DefaultSeconds = 10, DefaultWarmUp = 1;
    // Shares of the full decision's time that --budget-sweep gives as budgets.
    private static readonly double[] Shares = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

    private static readonly Option<string?> File = CommonOptions.Optional("--checkpoint",
        "checkpoint or policy file to decide with", "FILE");
    private static readonly Option<string?> Preset = CommonOptions.Optional("--preset",
        $"network of fresh seeded weights to decide with: {string.Join(", ", NetworkPresets.Names)}; {DefaultPreset} if neither is given",
        "NAME");
    private static readonly Option<long?> Decisions = Between<long>("--decisions", "N", "decisions to measure", 1, 1_000_000_000);
    private static readonly Option<float?> Seconds = Between<float>("--seconds", "S",
        $"time to measure for; with --decisions, the end is what comes first; {DefaultSeconds} if neither is given", 0.001f, 86400);
    private static readonly Option<float?> WarmUp = Between<float>("--warm-up", "S",
        $"time of decisions before that are not counted; {DefaultWarmUp} if left out", 0, 3600);
    private static readonly Option<string> Load = Choice.Among("--load", "a child process with a busy thread on every core that does not "
        + $"decide, going through {BusyLoad.BytesPerThread >> 20} MiB each; both: measured without it, then beside it. Deciding threads "
        + "stay on their cores then: --cores, or the last ones", [None, Beside, Both], None);
    private static readonly Option<float?> Rate = Between<float>("--rate", "HZ", "decisions each second on a fixed schedule; also measures "
        + "how late the thread is woken (Linux); one right after the other if left out", 0.001f, 1e6f);
    private static readonly Option<float?> Budget = Between<float>("--budget", "MS", "budget of a decision, milliseconds: CEM stops after "
        + "the samples that fit; also measures how many decisions keep it", 0.001f, 1e6f);
    private static readonly Option<bool> Sweep = new("--budget-sweep")
    {
        Description = $"measure without a budget, then with budgets of {100 * Shares[0]:0} to 100 % of the median time",
    };
    private static readonly Option<int> Threads = CommonOptions.Number("--threads",
        "threads that compute a decision; 0: one per core; actions do not depend on it", 1, 0, 1024);
    private static readonly Option<string?> Output = CommonOptions.Optional("--output",
        $"write what --json prints; as {LatencyReport.FileName} in the folder of a run, report shows it", "FILE.json");
    private static readonly Option<string?> Page = CommonOptions.Optional("--report",
        "write a page with the histogram of times", "FILE.html");

    public static Command Create()
    {
        var command = new VerbCommand("act", """
            Measure how long single decisions take in a control loop, and how evenly: p50 to p99.99, longest, jitter, allocations, page
            faults.

            Times are from calling act with an image in memory to having the action, copies to and from a GPU included. Images and states
            change from decision to decision. Jitter is the mean difference, without its sign, between one time and the next. Times are
            counted in a histogram of fixed size: quantiles are right to 0.8 %, the shortest and longest exact; p99 needs 100 decisions,
            p99.9 a thousand. The deciding thread allocates and prints nothing: a thread of its own, on another core with --cores or --load,
            draws the progress and allocates nothing either, so allocated bytes are those of the whole process.
            """, "bench act --decisions 100000 --load both --cores 1 --report runs/latency.html", Run)
        {
            Examples = ["bench act --checkpoint runs/am/checkpoint.safetensors --rate 100 --seconds 60 --output runs/am/latency.json",
                "bench act --preset qt-opt-472 --budget-sweep --seconds 20"],
        }.With([File, Preset, Decisions, Seconds, WarmUp, Load, Rate, Budget, Sweep, Output, Page, CommonOptions.Seed, Threads,
            .. Devices.Options.Where(option => option != CommonOptions.Threads)]);
        command.Validators.Add(result =>
        {
            if (result.GetResult(File) is not null && result.GetResult(Preset) is not null)
                result.AddError("give either --checkpoint or --preset");
            if (result.GetResult(Budget) is not null && result.GetResult(Sweep) is { Implicit: false })
                result.AddError("give either --budget or --budget-sweep");
        });
        return command;
    }

    private static void Run(Invocation call)
    {
        OutputFiles.Check(call.Get(Output), call.Get(Page));
        var model = Model(call);
        var header = model.Header;
        var date = DateTime.UtcNow;
        var placement = Placement.Choose(Devices.CoresOf(call), call.Get(Threads), call.Get(Load) != None);
        // Threads and processes stay on the cores of the thread that starts them: these come before the deciding thread is kept on its
        // core.
        using var load = call.Get(Load) == None ? null : new BusyLoad(placement.Free);
        using var progress = new SteadyProgress(call.Quiet, placement is { Deciding: not null, Free: [.., var core] } ? core : null);
        var options = new ControllerOptions { Seed = call.Seed };
        var ring = new ImageRing(header.CameraHeight, header.CameraWidth);
        var measurement = new LatencyMeasurement(() => Open(call, placement), model, ring, Length(call), options, progress,
            call.Cancellation);
        List<LatencyRun> runs = [];
        if (call.Get(Load) != Beside) runs.AddRange(Measure(call, measurement, null));
        if (load is not null)
        {
            load.Go();
            runs.AddRange(Measure(call, measurement, load));
        }
        progress.Dispose();
        var report = Report(call, model, date, placement, ring, options, measurement.Device!, runs);
        if (call.Get(Output) is { } output) OutputFiles.WriteJson(output, report);
        if (call.Get(Page) is { } page) ReportCommand.Write(page, LatencyPage.Of(report));
        call.Result(report, text => LatencyText.Write(text, report));
        foreach (var run in runs)
            if (run.Load?.Note is { } note) Console.Error.WriteLine($"bench act, {run.Name}: {note}");
    }

    private static IEnumerable<LatencyRun> Measure(Invocation call, LatencyMeasurement measurement, BusyLoad? load)
    {
        var name = load is null ? "alone" : "beside the load";
        var budget = call.Get(Budget) is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : (TimeSpan?)null;
        var first = measurement.Run(name, load, budget, null);
        yield return first;
        if (!call.Get(Sweep)) yield break;
        foreach (var share in Shares)
            yield return measurement.Run(string.Create(CultureInfo.InvariantCulture, $"{name}, budget {100 * share:0} %"), load,
                TimeSpan.FromMilliseconds(share * first.Latency.P50), first.Latency.P50);
    }

    private static Device Open(Invocation call, Placement placement)
    {
        var device = Devices.Open(call, call.Get(Threads), placement.Deciding);
        // The thread that waits for a GPU has a core, too.
        if (device is not CpuDevice && placement.Deciding is [var core, ..]) Affinity.Pin(core);
        return device;
    }

    private static PolicyModel Model(Invocation call)
    {
        if (call.Get(File) is { } file) return PolicyModel.Read(file);
        var spec = NetworkPresets.Get(call.Get(Preset) ?? DefaultPreset);
        using var device = new CpuDevice(threads: 1);
        return RandomNetwork.Checkpoint(device, spec, new TrainingSettings(), call.Seed).Policy;
    }

    private static MeasuredLength Length(Invocation call)
    {
        var (decisions, seconds) = (call.Get(Decisions), call.Get(Seconds));
        if (decisions is null) seconds ??= DefaultSeconds;
        return new(decisions ?? long.MaxValue, seconds is { } time ? TimeSpan.FromSeconds(time) : TimeSpan.FromDays(365),
            TimeSpan.FromSeconds(call.Get(WarmUp) ?? DefaultWarmUp), call.Get(Rate));
    }

    private static LatencyReport Report(Invocation call, PolicyModel model, DateTime date, Placement placement, ImageRing ring,
        ControllerOptions options, Device device, IReadOnlyList<LatencyRun> runs)
    {
        var machine = Doctor.Look(Environment.CurrentDirectory);
        var (header, cpu) = (model.Header, device as CpuDevice);
        return new($"{machine.Processor}, {machine.Cores} cores", machine.OperatingSystem, machine.Runtime
            + (RuntimeFeature.IsDynamicCodeSupported ? "" : ", compiled ahead of time"), BenchCommand.Commit,
            [.. Environment.GetCommandLineArgs()[1..]], date.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            device.Name, device.Description, cpu?.Level, cpu?.Threads, placement.Deciding,
            cpu is null ? null : Devices.ConvolutionOf(call), header.Network.Name,
            call.Get(File) ?? $"fresh weights of seed {call.Seed}", header.CameraHeight, header.CameraWidth, ring.Count,
            options.Cem.Iterations, options.Cem.Samples, call.Get(Rate), "ms", runs);
    }

    private static Option<T?> Between<T>(string name, string unit, string description, T least, T most)
        where T : struct, IParsable<T>, IComparable<T>
    {
        var option = new Option<T?>(name) { Description = description, HelpName = unit };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && T.TryParse(token.Value, CultureInfo.InvariantCulture, out var value)
                && !(value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0))
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} {token.Value} is not within {least} to {most}"));
        });
        return option;
    }
}
