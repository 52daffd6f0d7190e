namespace ActionableModels.Compute.Cpu;

public sealed unsafe partial class CpuDevice
{
    /// <inheritdoc/>
    public override void BatchNorm(Tensor x, Tensor? scale, Tensor shift, Tensor movingMean, Tensor movingVariance, float decay,
        float epsilon, bool relu, Tensor? y, Tensor batchMean, Tensor batchInverse)
    {
        var (rows, channels) = Operands.BatchNorm(x, scale, shift, movingMean, movingVariance, y, batchMean, batchInverse);
        if (rows == 0) return;
        float* from = Check.Floats(x), means = Check.Floats(batchMean), inverses = Check.Floats(batchInverse);
        float* oldMean = Check.Floats(movingMean), oldVariance = Check.Floats(movingVariance);

        var blocks = (rows + SumBlock - 1) / SumBlock;
        var partials = reductions.Get(2 * blocks * channels);
        ForBlocks(new MomentsLoop(from, channels, partials), rows, SumBlock);
        for (var c = 0; c < channels; c++)
        {
            var (mean, variance) = MomentsOf(partials + c, channels, rows);
            means[c] = (float)mean;
            inverses[c] = (float)(1 / Math.Sqrt(variance + epsilon));
            oldMean[c] = decay * oldMean[c] + (1 - decay) * means[c];
            oldVariance[c] = decay * oldVariance[c] + (1 - decay) * (float)(variance * (rows > 1 ? rows / (rows - 1.0) : 1));
        }
        if (y is not null) Normalize(x, scale, shift, batchMean, batchInverse, relu, y);
    }

    /// <inheritdoc/>
    public override void Normalize(Tensor x, Tensor? scale, Tensor shift, Tensor batchMean, Tensor batchInverse, bool relu, Tensor y)
    {
        var (rows, channels) = Operands.Normalize(x, scale, shift, batchMean, batchInverse, y);
        var factors = Factors(scale, batchInverse, channels, tables.Get(channels));
        ForBlocks(new NormalizeLoop(Check.Floats(x), Check.Floats(batchMean), factors, Check.Floats(shift), channels, relu, Check.Floats(y)),
            rows, RowBlock(channels));
    }

    /// <inheritdoc/>
    public override void BatchNormInference(Tensor x, Tensor? scale, Tensor shift, Tensor movingMean, Tensor movingVariance,
        float epsilon, bool relu, Tensor y)
    {
        var (rows, channels) = Operands.Normalize(x, scale, shift, movingMean, movingVariance, y);
        float* scales = Check.FloatsOrNull(scale), variances = Check.Floats(movingVariance), table = tables.Get(channels);
        for (var c = 0; c < channels; c++) table[c] = (scales is null ? 1 : scales[c]) / MathF.Sqrt(variances[c] + epsilon);
        ForBlocks(new NormalizeLoop(Check.Floats(x), Check.Floats(movingMean), table, Check.Floats(shift), channels, relu, Check.Floats(y)),
            rows, RowBlock(channels));
    }

    /// <inheritdoc/>
    public override void BatchNormBackward(Tensor x, Tensor dy, Tensor? scale, Tensor shift, Tensor batchMean, Tensor batchInverse,
        bool relu, Tensor dx, Tensor? dscale, Tensor dshift)
    {
        var (rows, channels) = Operands.BatchNormBackward(x, dy, scale, shift, batchMean, batchInverse, dx, dscale, dshift);
        float* dscales = Check.FloatsOrNull(dscale), dshifts = Check.Floats(dshift);
        if (rows == 0)
        {
            new Span<float>(dshifts, channels).Clear();
            if (dscales is not null) new Span<float>(dscales, channels).Clear();
            return;
        }

        var blocks = (rows + SumBlock - 1) / SumBlock;
        var partials = reductions.Get(2 * blocks * channels);
        var table = tables.Get(3 * channels);
        var gradient = new NormGradient
        {
            X = Check.Floats(x), Dy = Check.Floats(dy), Dx = Check.Floats(dx), Mean = Check.Floats(batchMean), Inverse = Check.Floats(batchInverse),
            Factor = Factors(scale, batchInverse, channels, table), Shift = Check.Floats(shift),
            MeanGradient = table + channels, MeanProduct = table + 2 * channels, Channels = channels, Relu = relu,
        };
        ForBlocks(new NormSumsLoop(gradient, partials), rows, SumBlock);
        for (var c = 0; c < channels; c++)
        {
            double sum = SumOfBlocks(partials + c, 2 * channels, blocks), product = SumOfBlocks(partials + channels + c, 2 * channels, blocks);
            dshifts[c] = (float)sum;
            if (dscales is not null) dscales[c] = (float)product;
            gradient.MeanGradient[c] = (float)(sum / rows);
            gradient.MeanProduct[c] = (float)(product / rows);
        }
        ForBlocks(new NormWriteLoop(gradient), rows, RowBlock(channels));
    }

