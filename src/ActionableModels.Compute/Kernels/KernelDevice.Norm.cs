namespace ActionableModels.Compute.Kernels;

public abstract partial class KernelDevice
{
    private static readonly Kernel moments = new("batch_norm", "batch_norm_moments", 256), joinMoments = new("batch_norm", "batch_norm_join", 256),
        applyNorm = new("batch_norm", "batch_norm_apply", 256), gradientSums = new("batch_norm_backward", "batch_norm_gradient_sums", 256),
        gradient = new("batch_norm_backward", "batch_norm_gradient", 256), foldNorm = new("fold_norm", "fold_norm", 256);

    /// <inheritdoc/>
    public override void BatchNorm(Tensor x, Tensor? scale, Tensor shift, Tensor movingMean, Tensor movingVariance, float decay,
        float epsilon, bool relu, Tensor? y, Tensor batchMean, Tensor batchInverse)
    {
        var (rows, channels) = Operands.BatchNorm(x, scale, shift, movingMean, movingVariance, y, batchMean, batchInverse);
        if (rows == 0) return;
        var split = RowSplit.Of(rows, channels);
        var partials = Scratch(2L * split.Parts * channels * sizeof(float));
        Call(moments).Add(x).Add(partials, 0).Add(rows).Add(channels).Add(split.Width).Add(split.Blocks).Add(split.Parts)
            .Run((long)split.Parts * split.Blocks);
        var correction = (float)(rows > 1 ? rows / (rows - 1.0) : 1);
        Call(joinMoments).Add(partials, 0).Add(batchMean).Add(batchInverse).Add(movingMean).Add(movingVariance).Add(rows).Add(channels)
            .Add(split.Parts).Add(decay).Add(epsilon).Add(correction).Run((channels + 7) / 8);
        if (y is not null) Normalize(x, scale, shift, batchMean, batchInverse, false, 0, relu, y, rows, channels);
    }

    /// <inheritdoc/>
    public override void Normalize(Tensor x, Tensor? scale, Tensor shift, Tensor batchMean, Tensor batchInverse, bool relu, Tensor y)
    {
        var (rows, channels) = Operands.Normalize(x, scale, shift, batchMean, batchInverse, y);
        Normalize(x, scale, shift, batchMean, batchInverse, false, 0, relu, y, rows, channels);
    }

    /// <inheritdoc/>
    public override void BatchNormInference(Tensor x, Tensor? scale, Tensor shift, Tensor movingMean, Tensor movingVariance,
        float epsilon, bool relu, Tensor y)
    {
        var (rows, channels) = Operands.Normalize(x, scale, shift, movingMean, movingVariance, y);
        Normalize(x, scale, shift, movingMean, movingVariance, true, epsilon, relu, y, rows, channels);
    }

    /// <inheritdoc/>
    public override void BatchNormBackward(Tensor x, Tensor dy, Tensor? scale, Tensor shift, Tensor batchMean, Tensor batchInverse,
        bool relu, Tensor dx, Tensor? dscale, Tensor dshift)
    {
        var (rows, channels) = Operands.BatchNormBackward(x, dy, scale, shift, batchMean, batchInverse, dx, dscale, dshift);
        var split = RowSplit.Of(rows, channels);
        // Partial sums, then their sums where there are several.
        var bytes = 2L * split.Parts * channels * sizeof(float);
        var sums = Scratch(bytes + 2L * channels * sizeof(float));
        Call(gradientSums).Add(x).Add(dy).Add(scale).Add(shift).Add(batchMean).Add(batchInverse).Add(sums, 0).Add(rows).Add(channels)
            .Add(split.Width).Add(split.Blocks).Add(split.Parts).Add(relu ? 1 : 0).Run((long)split.Parts * split.Blocks);
        if (split.Parts > 1)
            SumParts(sums, 0, sums, bytes, 1, split.Parts, 2 * channels, RowSplit.Of(split.Parts, 2 * channels) with { Parts = 1 });
        Call(gradient).Add(x).Add(dy).Add(scale).Add(shift).Add(batchMean).Add(batchInverse).Add(sums, split.Parts > 1 ? bytes : 0).Add(dx)
            .Add(dscale).Add(dshift).Add(rows).Add(channels).Add(relu ? 1 : 0).Run(Math.Max(GroupsOf(channels), MatrixGroups(rows, channels)));
    }

    /// <inheritdoc/>
    public override void FoldNorm(Tensor w, Tensor? bias, Tensor? scale, Tensor shift, Tensor mean, Tensor variance, float epsilon,
        Tensor foldedW, Tensor foldedBias)
    {
        var outputs = Operands.FoldNorm(w, bias, scale, shift, mean, variance, foldedW, foldedBias);
        Call(foldNorm).Add(w).Add(bias).Add(scale).Add(shift).Add(mean).Add(variance).Add(foldedW).Add(foldedBias).Add(w.Shape.RowCount).Add(epsilon)
            .Run(outputs);
    }

    private void Normalize(Tensor x, Tensor? scale, Tensor shift, Tensor mean, Tensor spread, bool inference, float epsilon, bool relu, Tensor y,
        long rows, int channels) =>
        Call(applyNorm).Add(x).Add(scale).Add(shift).Add(mean).Add(spread).Add(y).Add(rows).Add(channels).Add(inference ? 1 : 0).Add(epsilon)
            .Add(relu ? 1 : 0).Run(MatrixGroups(rows, channels));
}
