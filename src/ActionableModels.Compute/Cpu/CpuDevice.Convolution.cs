namespace ActionableModels.Compute.Cpu;

public sealed unsafe partial class CpuDevice
{
    /// <inheritdoc/>
    public override void Conv2D(Tensor x, Tensor w, Tensor? bias, Tensor y, Window window, bool relu)
    {
        var s = ConvolutionOf(x, w, y, window);
        Check.That(bias is null || bias.Count == s.Out, "a convolution's bias must have one entry per output channel", bias ?? w);
        if (y.Count > 0) engine.Convolve(s, Check.Floats(x), Check.Floats(w), Check.FloatsOrNull(bias), Check.Floats(y), relu);
    }

    /// <inheritdoc/>
    public override void Conv2DBackwardData(Tensor dy, Tensor w, Tensor dx, Window window)
    {
        var s = ConvolutionOf(dx, w, dy, window);
        if (dy.Count == 0) Fill(dx, 0);
        else engine.ConvolveBackwardData(s, Check.Floats(dy), Check.Floats(w), Check.Floats(dx));
    }

    /// <inheritdoc/>
    public override void Conv2DBackwardFilter(Tensor x, Tensor dy, Tensor dw, Tensor? dbias, Window window)
    {
        var s = ConvolutionOf(x, dw, dy, window);
        Check.That(dbias is null || dbias.Count == s.Out, "a convolution's dbias must have one entry per output channel", dbias ?? dw);
        if (dy.Count == 0) Fill(dw, 0);
        else engine.ConvolveBackwardFilter(s, Check.Floats(x), Check.Floats(dy), Check.Floats(dw));
        if (dbias is not null) SumColumns(Check.Floats(dy), dy.Count / Math.Max(s.Out, 1), s.Out, Check.Floats(dbias));
    }

    private static ConvolutionShape ConvolutionOf(Tensor x, Tensor w, Tensor y, Window window)
    {
        Check.That(x.Shape.Rank == 4, "a convolution's input must be [N, H, W, C]", x);
        Check.That(window is { Kernel: > 0, Stride: > 0 }, "a window must have a positive kernel and stride", w);
        Check.That(w.Shape.Rank == 4 && w.Shape[1] == window.Kernel && w.Shape[2] == window.Kernel && w.Shape[3] == x.Shape[3],
            "a convolution's weights must be [O, kernel, kernel, C] with the C of its input", w);
        var s = new ConvolutionShape(x.Shape, w.Shape[0], window);
        Check.That(y.Shape.Rank == 4 && y.Shape[0] == s.Batch && y.Shape[1] == s.OutHeight && y.Shape[2] == s.OutWidth && y.Shape[3] == s.Out,
            "a convolution's output must be [N, H', W', O] by the window's padding rule", y);
        return s;
    }
}
