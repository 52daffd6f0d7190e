using System.Globalization;
using ActionableModels.Actions;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Learning;
using ActionableModels.Networks;

namespace ActionableModels.Cli.Bench;

/// <summary>Labels of one batch: y = γ·min(Q₁, Q₂)(s', a*, g), a* by CEM on the average network, Q₂ the lagged one's.</summary>
internal sealed class LabelsWork : DeviceWorkload
{
    private const ulong Seed = 1;
    private readonly TrainingSettings settings;
    private readonly Checkpoint checkpoint;
    private readonly QTargetComputer computer;
    private readonly Batch batch;
    private readonly StepMetrics metrics = new();
    private readonly float[] labels;

    public LabelsWork(Device device, NetworkSpec spec, int size) : base(device)
    {
        settings = new()
        {
            Batch = size, Discount = 0.9f, TargetMaximum = TargetMaximum.Cem, TargetNetworks = 2, MonteCarloBound = false,
            RandomGoalShare = 0,
        };
        checkpoint = RandomNetwork.Checkpoint(device, spec, settings, Seed);
        computer = new QTargetComputer(Arena, spec, settings, new ActionBox(Arena, ActionSpace.QtOpt),
            Folded(checkpoint.Average), Folded(checkpoint.Lagged!), spec.ImageHeight, spec.ImageWidth);
        batch = new Batch(size, spec.ImageHeight, spec.ImageWidth);
        RandomInputs.Images(size, spec.ImageHeight, spec.ImageWidth, 0).CopyTo(batch.Next, 0);
        RandomInputs.Images(size, spec.ImageHeight, spec.ImageWidth, 1).CopyTo(batch.Goal, 0);
        RandomInputs.States(size).CopyTo(batch.NextStates, 0);
        labels = new float[size];
    }

    public override double Amount => labels.Length;
    public override string RateUnit => "labels/s";

    public override void Run()
    {
        computer.Prepare(batch, metrics);
        base.Run();
        Device.Download<float>(computer.Targets, labels);
    }

    protected override void Compute() => computer.Compute();

    public override void Describe(ExchangeFile file)
    {
        Run();
        var spec = checkpoint.Header.Network;
        ReadOnlySpan<long> images = [labels.Length, spec.ImageHeight, spec.ImageWidth, 3];
        file.Note("discount", settings.Discount.ToString(CultureInfo.InvariantCulture));
        file.Add("input/current", images, batch.Next);
        file.Add("input/goal", images, batch.Goal);
        file.Add("input/states", [labels.Length, ActionSpace.StateDimensions], batch.NextStates);
        SampleQ.AddBox(file, Device, checkpoint.Header.Actions);
        file.Add("parameter/average/", spec, checkpoint.Layout, checkpoint.Average);
        file.Add("parameter/lagged/", spec, checkpoint.Layout, checkpoint.Lagged!);
        file.Add("output/labels", [labels.Length], labels);
        var lagged = new Checkpoint(checkpoint.Header, checkpoint.Layout, checkpoint.Values, checkpoint.Lagged!, null, null, null);
        SampleQ.Add(file, Device, [("output/q", checkpoint), ("output/q_lagged", lagged)], batch.Next, batch.Goal, batch.NextStates);
    }

    private FoldedNetwork Folded(float[] parameters)
    {
        var set = new ParameterSet(Arena, checkpoint.Layout);
        Device.Upload<float>(parameters, set.All);
        var folded = new FoldedNetwork(Arena, checkpoint.Header.Network, set);
        folded.Refresh();
        return folded;
    }
}
