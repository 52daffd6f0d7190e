using System.CommandLine;
using System.Diagnostics;
using ActionableModels.Checkpoints;
using ActionableModels.Data;
using ActionableModels.Evaluation;
using ActionableModels.Formats.InPlace;

namespace ActionableModels.Cli;

/// <summary>The side of eval that asks a recorded dataset instead of a simulated world.</summary>
internal static class OfflineEvaluation
{
    private const int MostSteps = 100_000;

    public static readonly Option<string?> Data = CommonOptions.Optional("--data",
        "evaluate Q and policy on recorded steps of this dataset, without a simulator; give one that was not trained on", "FOLDER");
    public static readonly Option<int> Steps = CommonOptions.Number("--steps", "recorded steps, each with a later frame of its episode as goal; with --data",
        1000, 1, MostSteps);

    /// <summary>Evaluates and shows the result.</summary>
    public static void Run(Invocation call, string file, string? output)
    {
        OutputFiles.Check(output);
        var model = PolicyModel.Read(file);
        using var store = EpisodeStore.Open(call.Get(Data)!, frames: InPlaceFrames.Open);
        using var device = call.OpenDevice();
        using var evaluator = new OfflineEvaluator(device, model, store, call.Seed);
        var (steps, clock) = (call.Get(Steps), Stopwatch.StartNew());
        using var progress = call.Progress("evaluating recorded steps", steps, "steps");
        var result = evaluator.Run(steps, done =>
        {
            progress.Update(done);
            call.Cancellation.ThrowIfCancellationRequested();
        });
        progress.Finish();
        var report = OfflineReport.Of(result, store.Folder, file, model.Header, call.Seed, clock.Elapsed.TotalSeconds);
        if (output is not null) OutputFiles.WriteJson(output, report);
        call.Result(report, report.Write);
    }
}
