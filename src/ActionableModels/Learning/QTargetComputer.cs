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
    private readonly float[] logits, laggedLogits;

    public QTargetComputer(Arena arena, NetworkSpec spec, TrainingSettings settings, ActionBox box, FoldedNetwork average,
        FoldedNetwork? lagged, int cameraHeight, int cameraWidth)
    {
        (device, this.settings, this.box) = (arena.Device, settings, box);
        var batch = settings.Batch;
        images = new ImageInput(arena, spec, batch, cameraHeight, cameraWidth);
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
        }
        (logits, laggedLogits) = (new float[batch], new float[batch]);
    }

    /// <summary>Writes the target and the weight of every row of the batch.</summary>
    public void Compute(Batch batch, Span<float> targets, Span<float> weights, StepMetrics metrics)
    {
        images.Load(batch.Next, batch.Goal, batch.NextAugmentation, new RandomKey(settings.Seed, Streams.PixelNoise, (ulong)batch.Step));
        encoder.Encode();
        var key = new RandomKey(settings.Seed, Streams.TargetCandidates, (ulong)batch.Step);
        if (cem is not null)
        {
            device.Upload<float>(batch.NextStates, cem.States);
            cem.Search(key);
        }
        else MaximiseOverSamples(batch, key);
        device.Download<float>(bestLogits, logits);
        if (laggedHead is not null)
        {
            laggedEncoder!.Encode();
            device.Copy(bestActions, laggedHead.Actions);
            device.Upload<float>(batch.NextStates, laggedHead.States);
            laggedHead.Forward();
            device.Download<float>(laggedHead.Outputs, laggedLogits);
        }
        for (var row = 0; row < targets.Length; row++)
        {
            var logit = laggedHead is null ? logits[row] : Math.Min(logits[row], laggedLogits[row]);
            (targets[row], weights[row]) = Label(settings, batch.Examples[row], 1 / (1 + MathF.Exp(-logit)), metrics);
        }
    }

    /// <summary>The target of one row given V(s_{t+1}, g), and whether it counts.</summary>
    internal static (float Target, float Weight) Label(TrainingSettings settings, Example example, float value, StepMetrics metrics)
    {
        if (example.Reached)
        {
            metrics.Reached++;
            return (1, 1);
        }
        if (example.RandomGoal && example.IntoCut)
        {
            if (settings.RandomGoalLabel == RandomGoalLabel.Zero) return (0, 1);
            if (settings.RandomGoalLabel == RandomGoalLabel.OwnValue) return (0, 0);
        }
        var target = settings.Discount * value;
        if (settings.MonteCarloBound && !example.RandomGoal)
        {
            var bound = MathF.Pow(settings.Discount, example.StepsToGoal - 1);
            if (bound > target)
            {
                target = bound;
                metrics.Bounded++;
            }
        }
        var clipped = Math.Clamp(target, 0, 1);
        if (clipped != target) metrics.Clipped++;
        return (clipped, 1);
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
