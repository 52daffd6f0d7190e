using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using ActionableModels.Checkpoints;
using ActionableModels.Cli.Report;
using ActionableModels.Cli.Terminal;
using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Evaluation;
using ActionableModels.Learning;
using ActionableModels.Simulation;

namespace ActionableModels.Cli.Commands;

/// <summary>The whole way in one command: record, train, evaluate, report.</summary>
internal static class DemoCommand
{
    private static readonly DemoSettings Defaults = new();
    private static readonly Option<string> Output = CommonOptions.New("--output", "folder of the demo; an earlier demo there is replaced",
        Path.Combine(".", "runs", "demo"), "FOLDER");
    private static readonly Option<int> Steps = CommonOptions.Number("--steps", "gradient steps", (int)Defaults.Training.Steps, 1,
        int.MaxValue);
    private static readonly Option<int> DatasetEpisodes = CommonOptions.Number("--dataset-episodes", "episodes to record",
        Defaults.DatasetEpisodes, 1, 10_000_000);
    private static readonly Option<int> Episodes = CommonOptions.Number("--episodes", "episodes to evaluate each policy on",
        Defaults.EvaluationEpisodes, 1, 1_000_000);

    public static Command Create() => new VerbCommand("demo",
        "Record data, train a policy, evaluate it on new goal images and write a report: a few minutes in all.", "demo --output runs/demo", Run)
        .With([Output, Steps, DatasetEpisodes, Episodes, CommonOptions.Seed, .. Devices.Options]);

    private static int Run(Invocation call)
    {
        var settings = Defaults with { DatasetEpisodes = call.Get(DatasetEpisodes), EvaluationEpisodes = call.Get(Episodes) };
        settings = settings with { Training = settings.Training with { Steps = call.Get(Steps), Seed = call.Seed } };
        using var device = call.OpenDevice();
        var folder = new DemoFolder(call.Get(Output));
        folder.Prepare();
        var total = Stopwatch.StartNew();

        call.Note($"1/4 recording {Amount.Count(settings.DatasetEpisodes)} episodes of {settings.World.Task} to {folder.Data}");
        new Recording(settings.World, settings.Mix, settings.DatasetEpisodes, settings.EpisodeSteps, call.Seed)
            .Write(call, folder.Data, append: false, call.Get(CommonOptions.Threads));

        call.Note($"2/4 training {settings.Training.Method} for {Amount.Count(settings.Training.Steps)} steps to {folder.Run}");
        using var store = EpisodeStore.Open(folder.Data);
        var run = new TrainingRun(folder.Run);
        var (last, trainSeconds) = Training.Run(call, device, store, Training.Start(device, store, settings.Training), run);
        call.Cancellation.ThrowIfCancellationRequested();

        call.Note($"3/4 evaluating three policies on {settings.EvaluationEpisodes} goal images each");
        var reports = Evaluate(call, device, last, settings, folder);
        var (trained, untrained, random) = (reports[0], reports[1], reports[2]);

        call.Note($"4/4 writing {folder.Report}");
        SummaryItem[] summary =
        [
            new("without training", Percent(untrained.SuccessRate), "the same network before its first step"),
            new("random actions", Percent(random.SuccessRate), "uniform within the bounds"),
            new("training", Amount.Duration(TimeSpan.FromSeconds(trainSeconds)), device.Description),
        ];
        ReportCommand.Write(folder.Report,
            RunReport.Build([RunData.Read(folder.Run)], $"Reaching goal images: {settings.World.Task}", summary));
        var result = new DemoResult(settings.World.Task, trained.Episodes, trained.SuccessRate, trained.SuccessInterval,
            untrained.SuccessRate, random.SuccessRate, trained.GraspRate, trainSeconds, settings.Training.Steps,
            total.Elapsed.TotalSeconds, settings.DatasetEpisodes, call.Seed, folder.Report, run.CheckpointPath, folder.Data);
        folder.Finish(result);
        call.Result(result, result.Write);
        return CommandLine.Done;
    }

    private static EvaluationReport[] Evaluate(Invocation call, Device device, Checkpoint checkpoint, DemoSettings settings, DemoFolder folder)
    {
        string[] names = [EvaluatedPolicies.Trained, EvaluatedPolicies.Untrained, EvaluatedPolicies.Random];
        return [.. names.Select((name, i) =>
        {
            var environment = new TabletopEnvironment(settings.World);
            var policy = EvaluatedPolicies.Create(name, device, checkpoint.Policy, environment, call.Seed);
            using var owned = policy as IDisposable;
            var clock = Stopwatch.StartNew();
            var result = EvalCommand.Evaluate(call, policy, environment, settings.EvaluationEpisodes, call.Seed, name);
            var report = EvaluationReport.Of(result, settings.World, name, null, checkpoint.Header, call.Seed, clock.Elapsed.TotalSeconds);
            OutputFiles.WriteJson(Path.Combine(folder.Run, $"eval-{i + 1}-{name}.json"), report);
            if (name == EvaluatedPolicies.Trained) WriteStrips(result, environment, folder.Run);
            return report;
        })];
    }

    private static void WriteStrips(EvaluationResult result, TabletopEnvironment environment, string folder)
    {
        foreach (var (i, (outcome, image)) in Strips.Of(result, environment.ImageHeight, environment.ImageWidth).Index())
            OutputFiles.WritePng(Path.Combine(folder, $"strips-{i}-{(outcome.Success ? "reached" : "missed")}.png"), image);
    }

    private static string Percent(double rate) => string.Create(CultureInfo.InvariantCulture, $"{100 * rate:0.0} %");
}
