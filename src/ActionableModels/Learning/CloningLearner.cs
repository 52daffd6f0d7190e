using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Networks;

namespace ActionableModels.Learning;

/// <summary>
/// Goal-conditioned behavioural cloning (section 6.3): the same tower and head with actions as the output, goals by hindsight.
/// Squared error on displacement (as a fraction of the bounds) and on the azimuth's sine and cosine, cross-entropy on the discrete parts;
/// fixed dimensions count for nothing.
/// </summary>
internal sealed class CloningLearner : ILearner
{
    private const int D = ActionSpace.Dimensions, Outputs = ClonedAction.Outputs, Continuous = ClonedAction.Pose,
        Binary = ClonedAction.Flags;
    private readonly Device device;
    private readonly TrainingSettings settings;
    private readonly ActionSpace space;
    private readonly ImageInput images;
    private readonly TrainingNetwork network;
    private readonly Tensor pose, poseTargets, poseWeights, poseLosses, poseGradient, flags, flagTargets, flagWeights, flagLosses,
        flagGradient, gradient;
    private readonly float[] hostPose, hostFlags, hostPoseLosses, hostFlagLosses;
    private Batch? examples;
    private StepMetrics? metrics;

    public CloningLearner(Arena arena, NetworkSpec spec, TrainingSettings settings, ActionSpace space, ParameterSet values,
        ParameterSet gradients, int cameraHeight, int cameraWidth)
    {
        (device, this.settings, this.space) = (arena.Device, settings, space);
        var batch = settings.Batch;
        images = new ImageInput(arena, spec, batch, cameraHeight, cameraWidth);
        network = new TrainingNetwork(arena, spec, values, gradients, images, 1);
        Tensor Rows(int width) => arena.Allocate(Shape.Of(batch, width));
        (pose, poseTargets, poseWeights, poseLosses, poseGradient) = (Rows(Continuous), Rows(Continuous), Rows(Continuous),
            Rows(Continuous), Rows(Continuous));
        (flags, flagTargets, flagWeights, flagLosses, flagGradient) = (Rows(Binary), Rows(Binary), Rows(Binary), Rows(Binary),
            Rows(Binary));
        gradient = Rows(Outputs);
        (hostPose, hostPoseLosses) = (new float[batch * Continuous], new float[batch * Continuous]);
        (hostFlags, hostFlagLosses) = (new float[batch * Binary], new float[batch * Binary]);

        Span<float> weights = new float[batch * Continuous];
        for (var i = 0; i < weights.Length; i++) weights[i] = space.IsFixed(Math.Min(i % Continuous, ActionSpace.Azimuth)) ? 0 : 1f / batch;
        device.Upload<float>(weights, poseWeights);
        weights = weights[..(batch * Binary)];
        for (var i = 0; i < weights.Length; i++) weights[i] = space.IsFixed(ActionSpace.Close + i % Binary) ? 0 : 1f / batch;
        device.Upload<float>(weights, flagWeights);
    }

    public void Prepare(Batch batch, StepMetrics metrics)
    {
        (examples, this.metrics) = (batch, metrics);
        for (var b = 0; b < settings.Batch; b++)
        {
            var action = batch.Actions.AsSpan(b * D, D);
            ClonedAction.EncodePose(action, space, hostPose.AsSpan(b * Continuous, Continuous));
            action[ActionSpace.Close..].CopyTo(hostFlags.AsSpan(b * Binary, Binary));
        }
    }

    public void Compute()
    {
        images.UploadGoals(examples!.Goal);
        images.Load(examples.Current, examples.CurrentAugmentation,
            new RandomKey(settings.Seed, Streams.PixelNoise, (ulong)examples.Step));
        device.Upload<float>(examples.CurrentStates, network.States);
        device.Upload<float>(hostPose, poseTargets);
        device.Upload<float>(hostFlags, flagTargets);
        network.ForwardTower();
        network.ForwardHead();
        device.CopyColumns(network.Outputs, 0, pose, 0, Continuous);
        device.CopyColumns(network.Outputs, Continuous, flags, 0, Binary);
        device.SquaredError(pose, poseTargets, poseWeights, poseLosses, poseGradient);
        device.SigmoidCrossEntropy(flags, flagTargets, flagWeights, flagLosses, flagGradient);
        device.CopyColumns(poseGradient, 0, gradient, 0, Continuous);
        device.CopyColumns(flagGradient, 0, gradient, Continuous, Binary);
        network.Backward(gradient);
        metrics!.Book(TrainingPhase.Gradient);
    }

    public void Measure()
    {
        device.Download<float>(poseLosses, hostPoseLosses);
        device.Download<float>(flagLosses, hostFlagLosses);
        foreach (var loss in hostPoseLosses) metrics!.PositiveLoss += loss;
        foreach (var loss in hostFlagLosses) metrics!.PositiveLoss += loss;
        metrics!.Rows += settings.Batch;
        metrics.Steps++;
        metrics.Book(TrainingPhase.Gradient);
    }
}
