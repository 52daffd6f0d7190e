using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Networks;

namespace ActionableModels.Cli.Bench;

/// <summary>
/// The gradient part of a training step, images on the device already: tower and head forward in training form, cross-entropy, backward
/// to every parameter. Row b·(1 + K) is the positive action of pair b, the K rows after it its negatives.
/// </summary>
internal sealed class GradientWork : DeviceWorkload
{
    private const ulong Seed = 1;
    private const float PositiveTarget = 0.8f;
    private readonly NetworkSpec spec;
    private readonly ParameterLayout layout;
    private readonly ParameterSet gradients;
    private readonly ImageInput images;
    private readonly TrainingNetwork network;
    private readonly Tensor logits, targets, weights, losses, gradient, flatGradient;
    private readonly float[] actions, states;

    public GradientWork(Device device, NetworkSpec spec, int batch, int negatives) : base(device)
    {
        (this.spec, layout) = (spec, new ParameterLayout(spec));
        gradients = new ParameterSet(Arena, layout);
        images = new ImageInput(Arena, spec, batch, spec.ImageHeight, spec.ImageWidth);
        RandomInputs.FillImages(images.Current, device);
        network = new TrainingNetwork(Arena, spec, RandomNetwork.Set(Arena, layout, Seed), gradients, images, 1 + negatives);
        var rows = batch * (1 + negatives);
        (actions, states) = (RandomInputs.Actions(rows, ActionSpace.QtOpt), RandomInputs.States(batch));
        device.Upload<float>(actions, network.Actions);
        device.Upload<float>(states, network.States);
        logits = network.Outputs.Reshape(Shape.Of(rows));
        (targets, weights, losses) = (Arena.Allocate(Shape.Of(rows)), Arena.Allocate(Shape.Of(rows)), Arena.Allocate(Shape.Of(rows)));
        gradient = Arena.Allocate(Shape.Of(rows, 1));
        flatGradient = gradient.Reshape(Shape.Of(rows));
        bool Positive(int row) => row % (1 + negatives) == 0;
        device.Upload<float>([.. Enumerable.Range(0, rows).Select(row => Positive(row) ? PositiveTarget : 0)], targets);
        device.Upload<float>([.. Enumerable.Range(0, rows).Select(row => (Positive(row) ? 1f : 1f / negatives) / batch)], weights);
    }

    public override double Amount => 1;
    public override string RateUnit => "steps/s";

    protected override void Compute()
    {
        network.ForwardTower();
        network.ForwardHead();
        Device.SigmoidCrossEntropy(logits, targets, weights, losses, flatGradient);
        network.Backward(gradient);
    }

    public override void Describe(ExchangeFile file)
    {
        Run();
        file.Add("input/x", images.Current);
        file.Add("input/actions", [logits.Count, spec.ActionInputs], RandomInputs.Encoded(spec, actions, states));
        file.Add("input/targets", targets);
        file.Add("input/weights", weights);
        file.Add("parameter/", spec, layout, RandomNetwork.Parameters(Device, layout, Seed));
        file.Add("output/logits", logits);
        file.Add("output/losses", losses);
        var flat = new float[layout.TrainedCount];
        Device.Download<float>(gradients.Trained, flat);
        file.Add("output/gradient/", spec, layout, flat);
    }
}
