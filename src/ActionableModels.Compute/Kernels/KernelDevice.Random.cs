namespace ActionableModels.Compute.Kernels;

public abstract partial class KernelDevice
{
    private static readonly Kernel truncatedNormal = new("truncated_normal", "truncated_normal", 256), sampleBox = new("sample_box", "sample_box", 256),
        cemSample = new("cem_sample", "cem_sample", 256);

    /// <inheritdoc/>
    public override void TruncatedNormal(Tensor y, float mean, float deviation, RandomKey key)
    {
        Operands.Draw(y);
        Call(truncatedNormal).Add(y).Add(mean).Add(deviation).Add(key).Add(y.Count).Run(GroupsFor(y.Count));
    }

    /// <inheritdoc/>
    public override void SampleBox(Tensor low, Tensor high, Tensor binary, RandomKey key, Tensor y)
    {
        var (rows, dimensions) = Operands.SampleBox(low, high, binary, y);
        Call(sampleBox).Add(low).Add(high).Add(binary).Add(y).Add(key).Add(rows).Add(dimensions).Run(MatrixGroups(rows, dimensions));
    }

    /// <inheritdoc/>
    public override void CemSample(Tensor mean, Tensor deviation, Tensor low, Tensor high, Tensor binary, RandomKey key, Tensor y)
    {
        var (rows, dimensions, perGroup) = Operands.CemSample(mean, deviation, low, high, binary, y);
        Call(cemSample).Add(mean).Add(deviation).Add(low).Add(high).Add(binary).Add(y).Add(key).Add(rows).Add(dimensions).Add(perGroup)
            .Run(MatrixGroups(rows, dimensions));
    }
}
