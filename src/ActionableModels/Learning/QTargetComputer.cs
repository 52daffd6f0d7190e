using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Networks;
using ActionableModels.Policies;

namespace ActionableModels.Learning;

/// <summary>
/// COMPUTEQTARGETS (Algorithm 1, lines 8 to 12) for the recorded actions: y = 1 where s_{t+1} is the goal, else γ·V(s_{t+1}, g) with
/// V = min over the target networks of Q(s', a*, g), a* = argmax_a Q of the first (QT-Opt, clipped double Q with lag).
/// </summary>
internal sealed class QTargetComputer
{
    private const int D = ActionSpace.Dimensions;
    private readonly Device device;
    private readonly TrainingSettings settings;
    private readonly ImageInput images;
    private readonly ActionBox box;
    private readonly PairEncoder encoder;
    private readonly CrossEntropyMethod? cem;
    private readonly InferenceHead? sampled;
    private readonly Tensor? samples, sampleColumns, candidateColumns, nextActions, indices, candidateValues;
    private readonly Tensor bestLogits, bestActions;
    private readonly PairEncoder? laggedEncoder;
    private readonly InferenceHead? laggedHead;
    private readonly Tensor fixedTargets;
    private readonly Tensor? laggedLogits;
    private readonly float[] hostFixed, hostBounds;
    private readonly bool sharesGoals;
    private Batch? batch;

    /// <summary>Plans the targets of a batch; with the goal images of <paramref name="goals"/>, which another loads, if given.</summary>
    public QTargetComputer(Arena arena, NetworkSpec spec, TrainingSettings settings, ActionBox box, FoldedNetwork average,
        FoldedNetwork? lagged, int cameraHeight, int cameraWidth, ImageInput? goals = null)
    {
        (device, this.settings, this.box) = (arena.Device, settings, box);
        var batch = settings.Batch;
        images = new ImageInput(arena, spec, batch, cameraHeight, cameraWidth, goals);
        sharesGoals = goals is not null;
        encoder = new PairEncoder(arena, spec, average, images);
        if (settings.TargetMaximum == TargetMaximum.Cem)
        {
            cem = new CrossEntropyMethod(arena, spec, average, encoder.Image, box,
                new CemSettings(settings.CemIterations, settings.CemSamples, settings.CemElites));
            (bestLogits, bestActions) = (cem.BestLogits, cem.BestActions);
        }
        else
        {
            var n = settings.TargetSamples;
            sampled = new InferenceHead(arena, spec, average, encoder.Image, n + 1);
            candidateColumns = sampled.Actions.Reshape(Shape.Of(batch, (n + 1) * D));
            if (n > 0)
            {
                samples = arena.Allocate(Shape.Of(batch * n, D));
                sampleColumns = samples.Reshape(Shape.Of(batch, n * D));
            }
            nextActions = arena.Allocate(Shape.Of(batch, D));
            indices = arena.Allocate(Shape.Of(batch), ElementType.Int32);
            candidateValues = sampled.Outputs.Reshape(Shape.Of(batch, n + 1));
            (bestLogits, bestActions) = (arena.Allocate(Shape.Of(batch)), arena.Allocate(Shape.Of(batch, D)));
        }
        if (lagged is not null)
        {
            laggedEncoder = new PairEncoder(arena, spec, lagged, images);
            laggedHead = new InferenceHead(arena, spec, lagged, laggedEncoder.Image, 1);
            laggedLogits = laggedHead.Outputs.Reshape(Shape.Of(batch));
        }
        (fixedTargets, Bounds, Targets) = (arena.Allocate(Shape.Of(batch)), arena.Allocate(Shape.Of(batch, 1)), arena.Allocate(Shape.Of(batch, 1)));
        (hostFixed, hostBounds, Weights) = (new float[batch], new float[batch], new float[batch]);
    }

    /// <summary>y of every row, [B, 1].</summary>
    public Tensor Targets { get; }

