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
    private readonly Tensor seen, columns, targetColumns, weightColumns, gradient, flatGradient, logits;
    private readonly Tensor report, losses, reportedLogits, targets, weights, boundColumns;
    private readonly Tensor? negativeColumns, drawnWeights, scaledWeights;
    private readonly bool overlaps;
    private readonly Action forward, label;
    private readonly PhaseTimer forwardTimer = new(), labelTimer = new();
    private Batch? examples;
    private StepMetrics? metrics;
    private readonly float[] positiveWeights, read;

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
            cameraWidth, images);
        if (GoalSamplers.ChoosesByValue(settings.GoalSampler))
            goalChooser = new ValueGoalChooser(arena, spec, settings, average, cameraHeight, cameraWidth);
        columns = network.Actions.Reshape(Shape.Of(batch, (1 + negatives) * D));
        if (negatives > 0)
        {
            sampler = new NegativeActionSampler(arena, spec, settings, box, new FoldedNetwork(arena, spec, values, headOnly: true), network.Map);
            negativeColumns = sampler.Actions.Reshape(Shape.Of(batch, negatives * D));
            drawnWeights = sampler.Weights.Reshape(Shape.Of(batch, negatives));
            scaledWeights = arena.Allocate(drawnWeights.Shape);
        }
        seen = arena.Allocate(Shape.Of(batch, D));
        report = arena.Allocate(Shape.Of(5, rows));
        Tensor Part(int part) => report.Rows(part, 1).Reshape(Shape.Of(rows));
        (losses, reportedLogits, targets, weights) = (Part(0), Part(1), Part(2), Part(3));
        Tensor Columns(Tensor part) => part.Reshape(Shape.Of(batch, 1 + negatives));
        (targetColumns, weightColumns, boundColumns) = (Columns(targets), Columns(weights), Columns(Part(4)));
        gradient = arena.Allocate(Shape.Of(rows, 1));
        flatGradient = gradient.Reshape(Shape.Of(rows));
        logits = network.Outputs.Reshape(Shape.Of(rows));
        (positiveWeights, read) = (new float[rows], new float[5 * rows]);
    }

    public void Prepare(Batch batch, StepMetrics metrics)
    {
        (examples, this.metrics) = (batch, metrics);
        goalChooser?.Choose(batch);
        targetComputer.Prepare(batch, metrics);
        for (var b = 0; b < this.batch; b++) positiveWeights[b * (1 + negatives)] = targetComputer.Weights[b] / this.batch;
    }

    public void Compute()
    {
        images.UploadGoals(examples!.Goal);
        if (overlaps)
        {
            device.RunBoth(forward, label);
        }
        else
        {
            Label();
            Forward();
        }
        metrics!.Book(TrainingPhase.Targets, labelTimer.Ticks, TrainingPhase.Negatives, forwardTimer.Ticks);

        device.CopyColumns(targetComputer.Targets, 0, targetColumns, 0, 1);
        device.CopyColumns(targetComputer.Bounds, 0, boundColumns, 0, 1);
        device.Upload<float>(positiveWeights, weights);
        if (drawnWeights is not null)
        {
            device.Combine(settings.NegativeWeight / batch, drawnWeights, 0, scaledWeights!);
            device.CopyColumns(scaledWeights!, 0, weightColumns, 1, negatives);
        }
        network.ForwardHead();
        device.SigmoidCrossEntropy(logits, targets, weights, losses, flatGradient);
        device.Copy(logits, reportedLogits);
        network.Backward(gradient);
        metrics.Book(TrainingPhase.Gradient);
    }

    public void Measure()
    {
        device.Download<float>(report, read);
        var rows = batch * (1 + negatives);
        ReadOnlySpan<float> lossOf = read.AsSpan(0, rows), logitOf = read.AsSpan(rows, rows), weightOf = read.AsSpan(3 * rows, rows);
        targetComputer.Measure(read.AsSpan(2 * rows, rows), read.AsSpan(4 * rows, rows), 1 + negatives, metrics!);
        for (var b = 0; b < batch; b++)
        {
            var first = b * (1 + negatives);
            metrics!.PositiveLoss += lossOf[first];
            metrics.SeenQ += Q(logitOf[first]);
            metrics.SeenValues?.Add(Q(logitOf[first]));
            var counted = 0;
            for (var row = first + 1; row <= first + negatives; row++)
            {
                if (weightOf[row] <= 0) continue;
                counted++;
                metrics.NegativeLoss += lossOf[row];
                metrics.NegativeQ += Q(logitOf[row]);
                metrics.NegativeValues?.Add(Q(logitOf[row]));
            }
            metrics.NegativeCount += counted;
            if (negatives > 0 && counted == 0) metrics.Masked++;
        }
        metrics!.Rows += batch;
        metrics.Steps++;
        metrics.Book(TrainingPhase.Gradient);
    }

    private static float Q(float logit) => 1 / (1 + MathF.Exp(-logit));

    /// <summary>Targets of the averaged network: independent of <see cref="Forward"/>.</summary>
    private void Label()
    {
        labelTimer.Start();
        targetComputer.Compute();
        labelTimer.Stop();
    }

    /// <summary>Tower of the trained network, and the negatives.</summary>
    private void Forward()
    {
        forwardTimer.Start();
        images.Load(examples!.Current, examples.CurrentAugmentation,
            new RandomKey(settings.Seed, Streams.PixelNoise, (ulong)examples.Step));
        device.Upload<float>(examples.Actions, seen);
        device.Upload<float>(examples.CurrentStates, network.States);
        network.ForwardTower();
        device.CopyColumns(seen, 0, columns, 0, D);
        if (sampler is not null)
        {
            sampler.Draw(seen, network.States, examples.Step);
            device.CopyColumns(negativeColumns!, 0, columns, D, negatives * D);
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
}
