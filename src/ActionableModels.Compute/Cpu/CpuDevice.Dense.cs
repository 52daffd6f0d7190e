namespace ActionableModels.Compute.Cpu;

public sealed unsafe partial class CpuDevice
{
    /// <inheritdoc/>
    public override void Dense(Tensor x, Tensor w, Tensor? bias, Tensor y, bool relu)
    {
        var (rows, depth, outputs) = Operands.Dense(x, w, bias, y);
        if (y.Count == 0) return;
        engine.Dense(Check.Floats(x), Check.Floats(w), Panels(w), Check.FloatsOrNull(bias), Check.Floats(y), rows, depth, outputs, relu);
    }

    /// <inheritdoc/>
    public override void DenseBackwardData(Tensor dy, Tensor w, Tensor dx)
    {
        var (rows, depth, outputs) = Operands.Dense(dx, w, null, dy);
        if (dx.Count > 0) engine.DenseBackwardData(Check.Floats(dy), Check.Floats(w), Check.Floats(dx), rows, depth, outputs);
    }

    /// <inheritdoc/>
    public override void DenseBackwardFilter(Tensor x, Tensor dy, Tensor dw, Tensor? dbias)
    {
        var (rows, depth, outputs) = Operands.Dense(x, dw, dbias, dy);
        if (dw.Count > 0) engine.DenseBackwardFilter(Check.Floats(x), Check.Floats(dy), Check.Floats(dw), rows, depth, outputs);
        if (dbias is not null) SumColumns(Check.Floats(dy), rows, outputs, Check.Floats(dbias));
    }
}