    /// <summary>The least that each bootstrapped target may be, [B, 1]; 0 for no bound.</summary>
    public Tensor Bounds { get; }

    /// <summary>Whether a row counts: 1 or 0.</summary>
    public float[] Weights { get; }

    /// <summary>What is known of a batch's targets without the network; <see cref="Compute"/> refers to this batch.</summary>
    public void Prepare(Batch batch, StepMetrics metrics)
    {
        this.batch = batch;
        for (var row = 0; row < Weights.Length; row++)
        {
            var example = batch.Examples[row];
            (hostFixed[row], hostBounds[row], Weights[row]) = Rule(settings, example);
            if (example.Reached) metrics.Reached++;
        }
    }

    /// <summary>Computes <see cref="Targets"/>.</summary>
    public void Compute()
    {
        if (!sharesGoals) images.UploadGoals(batch!.Goal);
        images.Load(batch!.Next, batch.NextAugmentation, new RandomKey(settings.Seed, Streams.PixelNoise, (ulong)batch.Step));
        encoder.Encode();
        var key = new RandomKey(settings.Seed, Streams.TargetCandidates, (ulong)batch.Step);
        if (cem is not null)
        {
            device.Upload<float>(batch.NextStates, cem.States);
            cem.Search(key);
        }
        else MaximiseOverSamples(batch, key);
        if (laggedHead is not null)
        {
            laggedEncoder!.Encode();
            device.Copy(bestActions, laggedHead.Actions);
            device.Upload<float>(batch.NextStates, laggedHead.States);
            laggedHead.Forward();
        }
        device.Upload<float>(hostFixed, fixedTargets);
        device.Upload<float>(hostBounds, Bounds);
        device.BootstrapTargets(bestLogits, laggedLogits, fixedTargets, Bounds, settings.Discount, Targets);
    }

    /// <summary>
    /// Adds a batch's <see cref="Targets"/> and <see cref="Bounds"/>, read back, to the metrics: those of its rows are <paramref name="stride"/> apart.
    /// </summary>
    public void Measure(ReadOnlySpan<float> targets, ReadOnlySpan<float> bounds, int stride, StepMetrics metrics)
    {
        for (var row = 0; row < Weights.Length; row++)
        {
            float y = targets[row * stride], bound = bounds[row * stride];
            metrics.Target += y;
            if (bound > 0 && y == bound) metrics.Bounded++;
            if (!(y >= 0 && y <= 1)) metrics.Outside++;
        }
    }

    /// <summary>
    /// What a row's target is made of: its fixed value, or NaN where it is bootstrapped; the least it may be then; whether the row counts.
    /// </summary>
    internal static (float Fixed, float Bound, float Weight) Rule(TrainingSettings settings, Example example)
    {
        if (example.Reached) return (1, 0, 1);
        if (example.RandomGoal && example.IntoCut)
        {
            if (settings.RandomGoalLabel == RandomGoalLabel.Zero) return (0, 0, 1);
            if (settings.RandomGoalLabel == RandomGoalLabel.OwnValue) return (0, 0, 0);
        }
        var bounded = settings.MonteCarloBound && !example.RandomGoal;
        return (float.NaN, bounded ? MathF.Pow(settings.Discount, example.StepsToGoal - 1) : 0, 1);
    }

    private void MaximiseOverSamples(Batch batch, RandomKey key)
    {
        var n = settings.TargetSamples;
        if (n > 0)
        {
            device.SampleBox(box.Low, box.High, box.Binary, key, samples!);
            device.CopyColumns(sampleColumns!, 0, candidateColumns!, 0, n * D);
        }
        device.Upload<float>(batch.NextActions, nextActions!);
        device.CopyColumns(nextActions!, 0, candidateColumns!, n * D, D);
        device.Upload<float>(batch.NextStates, sampled!.States);
        sampled.Forward();
        device.ArgMaxRows(candidateValues!, indices!, bestLogits);
        device.GatherRows(sampled.Actions, indices!, bestActions);
    }
}
