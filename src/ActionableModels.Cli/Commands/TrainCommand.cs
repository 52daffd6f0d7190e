using System.CommandLine;
using System.Globalization;
using ActionableModels.Checkpoints;
using ActionableModels.Cli.Terminal;
using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Formats.InPlace;
using ActionableModels.Learning;

namespace ActionableModels.Cli.Commands;

/// <summary>Trains on a dataset.</summary>
internal static class TrainCommand
{
    private static readonly Option<string> Output = CommonOptions.Required("--output", "folder of the run: checkpoint, metrics, settings",
        "RUN");
    private static readonly Option<int> CheckpointEvery = CommonOptions.Number("--checkpoint-every", "steps between checkpoints", 1000, 1,
        int.MaxValue);
    private static readonly Option<int> LogEvery = CommonOptions.Number("--log-every", "steps between rows of metrics", 100, 1,
        int.MaxValue);
    private static readonly Option<long?> ReadAheadBytes = ByteSize.Option("--read-ahead",
        "memory for batches assembled ahead; at least two are held; results do not depend on it", "512M");
    private static readonly Option<int> ReadThreads = CommonOptions.Number("--read-threads",
        "threads that assemble batches; 0: one where the dataset holds its images, one per core where they are decoded; results do not depend on it",
        0, 0, 1024);
    private static readonly Option<bool> Resume = new("--resume")
    {
        Description = "go on from the run's checkpoint, to the same bytes; starts where there is none yet",
    };
    private static readonly Option<bool> Force = new("--force") { Description = "replace the run that the folder holds" };
    private static readonly TrainingOptions Training = new();

    public static Command Create() =>
        new VerbCommand("train", "Train a policy from a dataset. Equal data, options and seed give equal bytes.",
        "train --data runs/clean --output runs/am --method actionable-models --steps 8000", Run)
        .With([CommonOptions.Data, Output, .. Training.All, CheckpointEvery, LogEvery, ReadAheadBytes, ReadThreads, Resume, Force,
            .. Devices.Options]);

    private static int Run(Invocation call)
    {
        var folder = call.Get(Output);
        var run = new TrainingRun(folder, call.Get(LogEvery), call.Get(CheckpointEvery),
            new ReadAhead(call.Get(ReadAheadBytes) ?? ReadAhead.DefaultBytes, call.Get(ReadThreads)));
        var readAhead = run.ReadAhead!;
        var exists = File.Exists(run.CheckpointPath);
        var resume = exists && call.Get(Resume);
        if (exists && !resume && !call.Get(Force))
            throw new ActionableException($"{folder}: holds a run already; go on with --resume, replace it with --force, "
                + "or choose another folder");
        var settings = resume ? null : Training.Read(call);
        using var store = EpisodeStore.Open(call.Get(CommonOptions.Data), frames: InPlaceFrames.Open);
        using var device = call.OpenDevice();
        var start = resume ? Checkpoint.Read(run.CheckpointPath) : Cli.Training.Start(device, store, settings!);
        if (resume)
        {
            Training.RequireUnchanged(call, start.Header.Settings, folder);
            RunSettings.Beside(run.CheckpointPath)?.RequireSameDataset(store, folder);
        }

        if (readAhead.BytesFor(store, start.Header.Settings) is var held && held > readAhead.Bytes)
            call.Note(string.Create(CultureInfo.InvariantCulture,
                $"note: the two batches that are held take {Amount.Bytes(held)}, more than the {Amount.Bytes(readAhead.Bytes)} of --read-ahead"));
        var (last, seconds) = Cli.Training.Run(call, device, store, start, run);
        var header = last.Header;
        var (trained, done) = (header.Step - start.Header.Step, header.Step == header.Settings.Steps);
        call.Result(new TrainResult(folder, run.CheckpointPath, header.Settings.Method, header.Settings.Preset, header.Settings.Seed, header.Step,
            header.Settings.Steps, done, seconds, trained / Math.Max(seconds, 1e-9), last.Layout.TrainableParameters), text => text.WriteLine($"{run.CheckpointPath}: {header.Settings.Method}, step {Amount.Count(header.Step)} of "
            + $"{Amount.Count(header.Settings.Steps)}, {Amount.Count(trained)} steps in {Amount.Duration(TimeSpan.FromSeconds(seconds))}"));
        if (done) return CommandLine.Done;
        call.Note($"interrupted; go on with: actionable train --data {store.Folder} --output {folder} --resume");
        return CommandLine.Interrupted;
    }
}

/// <summary>What train prints.</summary>
internal sealed record TrainResult(string Run, string Checkpoint, string Method, string Preset, ulong Seed, long Step, long Steps, bool Complete,
    double Seconds, double StepsPerSecond, long Parameters);
