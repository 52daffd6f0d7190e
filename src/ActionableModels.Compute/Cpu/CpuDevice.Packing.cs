namespace ActionableModels.Compute.Cpu;

public sealed unsafe partial class CpuDevice
{
    /// <inheritdoc/>
    public override bool ReadsPacked(Shape x, Tensor w, Window window) => engine.ReadsPanels(new ConvolutionShape(x, w.Shape[0], window));

    /// <inheritdoc/>
    public override bool ReadsPacked(int rows, Tensor w) => engine.ReadsPanels(rows, (int)w.Shape.RowCount, w.Shape[0]);

    /// <inheritdoc/>
    public override Tensor Packable(Arena arena, Tensor w)
    {
        var (depth, n) = (checked((int)w.Shape.RowCount), w.Shape[0]);
        var panels = arena.Allocate(Shape.Of(checked((int)engine.PackedSize(depth, n))));
        return new Tensor(w.Memory, w.Offset, w.Shape, w.Type) { Packed = new(panels, engine.Width) };
    }

    /// <inheritdoc/>
    public override void Pack(Tensor w)
    {
        if (Panels(w) is not null and var panels) engine.Pack(Check.Floats(w), (int)w.Shape.RowCount, w.Shape[0], panels);
    }

    /// <summary>The panels of weights, null where there are none for this device's vectors.</summary>
    private float* Panels(Tensor w) => w.Packed is { } packed && packed.Lanes == engine.Width ? Check.Floats(packed.Panels) : null;
}
