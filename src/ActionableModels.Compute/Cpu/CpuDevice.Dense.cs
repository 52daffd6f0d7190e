namespace ActionableModels.Compute.Cpu;

public sealed unsafe partial class CpuDevice
{
    /// <inheritdoc/>
    public override void Dense(Tensor x, Tensor w, Tensor? bias, Tensor y, bool relu)
    {
        var (rows, depth, outputs) = DenseOf(x, w, y);
        Check.That(bias is null || bias.Count == outputs, "Dense: bias must have one entry per output", bias ?? w);
        if (y.Count > 0) engine.Dense(Check.Floats(x), Check.Floats(w), Check.FloatsOrNull(bias), Check.Floats(y), rows, depth, outputs, relu);
    }

    /// <inheritdoc/>
    public override void DenseBackwardData(Tensor dy, Tensor w, Tensor dx)
    {
        var (rows, depth, outputs) = DenseOf(dx, w, dy);
        if (dx.Count > 0) engine.DenseBackwardData(Check.Floats(dy), Check.Floats(w), Check.Floats(dx), rows, depth, outputs);
    }

    /// <inheritdoc/>
    public override void DenseBackwardFilter(Tensor x, Tensor dy, Tensor dw, Tensor? dbias)
    {
        var (rows, depth, outputs) = DenseOf(x, dw, dy);
        Check.That(dbias is null || dbias.Count == outputs, "DenseBackwardFilter: dbias must have one entry per output", dbias ?? dw);
        if (dw.Count > 0) engine.DenseBackwardFilter(Check.Floats(x), Check.Floats(dy), Check.Floats(dw), rows, depth, outputs);
        if (dbias is not null) SumColumns(Check.Floats(dy), rows, outputs, Check.Floats(dbias));
    }

    private static (int Rows, int Depth, int Outputs) DenseOf(Tensor x, Tensor w, Tensor y)
    {
        int outputs = w.Shape[0], depth = checked((int)w.Shape.RowCount);
        Check.That(depth > 0 && x.Count % depth == 0, "a dense layer's input must be rows of the inputs that its weights [out, in] have", x);
        var rows = checked((int)(x.Count / depth));
        Check.That(y.Count == (long)rows * outputs, "a dense layer's output must be [R, out]", y);
        return (rows, depth, outputs);
    }
}
