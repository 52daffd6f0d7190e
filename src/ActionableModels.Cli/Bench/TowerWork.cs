using ActionableModels.Compute;
using ActionableModels.Networks;

namespace ActionableModels.Cli.Bench;

/// <summary>The image tower as decisions and labels use it: normalisation folded into the weights.</summary>
internal sealed class TowerWork : DeviceWorkload
{
    private const ulong Seed = 1;
    private readonly NetworkSpec spec;
    private readonly ParameterLayout layout;
    private readonly ImageInput images;
    private readonly InferenceTower tower;

    public TowerWork(Device device, NetworkSpec spec, int batch) : base(device)
    {
        (this.spec, layout) = (spec, new ParameterLayout(spec));
        var folded = new FoldedNetwork(Arena, spec, RandomNetwork.Set(Arena, layout, Seed));
        folded.Refresh();
        images = new ImageInput(Arena, spec, batch, spec.ImageHeight, spec.ImageWidth);
        RandomInputs.FillImages(images.Current, device);
        tower = new InferenceTower(Arena, spec, folded, images);
        Amount = Gigaflops((double)spec.TowerMultiplyAdds() * batch);
    }

    public override double Amount { get; }
    public override string RateUnit => "GFLOP/s";

    protected override void Compute() => tower.Forward();

    public override void Describe(ExchangeFile file)
    {
        Run();
        file.Add("input/x", images.Current);
        file.Add("parameter/", spec, layout, RandomNetwork.Parameters(Device, layout, Seed));
        file.Add("output/map", tower.Map);
    }
}
