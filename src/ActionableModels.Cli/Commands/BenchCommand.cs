using System.CommandLine;
using System.Reflection;
using ActionableModels.Cli.Bench;
using ActionableModels.Cli.Report;
using ActionableModels.Cli.Terminal;
using ActionableModels.Compute.Cpu;

namespace ActionableModels.Cli.Commands;

/// <summary>Measures the speed of the parts, and tells whether behaviour changed.</summary>
internal static class BenchCommand
{
    private static readonly Option<string[]> Work = WorkOption();
    private static readonly Option<float> Seconds = SecondsOption();
    private static readonly Option<int?> Batch = BatchOption();
    private static readonly Option<int> Repeat = CommonOptions.Number("--repeat",
        "times that one run does the work of layers, network parts and labels, to spread what launching on a device costs", 1, 1, 1000);
    private static readonly Option<string?> Exchange = CommonOptions.Optional("--exchange",
        "write weights, inputs and outputs of each work, for other libraries to repeat", "FOLDER");
    private static readonly Option<bool> List = new("--list") { Description = "list the works instead of running them" };

    public static Command Create()
    {
        var command = new VerbCommand("bench",
            "Measure the speed of layers, network parts, decisions, labels and training steps. Ends with a number that changes only when "
            + "results do. bench act measures how evenly single decisions come.", "bench --work layer/conv2,decision --seconds 1 --threads 1", Run)
            .With([Work, Seconds, Batch, Repeat, Exchange, List, .. Devices.Options]);
        command.Add(BenchActCommand.Create());
        command.Add(BusyCommand.Create());
        return command;
    }

    private static void Run(Invocation call)
    {
        var names = call.Get(Work) ?? [];
        if (call.Get(List))
        {
            ListWorks(call);
            return;
        }
        WorkKind[] works = [.. names.Length == 0 ? Works.All : names.SelectMany(Works.Named).Distinct()];
        var exchange = call.Get(Exchange);
        if (exchange is not null) OutputFiles.Check(works.Select(work => Path.Combine(exchange, work.FileName)));

        var results = new List<BenchResult>();
        using (var progress = call.Progress("bench", works.Length, "works"))
            foreach (var kind in works)
                results.Add(Measure(call, kind, exchange, runs =>
                {
                    call.Cancellation.ThrowIfCancellationRequested();
                    if (progress.Due) progress.Update(results.Count, $"{kind.Name}, run {runs}");
                }));
        using var device = call.OpenDevice();
        var behaviour = names.Length == 0 || names.Contains(Behaviour.Name) ? Behaviour.Number(device) : null;
        var machine = Doctor.Look(Environment.CurrentDirectory);
        var (cpu, convolution) = (device as CpuDevice, device is CpuDevice ? Devices.ConvolutionOf(call) : null);
        call.Result(new BenchReport($"{machine.Processor}, {machine.Cores} cores", device.Name, device.Description, cpu?.Level, cpu?.Threads,
            convolution, Commit, results, behaviour), text =>
        {
            text.WriteLine(convolution is null ? device.Description : $"{device.Description}, convolution {convolution}");
            if (results.Count > 0) BenchResult.Write(text, results);
            if (behaviour is not null) text.WriteLine($"behaviour: {behaviour}");
        });
    }

    private static BenchResult Measure(Invocation call, WorkKind kind, string? exchange, Action<int> progress)
    {
        var batch = kind.BatchFor(call.Get(Batch));
        // A device of its own: its working memory counts as this work's.
        using var device = call.OpenDevice();
        using var work = kind.Create(device, batch);
        if (work is DeviceWorkload repeated) repeated.Repeats = call.Get(Repeat);
        // What planning the work left behind is none of its memory.
        GC.Collect();
        PeakMemory.Clear();
        var result = BenchResult.Of(kind, batch, work, Measurement.Of(work, call.Get(Seconds), progress), device);
        if (exchange is null) return result;
        var file = new ExchangeFile(device, kind, batch);
        work.Describe(file);
        var path = Path.Combine(exchange, kind.FileName);
        OutputFiles.Prepare(path);
        file.Write(path);
        return result;
    }

    private static void ListWorks(Invocation call) => call.Result(
        new WorkList([.. Works.All.Select(work => new WorkEntry(work.Name, work.Batch, work.What))]),
        text =>
        {
            var table = new Table("work", "batch", "what");
            foreach (var work in Works.All) table.Add(work.Name, $"{work.Batch}", work.What);
            table.Add(Behaviour.Name, "", "the number alone");
            table.Write(text);
        });

    // The build puts the commit behind a plus sign when it knows it.
    internal static string? Commit { get; } = typeof(BenchCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
        .InformationalVersion.Split('+') is [_, var commit] ? commit : null;

    private static Option<string[]> WorkOption()
    {
        var option = new Option<string[]>("--work")
        {
            Description = "works to run, by name or by what their names begin with (layer, layer/conv2), with commas between them; all if "
                + "left out",
            HelpName = "NAME,…",
            CustomParser = result =>
            {
                string[] names = [.. result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries))];
                if (names.Length == 0) result.AddError("--work names no work");
                foreach (var name in names.Where(name => name != Behaviour.Name && !Works.Named(name).Any()))
                    result.AddError(Names.Unknown("work", name, Works.All.Select(work => work.Name).Append(Behaviour.Name)));
                return names;
            },
        };
        option.CompletionSources.Add([.. Works.All.Select(work => work.Name), Behaviour.Name]);
        return option;
    }

    private static Option<float> SecondsOption()
    {
        const float most = 3600;
        var option = CommonOptions.Finite("--seconds",
            "time to measure each work for, after half of it to warm up; 0: a single run, not warmed up", 2);
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && float.TryParse(token.Value, out var value) && value is < 0 or > most)
                result.AddError($"--seconds {token.Value} is not within 0 to {most}");
        });
        return option;
    }

    private static Option<int?> BatchOption()
    {
        const int most = 4096;
        var option = new Option<int?>("--batch")
        {
            Description = "batch of layers, labels and training steps; the usual one of each work if left out",
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, out var value) && value is < 1 or > most)
                result.AddError($"--batch {value} is not within 1 to {most}");
        });
        return option;
    }
}

/// <summary>What bench prints.</summary>
internal sealed record BenchReport(string Machine, string Device, string Description, SimdLevel? InstructionSet, int? Threads,
    string? Convolution, string? Commit, IReadOnlyList<BenchResult> Results, string? Behaviour);

/// <summary>What bench --list prints.</summary>
internal sealed record WorkList(IReadOnlyList<WorkEntry> Works);

/// <summary>One work of the list.</summary>
internal sealed record WorkEntry(string Work, int Batch, string What);