    /// <summary>scale_c·inverse_c for every channel.</summary>
    private static float* Factors(Tensor? scale, Tensor inverse, int channels, float* factors)
    {
        float* scales = Check.FloatsOrNull(scale), inverses = Check.Floats(inverse);
        for (var c = 0; c < channels; c++) factors[c] = (scales is null ? 1 : scales[c]) * inverses[c];
        return factors;
    }

    /// <inheritdoc/>
    public override void FoldNorm(Tensor w, Tensor? bias, Tensor? scale, Tensor shift, Tensor mean, Tensor variance, float epsilon,
        Tensor foldedW, Tensor foldedBias)
    {
        var outputs = Operands.FoldNorm(w, bias, scale, shift, mean, variance, foldedW, foldedBias);
        float* from = Check.Floats(w), to = Check.Floats(foldedW), biases = Check.FloatsOrNull(bias), scales = Check.FloatsOrNull(scale);
        float* shifts = Check.Floats(shift), means = Check.Floats(mean), variances = Check.Floats(variance), folded = Check.Floats(foldedBias);
        var length = w.Shape.RowCount;
        var table = tables.Get(outputs);
        for (var o = 0; o < outputs; o++)
        {
            table[o] = (scales is null ? 1 : scales[o]) / MathF.Sqrt(variances[o] + epsilon);
            folded[o] = table[o] * ((biases is null ? 0 : biases[o]) - means[o]) + shifts[o];
        }
        ForBlocks(new ScaleRowsLoop(from, table, to, (int)length), outputs, RowBlock(length));
    }

    /// <summary>y[r, :] = factor_r·x[r, :].</summary>
    private struct ScaleRowsLoop(float* x, float* factor, float* y, int length) : IRange
    {
        public void Run(long begin, long end)
        {
            for (var r = begin; r < end; r++) RowKernels.Scale(x + r * length, factor[r], length, y + r * length);
        }
    }

    /// <summary>Mean and biased variance from the sums of blocks and the squares about each block's own mean (Chan et al. 1979).</summary>
    private static (double Mean, double Variance) MomentsOf(float* partials, int channels, long rows)
    {
        var blocks = (rows + SumBlock - 1) / SumBlock;
        var mean = SumOfBlocks(partials, 2 * channels, blocks) / rows;
        var squares = 0.0;
        for (var b = 0L; b < blocks; b++)
        {
            var count = Math.Min(SumBlock, rows - b * SumBlock);
            var difference = partials[b * 2 * channels] / (double)count - mean;
            squares += partials[(b * 2 + 1) * channels] + count * difference * difference;
        }
        return (mean, squares / rows);
    }

    /// <summary>Sums of x and of (x − block mean)² per block: memory is read once, the second pass comes from the cache.</summary>
    private struct MomentsLoop(float* x, int channels, float* partials) : IRange
    {
        public void Run(long begin, long end)
        {
            var sums = partials + begin / SumBlock * 2 * channels;
            var rows = (int)(end - begin);
            RowKernels.SumRows(x + begin * channels, rows, channels, sums);
            RowKernels.SumSquares(x + begin * channels, rows, channels, sums, sums + channels);
        }
    }

    private struct NormalizeLoop(float* x, float* mean, float* factor, float* shift, int channels, bool relu, float* y) : IRange
    {
        public void Run(long begin, long end)
        {
            for (var r = begin; r < end; r++) RowKernels.Normalize(x + r * channels, mean, factor, shift, relu, channels, y + r * channels);
        }
    }

    private struct NormSumsLoop(NormGradient gradient, float* partials) : IRange
    {
        public void Run(long begin, long end)
        {
            var sums = partials + begin / SumBlock * 2 * gradient.Channels;
            gradient.Sum(begin, end, sums, sums + gradient.Channels);
        }
    }

    private struct NormWriteLoop(NormGradient gradient) : IRange
    {
        public void Run(long begin, long end) => gradient.Write(begin, end);
    }
}
