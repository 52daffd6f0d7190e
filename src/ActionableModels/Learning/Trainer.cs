using ActionableModels.Actions;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Networks;

namespace ActionableModels.Learning;

/// <summary>
/// Trains one network on one dataset. A step is a function of (settings, data, step number, parameters), so that a run resumed from a
/// checkpoint ends with the bytes of an unbroken one.
/// </summary>
public sealed class Trainer : IDisposable
{
    private readonly Device device;
    private readonly EpisodeStore store;
    private readonly NetworkSpec spec;
    private readonly TrainingSettings settings;
    private readonly ReadAhead readAhead;
    private readonly Arena arena;
    private readonly ParameterLayout layout;
    private readonly ParameterSet values, gradients, average;
    private readonly ParameterSet? lagged;
    private readonly FoldedNetwork averageFolded;
    private readonly FoldedNetwork? laggedFolded;
    private readonly Tensor firstMoment;
    private readonly Tensor? secondMoment;
    private readonly (Tensor First, Tensor? Second) weightMoments, otherMoments;
    private readonly CheckpointHeader header;
    private readonly ILearner learner;
    private readonly WorkSequence work;
    private readonly Action measure;
    private bool unmeasured;
    private readonly ExampleExtractor extractor;
    private readonly BatchPrefetcher batches;
    private readonly StepMetrics metrics = new();

    /// <summary>Starts from a checkpoint, trained or not.</summary>
    /// <param name="device">Where to compute.</param>
    /// <param name="store">The dataset.</param>
    /// <param name="checkpoint">What to go on from.</param>
    /// <param name="readAhead">How batches are assembled ahead; the default if left out.</param>
    /// <exception cref="ActionableException">
    /// The dataset does not fit the checkpoint's camera or action space or is too short to relabel, the checkpoint cannot be resumed, or
    /// there is not enough memory.
    /// </exception>
    public Trainer(Device device, EpisodeStore store, Checkpoint checkpoint, ReadAhead? readAhead = null)
    {
        (this.device, this.store, this.readAhead) = (device, store, readAhead ?? new());
        header = checkpoint.Header;
        (spec, settings) = (header.Network, header.Settings);
        if (store.ImageHeight != header.CameraHeight || store.ImageWidth != header.CameraWidth)
            throw new ActionableException(
                $"{store.Folder}: its images are {store.ImageHeight}×{store.ImageWidth}, the checkpoint's camera is {header.CameraHeight}×{header.CameraWidth}; use the dataset that the training started with");
        if (!store.Actions.Equals(header.Actions))
            throw new ActionableException(
                $"{store.Folder}: its action bounds differ from the checkpoint's; use the dataset that the training started with");

        if ((long)settings.Batch * store.Header.ImageBytes > Array.MaxLength)
            throw new ActionableException(
                $"{store.Folder}: a batch of {settings.Batch} images of {store.ImageHeight}×{store.ImageWidth} is larger than 2 GiB; use a smaller batch");
        if (header.Step > 0 && (checkpoint.FirstMoment is null
            || (settings.Optimizer == OptimizerKind.Adam && checkpoint.SecondMoment is null)
            || (settings.TargetNetworks == 2 && checkpoint.Lagged is null)))
            throw new ActionableException(
                $"the checkpoint of step {header.Step} holds no optimizer state or lagged target; it can act, but not be trained on: resume from the run's own checkpoint");
        extractor = new ExampleExtractor(store, GoalSamplers.Create(settings.GoalSampler, store), settings.RandomGoalShare, settings.Seed);
        layout = checkpoint.Layout;
        Step = header.Step;

        arena = new Arena(device);
        try
        {
            values = new ParameterSet(arena, layout);
            gradients = new ParameterSet(arena, layout);
            average = new ParameterSet(arena, layout);
            device.Upload<float>(checkpoint.Values, values.All);
            device.Upload<float>(checkpoint.Average, average.All);
            averageFolded = new FoldedNetwork(arena, spec, average);
            averageFolded.Refresh();
            if (settings.TargetNetworks == 2)
            {
                lagged = new ParameterSet(arena, layout);
                device.Upload<float>(checkpoint.Lagged ?? checkpoint.Average, lagged.All);
                laggedFolded = new FoldedNetwork(arena, spec, lagged);
                laggedFolded.Refresh();
            }
            firstMoment = arena.Allocate(values.Trained.Shape);
            if (checkpoint.FirstMoment is { } m) device.Upload<float>(m, firstMoment);
            if (settings.Optimizer == OptimizerKind.Adam)
            {
                secondMoment = arena.Allocate(values.Trained.Shape);
                if (checkpoint.SecondMoment is { } v) device.Upload<float>(v, secondMoment);
            }
            var (weightCount, otherCount) = ((int)layout.WeightCount, (int)(layout.TrainedCount - layout.WeightCount));
            weightMoments = (firstMoment.Rows(0, weightCount), secondMoment?.Rows(0, weightCount));
            otherMoments = (firstMoment.Rows(weightCount, otherCount), secondMoment?.Rows(weightCount, otherCount));
            learner = settings.Objective == Objective.BehaviouralCloning
                ? new CloningLearner(arena, spec, settings, header.Actions, values, gradients, header.CameraHeight, header.CameraWidth)
                : new QLearner(arena, spec, settings, header.Actions, values, gradients, averageFolded, laggedFolded, header.CameraHeight,
                    header.CameraWidth);
            work = device.Sequence(Work);
            measure = Measure;
            batches = Prefetcher();
        }
        catch (OutOfDeviceMemoryException fault)
        {
            arena.Dispose();
            throw Explain(fault);
        }
        catch
        {
            arena.Dispose();
            throw;
        }
    }

