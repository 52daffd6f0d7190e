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
    private readonly bool overlaps;
    private readonly Action forward, label;
    private readonly PhaseTimer forwardTimer = new(), labelTimer = new();
    private Batch? examples;
    private StepMetrics? metrics;
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
        overlaps = device.Aside != device && OverlapPays(spec, settings);
        (forward, label) = (Forward, Label);
        targetComputer = new QTargetComputer(overlaps ? arena.Beside(device.Aside) : arena, spec, settings, box, average, lagged, cameraHeight,
            cameraWidth);
        if (GoalSamplers.ChoosesByValue(settings.GoalSampler))
            goalChooser = new ValueGoalChooser(arena, spec, settings, average, cameraHeight, cameraWidth);
        columns = network.Actions.Reshape(Shape.Of(batch, (1 + negatives) * D));
        if (negatives > 0)
        {
            sampler = new NegativeActionSampler(arena, spec, settings, box, new FoldedNetwork(arena, spec, values, headOnly: true), network.Map);
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

    public void Learn(Batch batch, StepMetrics metrics)
    {
        (examples, this.metrics) = (batch, metrics);
        goalChooser?.Choose(examples);
        if (overlaps)
        {
            device.RunBoth(forward, label);
        }
        else
        {
            Label();
            Forward();
        }
        metrics.Book(TrainingPhase.Targets, labelTimer.Ticks, TrainingPhase.Negatives, forwardTimer.Ticks);

        Weigh(metrics);
        device.Upload<float>(allTargets, targets);
        device.Upload<float>(allWeights, weights);
        network.ForwardHead();
        device.SigmoidCrossEntropy(logits, targets, weights, losses, flatGradient);
        network.Backward(gradient);
        Measure(metrics);
        metrics.Book(TrainingPhase.Gradient);
    }

    /// <summary>Targets of the averaged network: independent of <see cref="Forward"/>.</summary>
    private void Label()
    {
        labelTimer.Start();
        targetComputer.Compute(examples!, y, positiveWeights, metrics!);
        labelTimer.Stop();
    }

    /// <summary>Tower of the trained network, and the negatives.</summary>
    private void Forward()
    {
        forwardTimer.Start();
        images.Load(examples!.Current, examples.Goal, examples.CurrentAugmentation,
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
        forwardTimer.Stop();
    }

    /// <summary>
    /// Whether labels and forward are small enough for splitting each operation over threads to cost more than one thread waiting
    /// for the other, and alike in work.
    /// </summary>
    private static bool OverlapPays(NetworkSpec spec, TrainingSettings settings)
    {
        const double mostUnequal = 1.4;
        const long smallTower = 1 << 26;
        double tower = spec.TowerMultiplyAdds(), action = spec.ActionMultiplyAdds();
        var maximum = settings.TargetMaximum == TargetMaximum.Cem ? settings.CemIterations * settings.CemSamples : settings.TargetSamples + 1;
        var labels = tower + maximum * action + (settings.TargetNetworks - 1) * (tower + action);
        var forward = tower + (settings.Negatives == NegativeSampling.ExpQ ? settings.NegativeCandidates * action : 0);
        return tower <= smallTower && Math.Max(labels, forward) <= mostUnequal * Math.Min(labels, forward);
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
