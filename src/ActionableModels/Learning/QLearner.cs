using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Networks;

namespace ActionableModels.Learning;

/// <summary>
/// Goal-conditioned Q-learning (equation 1): L = CE(Q(s,a,g), y) + λ·CE(Q(s,ã,g), 0), mean over the batch. Row b·(1+K) of the network is
/// the recorded action of pair b, the K rows after it are its negatives.
/// </summary>
internal sealed class QLearner : ILearner
{
    private const int D = ActionSpace.Dimensions;
    private readonly Device device;
    private readonly TrainingSettings settings;
    private readonly int batch, negatives;
    private readonly ImageInput images;
    private readonly TrainingNetwork network;
    private readonly QTargetComputer targetComputer;
    private readonly NegativeActionSampler? sampler;
    private readonly ValueGoalChooser? goalChooser;
    private readonly Tensor seen, columns, targets, weights, losses, gradient, flatGradient, logits;
    private readonly Tensor? negativeColumns;
    private readonly float[] y, positiveWeights, allTargets, allWeights, drawnWeights, allLosses, allLogits;

    public QLearner(Arena arena, NetworkSpec spec, TrainingSettings settings, ActionSpace space, ParameterSet values,
        ParameterSet gradients, FoldedNetwork average, FoldedNetwork? lagged, int cameraHeight, int cameraWidth)
    {
        (device, this.settings, batch) = (arena.Device, settings, settings.Batch);
        negatives = settings.Negatives == NegativeSampling.None ? 0 : settings.NegativeDraws;
        var rows = batch * (1 + negatives);
        var box = new ActionBox(arena, space);
        images = new ImageInput(arena, spec, batch, cameraHeight, cameraWidth);
        network = new TrainingNetwork(arena, spec, values, gradients, images, 1 + negatives);
        targetComputer = new QTargetComputer(arena, spec, settings, box, average, lagged, cameraHeight, cameraWidth);
        if (GoalSamplers.ChoosesByValue(settings.GoalSampler))
            goalChooser = new ValueGoalChooser(arena, spec, settings, average, cameraHeight, cameraWidth);
        columns = network.Actions.Reshape(Shape.Of(batch, (1 + negatives) * D));
        if (negatives > 0)
        {
            sampler = new NegativeActionSampler(arena, spec, settings, box, new FoldedNetwork(arena, spec, values), network.Map);
            negativeColumns = sampler.Actions.Reshape(Shape.Of(batch, negatives * D));
        }
        seen = arena.Allocate(Shape.Of(batch, D));
        (targets, weights, losses) = (arena.Allocate(Shape.Of(rows)), arena.Allocate(Shape.Of(rows)), arena.Allocate(Shape.Of(rows)));
        gradient = arena.Allocate(Shape.Of(rows, 1));
        flatGradient = gradient.Reshape(Shape.Of(rows));
        logits = network.Outputs.Reshape(Shape.Of(rows));
        (y, positiveWeights, drawnWeights) = (new float[batch], new float[batch], new float[batch * negatives]);
        (allTargets, allWeights, allLosses, allLogits) = (new float[rows], new float[rows], new float[rows], new float[rows]);
    }

    public void Learn(Batch examples, StepMetrics metrics)
    {
        goalChooser?.Choose(examples);
        targetComputer.Compute(examples, y, positiveWeights, metrics);
        metrics.Book(TrainingPhase.Targets);

        images.Load(examples.Current, examples.Goal, examples.CurrentAugmentation,
            new RandomKey(settings.Seed, Streams.PixelNoise, (ulong)examples.Step));
        device.Upload<float>(examples.Actions, seen);
        device.Upload<float>(examples.CurrentStates, network.States);
        network.ForwardTower();
        device.CopyColumns(seen, 0, columns, 0, D);
        if (sampler is not null)
        {
            sampler.Draw(seen, network.States, examples.Step);
            device.CopyColumns(negativeColumns!, 0, columns, D, negatives * D);
            device.Download<float>(sampler.Weights, drawnWeights);
        }
        metrics.Book(TrainingPhase.Negatives);

        Weigh(metrics);
        device.Upload<float>(allTargets, targets);
        device.Upload<float>(allWeights, weights);
        network.ForwardHead();
        device.SigmoidCrossEntropy(logits, targets, weights, losses, flatGradient);
        network.Backward(gradient);
        Measure(metrics);
        metrics.Book(TrainingPhase.Gradient);
    }

    private void Weigh(StepMetrics metrics)
    {
        for (var b = 0; b < batch; b++)
        {
            var row = b * (1 + negatives);
            allTargets[row] = y[b];
            allWeights[row] = positiveWeights[b] / batch;
            metrics.Target += y[b];
            var drawn = 0f;
            for (var k = 0; k < negatives; k++)
            {
                drawn += drawnWeights[b * negatives + k];
                allTargets[row + 1 + k] = 0;
                allWeights[row + 1 + k] = settings.NegativeWeight * drawnWeights[b * negatives + k] / batch;
            }
            if (negatives > 0 && drawn == 0) metrics.Masked++;
        }
    }

    private void Measure(StepMetrics metrics)
    {
        device.Download<float>(losses, allLosses);
        device.Download<float>(logits, allLogits);
        for (var row = 0; row < allLosses.Length; row++)
        {
            var q = 1 / (1 + MathF.Exp(-allLogits[row]));
            if (row % (1 + negatives) == 0)
            {
                metrics.PositiveLoss += allLosses[row];
                metrics.SeenQ += q;
                metrics.SeenValues?.Add(q);
            }
            else if (allWeights[row] > 0)
            {
                metrics.NegativeLoss += allLosses[row];
                metrics.NegativeQ += q;
                metrics.NegativeValues?.Add(q);
                metrics.NegativeCount++;
            }
        }
        metrics.Rows += batch;
        metrics.Steps++;
    }
}