    /// <summary>Gradient steps done.</summary>
    public long Step { get; private set; }

    /// <summary>Runs one gradient step.</summary>
    /// <exception cref="InvalidOperationException">All steps of the settings are done.</exception>
    public void Advance()
    {
        if (Step >= settings.Steps) throw new InvalidOperationException($"all {settings.Steps} steps of the run are done");
        metrics.Start();
        var batch = batches.Take(Step);
        try
        {
            learner.Prepare(batch, metrics);
            metrics.Book(TrainingPhase.Batch);
            work.Run(measure);
        }
        catch (OutOfDeviceMemoryException fault)
        {
            throw Explain(fault);
        }
        Step++;
        if (lagged is not null && Step % settings.LagSteps == 0)
        {
            device.Copy(average.All, lagged.All);
            laggedFolded!.Refresh();
        }
        metrics.Book(TrainingPhase.Update);
        unmeasured = true;
    }

    /// <summary>The metrics since the last call, one row of <see cref="TrainingMetrics.Columns"/>.</summary>
    public double[] TakeMetrics()
    {
        Measure();
        return TrainingMetrics.Row(metrics);
    }

    /// <summary>The state as a checkpoint.</summary>
    public Checkpoint ToCheckpoint()
    {
        float[] Host(Tensor tensor)
        {
            var host = new float[tensor.Count];
            device.Download<float>(tensor, host);
            return host;
        }
        return new Checkpoint(header with { Step = Step }, layout, Host(values.All), Host(average.All), lagged is null ? null : Host(lagged.All),
            Host(firstMoment), secondMoment is null ? null : Host(secondMoment));
    }

    /// <summary>
    /// Q of recorded and of negative actions on batches that no training step draws. Moving statistics of normalisation see them too,
    /// so this comes after the last checkpoint.
    /// </summary>
    public (float[] Seen, float[] Negative) ProbeQ(int batchCount, Action<int>? progress = null)
    {
        Measure();
        var probe = new StepMetrics { SeenValues = [], NegativeValues = [] };
        var batch = NewBatch();
        for (var i = 0; i < batchCount; i++)
        {
            batch.Fill(i, store, extractor, settings, spec, Streams.Probe);
            learner.Prepare(batch, probe);
            learner.Compute();
            learner.Measure();
            progress?.Invoke(i + 1);
        }
        return ([.. probe.SeenValues], [.. probe.NegativeValues]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        batches.Dispose();
        work.Dispose();
        arena.Dispose();
    }

    /// <summary>Reads back the last step, unless that is done: one step late, so that a device computes it while the next one is prepared.</summary>
    private void Measure()
    {
        if (!unmeasured) return;
        unmeasured = false;
        learner.Measure();
    }

    /// <summary>The step's work on the device, the same operations each time.</summary>
    private void Work()
    {
        learner.Compute();
        var share = settings.Steps > 1 ? (float)Step / (settings.Steps - 1) : 0;
        var rate = settings.LearningRate * (1 - share * (1 - settings.FinalRateShare));
        Descend(values.Weights, gradients.Weights, weightMoments, rate, settings.L2);
        Descend(values.Others, gradients.Others, otherMoments, rate, 0);
        device.AverageUpdate(average.Trained, values.Trained, settings.AverageRate);
        if (average.Statistics.Count > 0) device.Copy(values.Statistics, average.Statistics);
        averageFolded.Refresh();
    }

    private void Descend(Tensor w, Tensor g, (Tensor First, Tensor? Second) moments, float rate, float decay)
    {
        if (moments.Second is { } second) device.AdamUpdate(w, g, moments.First, second, rate, 0.9f, 0.999f, 1e-8f, decay, Step + 1);
        else device.MomentumUpdate(w, g, moments.First, rate, 0.9f, decay);
    }

    private OutOfDeviceMemoryException Explain(OutOfDeviceMemoryException fault) =>
        MemoryNeed.Explain(fault, device, $"training network '{spec.Name}' at batch {settings.Batch}", measuring =>
        {
            var untrained = new Checkpoint(header with { Step = 0 }, layout, [], [], null, null, null);
            using var trainer = new Trainer(measuring, store, untrained, readAhead);
            if (settings.Steps > 0) trainer.Advance();
        });

    private int GoalCandidates => GoalSamplers.CandidatesOf(settings.GoalSampler);

    private Batch NewBatch() => new(settings.Batch, store.ImageHeight, store.ImageWidth, GoalCandidates);

    private BatchPrefetcher Prefetcher()
    {
        var slots = new Batch[readAhead.BatchesFor(store, ReadAhead.BatchBytes(store, settings))];
        for (var i = 0; i < slots.Length; i++) slots[i] = NewBatch();
        var threads = readAhead.ThreadsFor(store);
        var parts = ReadAhead.Parts(threads, settings.Batch);
        return new(slots, Step, settings.Steps, threads, parts, (batch, step, part) => batch.FillPart(step, part, parts, store, extractor),
            (batch, step) => batch.Finish(step, settings, spec));
    }
}
