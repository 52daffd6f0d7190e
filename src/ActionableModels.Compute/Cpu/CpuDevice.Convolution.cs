namespace ActionableModels.Compute.Cpu;

public sealed unsafe partial class CpuDevice
{
    /// <inheritdoc/>
    public override void Conv2D(Tensor x, Tensor w, Tensor? bias, Tensor y, Window window, bool relu)
    {
        var s = Operands.Convolution(x, w, bias, y, window);
        if (y.Count > 0) engine.Convolve(s, Check.Floats(x), Check.Floats(w), Panels(w), Check.FloatsOrNull(bias), Check.Floats(y), relu);
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
