using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Metrics;
using ActionableModels.Storage;

namespace ActionableModels.Learning;

/// <summary>Where a run stands, for a progress line.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="Row">The newest row of <see cref="TrainingMetrics.Columns"/>, or null before the first.</param>
public readonly record struct TrainingProgress(long Step, long Steps, double[]? Row);

/// <summary>
/// A training run in a folder: checkpoint.safetensors (replaced every so many steps), metrics.csv and TensorBoard events. A run that was
/// killed goes on from its checkpoint to the same bytes.
/// </summary>
/// <param name="Folder">The run's folder.</param>
/// <param name="LogEvery">Steps between rows of metrics.</param>
/// <param name="CheckpointEvery">Steps between checkpoints.</param>
/// <param name="ReadAhead">How batches are assembled ahead; the default if left out.</param>
public sealed record TrainingRun(string Folder, int LogEvery = 100, int CheckpointEvery = 1000, ReadAhead? ReadAhead = null)
{
    /// <summary>File name of the checkpoint.</summary>
    public const string CheckpointName = "checkpoint.safetensors";

    /// <summary>Path of the checkpoint.</summary>
    public string CheckpointPath => Path.Combine(Folder, CheckpointName);

    /// <summary>Trains from a checkpoint to the last step of its settings and returns the final one.</summary>
    /// <param name="device">Where to compute.</param>
    /// <param name="store">The dataset.</param>
    /// <param name="start">An untrained checkpoint, or the one to go on from.</param>
    /// <param name="clock">Wall clock of the event file.</param>
    /// <param name="progress">Called after every step.</param>
    /// <param name="finish">Called with the trainer after the last checkpoint, to probe it.</param>
    /// <param name="cancellation">Ends the run after the step in hand, with a checkpoint.</param>
    /// <exception cref="ActionableException">Data do not fit, a file cannot be written, or the loss is not finite.</exception>
    public Checkpoint Train(Device device, EpisodeStore store, Checkpoint start, TimeProvider clock,
        Action<TrainingProgress>? progress = null, Action<Trainer>? finish = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(LogEvery);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(CheckpointEvery);
        AtomicFile.CreateFolder(Folder);
        using var trainer = new Trainer(device, store, start, ReadAhead);
        using var log = new MetricsLog(Folder, [.. TrainingMetrics.Columns], clock, start.Header.Step > 0 ? start.Header.Step : null);
        var steps = start.Header.Settings.Steps;
        double[]? row = null;
        while (trainer.Step < steps && !cancellation.IsCancellationRequested)
        {
            trainer.Advance();
            if (trainer.Step % LogEvery == 0 || trainer.Step == steps)
            {
                row = trainer.TakeMetrics();
                if (!double.IsFinite(row[TrainingMetrics.TotalLoss]))
                    throw new ActionableException(
                        $"{Folder}: the loss is not finite at step {trainer.Step}; the last checkpoint is kept: lower --learning-rate and resume or start again");
                log.Write(trainer.Step, row);
            }
            if (trainer.Step % CheckpointEvery == 0 && trainer.Step < steps) trainer.ToCheckpoint().Write(CheckpointPath);
            progress?.Invoke(new(trainer.Step, steps, row));
        }
        var last = trainer.ToCheckpoint();
        last.Write(CheckpointPath);
        finish?.Invoke(trainer);
        return last;
    }
}
