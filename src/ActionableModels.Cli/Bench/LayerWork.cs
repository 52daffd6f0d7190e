using System.Globalization;
using ActionableModels.Compute;

namespace ActionableModels.Cli.Bench;

/// <summary>One bare convolution, without bias or ReLU, alone or with the gradients of its weights and (but for images) its input.</summary>
internal sealed class LayerWork : DeviceWorkload
{
    private const ulong Seed = 1;
    private readonly ConvolutionLayer layer;
    private readonly Tensor x, w, y;
    private readonly Tensor? dx, dy, dw;

    public LayerWork(Device device, ConvolutionLayer layer, int batch, bool backward) : base(device)
    {
        this.layer = layer;
        var (height, width, kernel) = (layer.Window.Output(layer.Height), layer.Window.Output(layer.Width), layer.Window.Kernel);
        x = Arena.Allocate(Shape.Of(batch, layer.Height, layer.Width, layer.In));
        w = Arena.Allocate(Shape.Of(layer.Out, kernel, kernel, layer.In));
        y = Arena.Allocate(Shape.Of(batch, height, width, layer.Out));
        var image = layer.Name == "tower/conv1";
        if (image) RandomInputs.FillImages(x, device);
        else RandomInputs.FillMap(x, device);
        device.TruncatedNormal(w, 0, MathF.Sqrt(2f / w.Shape.RowCount), new RandomKey(Seed, Streams.Initialisation, 0));
        Amount = Gigaflops((double)layer.MultiplyAdds * batch * (!backward ? 1 : image ? 2 : 3));
        if (!backward) return;
        (dy, dw) = (Arena.Allocate(y.Shape), Arena.Allocate(w.Shape));
        if (!image) dx = Arena.Allocate(x.Shape);
        RandomInputs.FillGradient(dy, device);
    }

    public override double Amount { get; }
    public override string RateUnit => "GFLOP/s";

    protected override void Compute()
    {
        Device.Conv2D(x, w, null, y, layer.Window, relu: false);
        if (dy is null) return;
        Device.Conv2DBackwardFilter(x, dy, dw!, null, layer.Window);
        if (dx is not null) Device.Conv2DBackwardData(dy, w, dx, layer.Window);
    }

    public override void Describe(ExchangeFile file)
    {
        Run();
        file.Note("kernel", layer.Window.Kernel.ToString(CultureInfo.InvariantCulture));
        file.Note("stride", layer.Window.Stride.ToString(CultureInfo.InvariantCulture));
        file.Note("padding", layer.Window.Padding.ToString().ToLowerInvariant());
        file.Add("input/x", x);
        file.Add($"parameter/{layer.Name}/weight", w);
        file.Add("output/y", y);
        if (dy is null) return;
        file.Add("input/dy", dy);
        file.Add("output/dw", dw!);
        if (dx is not null) file.Add("output/dx", dx);
    }
}
