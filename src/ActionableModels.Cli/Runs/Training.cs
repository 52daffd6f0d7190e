using System.Diagnostics;
using System.Globalization;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Learning;
using ActionableModels.Storage;

namespace ActionableModels.Cli;

/// <summary>A training run as the commands do it: folder, progress, Q-value histograms.</summary>
internal static class Training
{
    private static readonly int Loss = Column("loss/total"), SeenQ = Column("q/seen"), NegativeQ = Column("q/negative");

    /// <summary>Checks what can be checked before anything is written, and makes the first checkpoint of a run.</summary>
    /// <exception cref="ActionableException">The dataset cannot be learned from, or the network does not fit its camera.</exception>
    public static Checkpoint Start(Device device, EpisodeStore store, TrainingSettings settings)
    {
        store.RequireRelabelable();
        return NetworkChoice.Create(device, settings, store.Actions, store.ImageHeight, store.ImageWidth);
    }

    /// <summary>Trains to the last step or Ctrl+C, and writes the histograms when done.</summary>
    public static (Checkpoint Last, double Seconds) Run(Invocation call, Device device, EpisodeStore store, Checkpoint start,
        TrainingRun run)
    {
        var settings = start.Header.Settings;
        if (start.Header.Step == 0) WriteFirst(start, run);
        RunFolder.WriteJson(Path.Combine(run.Folder, RunFolder.SettingsName),
            RunSettings.Of(store, settings, start.Layout.TrainableParameters));
        var clock = Stopwatch.StartNew();
        using var progress = call.Progress("training", settings.Steps, "steps", start.Header.Step);
        void Finish(Trainer trainer)
        {
            progress.Finish();
            if (trainer.Step == settings.Steps && settings.Objective == Objective.QFunction)
                RunFolder.WriteJson(Path.Combine(run.Folder, RunFolder.QValuesName), QValues.Probe(trainer));
        }
        var last = run.Train(device, store, start, TimeProvider.System, p => progress.Update(p.Step, progress.Due ? Status(p.Row) : null),
            Finish, call.Cancellation);
        return (last, clock.Elapsed.TotalSeconds);
    }

    // The untrained checkpoint comes first: from here on the run can be resumed, and a run that it replaces is gone for good.
    private static void WriteFirst(Checkpoint start, TrainingRun run)
    {
        var (folderExisted, replaces) = (Directory.Exists(run.Folder), File.Exists(run.CheckpointPath));
        AtomicFile.CreateFolder(run.Folder);
        try
        {
            start.Write(run.CheckpointPath);
        }
        catch when (!folderExisted)
        {
            Directory.Delete(run.Folder);
            throw;
        }
        if (replaces) RunFolder.ClearAllButCheckpoint(run.Folder);
    }

    private static string? Status(double[]? row) => row is null ? null
        : string.Create(CultureInfo.InvariantCulture, $"loss {row[Loss]:0.000}, Q {row[SeenQ]:0.00} seen {row[NegativeQ]:0.00} negative");

    private static int Column(string name) => TrainingMetrics.Columns.ToList().IndexOf(name);
}
