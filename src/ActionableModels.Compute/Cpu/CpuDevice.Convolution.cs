namespace ActionableModels.Compute.Cpu;

public sealed unsafe partial class CpuDevice
{
    /// <inheritdoc/>
    public override void Conv2D(Tensor x, Tensor w, Tensor? bias, Tensor y, Window window, bool relu)
    {
        var s = Operands.Convolution(x, w, bias, y, window);
        if (y.Count == 0) return;
        engine.Convolve(s, Check.Floats(x), Check.Floats(w), Panels(w), Check.FloatsOrNull(bias), Check.Floats(y), relu);
    }

    /// <inheritdoc/>
    public override bool AddsConvolutions => true;

    /// <inheritdoc/>
    public override bool HalvesConvolution(Shape x, int outputs, Window window) =>
        engine.Accumulates(new ConvolutionShape(x, outputs, window));

    /// <inheritdoc/>
    public override void Conv2DAdd(Tensor x, Tensor w, Tensor start, Tensor y, Window window, bool relu)
    {
        var s = Operands.ConvolutionAdd(x, w, start, y, window);
        if (y.Count == 0) return;
        var sums = Check.Floats(y);
        if (engine.Accumulates(s))
        {
            engine.ConvolveOnto(s, Check.Floats(x), Check.Floats(w), Panels(w), Check.Floats(start), sums, relu);
            return;
        }
        engine.Convolve(s, Check.Floats(x), Check.Floats(w), Panels(w), null, sums, relu: false);
        ForBlocks(new SumLoops(Check.Floats(start), sums, relu), y.Count, ElementBlock);
    }

    private struct SumLoops(float* start, float* y, bool relu) : IRange
    {
        public void Run(long begin, long end) => RowKernels.Add(start + begin, y + begin, relu, (int)(end - begin), y + begin);
    }

    /// <inheritdoc/>
    public override void Conv2DBackwardData(Tensor dy, Tensor w, Tensor dx, Window window)
    {
        var s = Operands.Convolution(dx, w, null, dy, window);
        if (dy.Count == 0) Fill(dx, 0);
        else engine.ConvolveBackwardData(s, Check.Floats(dy), Check.Floats(w), Check.Floats(dx));
    }

    /// <inheritdoc/>
    public override void Conv2DBackwardFilter(Tensor x, Tensor dy, Tensor dw, Tensor? dbias, Window window)
    {
        var s = Operands.Convolution(x, dw, dbias, dy, window);
        if (dy.Count == 0) Fill(dw, 0);
        else engine.ConvolveBackwardFilter(s, Check.Floats(x), Check.Floats(dy), Check.Floats(dw));
        if (dbias is not null) SumColumns(Check.Floats(dy), dy.Count / Math.Max(s.Out, 1), s.Out, Check.Floats(dbias));
    }
}
