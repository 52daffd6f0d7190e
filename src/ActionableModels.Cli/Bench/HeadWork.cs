using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Networks;

namespace ActionableModels.Cli.Bench;

/// <summary>
/// The head for many actions on the map of one image pair: the image part of its first layer, action embedding, everything to the
/// logits. The rate counts the unsplit form.
/// </summary>
internal sealed class HeadWork : DeviceWorkload
{
    private const ulong Seed = 1;
    private readonly NetworkSpec spec;
    private readonly ParameterLayout layout;
    private readonly Tensor map;
    private readonly ImagePart image;
    private readonly InferenceHead head;
    private readonly float[] actions, states = RandomInputs.States(1);

    public HeadWork(Device device, NetworkSpec spec, int rows) : base(device)
    {
        (this.spec, layout) = (spec, new ParameterLayout(spec));
        var folded = new FoldedNetwork(Arena, spec, RandomNetwork.Set(Arena, layout, Seed));
        folded.Refresh();
        map = Arena.Allocate(Shape.Of(1, spec.Map.Height, spec.Map.Width, spec.Map.Channels));
        RandomInputs.FillMap(map, device);
        image = new ImagePart(Arena, spec, folded, map);
        head = new InferenceHead(Arena, spec, folded, image, rows);
        actions = RandomInputs.Actions(rows, ActionSpace.QtOpt);
        device.Upload<float>(actions, head.Actions);
        device.Upload<float>(states, head.States);
        Amount = Gigaflops((double)spec.ActionMultiplyAdds() * rows);
    }

    public override double Amount { get; }
    public override string RateUnit => "GFLOP/s";

    protected override void Compute()
    {
        image.Refresh();
        head.Forward();
    }

    /// <summary>The logits of the last run.</summary>
    public float[] Logits()
    {
        var logits = new float[head.Outputs.Count];
        Device.Download<float>(head.Outputs, logits);
        return logits;
    }

    public override void Describe(ExchangeFile file)
    {
        Run();
        file.Add("input/map", map);
        file.Add("input/actions", [head.ActionsPerPair, spec.ActionInputs], RandomInputs.Encoded(spec, actions, states));
        file.Add("parameter/", spec, layout, RandomNetwork.Parameters(Device, layout, Seed));
        file.Add("output/logits", head.Outputs);
    }
}
