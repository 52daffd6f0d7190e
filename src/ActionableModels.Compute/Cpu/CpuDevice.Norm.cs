using System.Numerics;

namespace ActionableModels.Compute.Cpu;

public sealed unsafe partial class CpuDevice
{
    /// <inheritdoc/>
    public override void BatchNorm(Tensor x, Tensor? scale, Tensor shift, Tensor movingMean, Tensor movingVariance, float decay,
        float epsilon, bool relu, Tensor y, Tensor batchMean, Tensor batchInverse)
    {
        var channels = ChannelsOf(x, y, scale, shift);
        CheckChannels(channels, movingMean, movingVariance);
        CheckChannels(channels, batchMean, batchInverse);
        var rows = Rows(x);
        if (rows == 0) return;
        float* from = Check.Floats(x), means = Check.Floats(batchMean), inverses = Check.Floats(batchInverse);
        float* oldMean = Check.Floats(movingMean), oldVariance = Check.Floats(movingVariance), scales = Check.FloatsOrNull(scale),
            shifts = Check.Floats(shift);

        var blocks = (rows + SumBlock - 1) / SumBlock;
        var partials = reductions.Get(blocks * channels);
        ForBlocks(new SumLoop(from, channels, partials), rows, SumBlock);
        for (var c = 0; c < channels; c++) means[c] = (float)(SumOfBlocks(partials + c, channels, blocks) / rows);
        ForBlocks(new SquaresLoop(from, channels, means, partials), rows, SumBlock);

        var table = tables.Get(2 * channels);
        for (var c = 0; c < channels; c++)
        {
            var variance = SumOfBlocks(partials + c, channels, blocks) / rows;
            inverses[c] = (float)(1 / Math.Sqrt(variance + epsilon));
            oldMean[c] = decay * oldMean[c] + (1 - decay) * means[c];
            oldVariance[c] = decay * oldVariance[c] + (1 - decay) * (float)(variance * (rows > 1 ? rows / (rows - 1.0) : 1));
            table[c] = (scales is null ? 1 : scales[c]) * inverses[c];
            table[channels + c] = shifts[c];
        }
        ForBlocks(new NormalizeLoop(from, means, table, table + channels, channels, relu, Check.Floats(y)), rows, RowBlock(channels));
    }

    /// <inheritdoc/>
    public override void BatchNormInference(Tensor x, Tensor? scale, Tensor shift, Tensor movingMean, Tensor movingVariance,
        float epsilon, bool relu, Tensor y)
    {
        var channels = ChannelsOf(x, y, scale, shift);
        CheckChannels(channels, movingMean, movingVariance);
        float* scales = Check.FloatsOrNull(scale), variances = Check.Floats(movingVariance), table = tables.Get(channels);
        for (var c = 0; c < channels; c++) table[c] = (scales is null ? 1 : scales[c]) / MathF.Sqrt(variances[c] + epsilon);
        ForBlocks(new NormalizeLoop(Check.Floats(x), Check.Floats(movingMean), table, Check.Floats(shift), channels, relu, Check.Floats(y)),
            Rows(x), RowBlock(channels));
    }

    /// <inheritdoc/>
    public override void BatchNormBackward(Tensor x, Tensor y, Tensor dy, Tensor? scale, Tensor batchMean, Tensor batchInverse,
        bool relu, Tensor dx, Tensor? dscale, Tensor dshift)
    {
        var channels = ChannelsOf(x, dx, scale, dshift);
        CheckChannels(channels, batchMean, batchInverse);
        Check.That(y.Count == x.Count, "a normalisation's y must have the count of x", y);
        Check.That(dy.Count == x.Count, "a normalisation's dy must have the count of x", dy);
        Check.That(dscale is null || dscale.Count == channels, "a normalisation's dscale must have one entry per channel", dscale ?? dx);
        var rows = Rows(x);
        float* scales = Check.FloatsOrNull(scale), dscales = Check.FloatsOrNull(dscale), dshifts = Check.Floats(dshift),
            inverses = Check.Floats(batchInverse);
        if (rows == 0)
        {
            new Span<float>(dshifts, channels).Clear();
            if (dscales is not null) new Span<float>(dscales, channels).Clear();
            return;
        }

        var blocks = (rows + SumBlock - 1) / SumBlock;
        var partials = reductions.Get(2 * blocks * channels);
        var loop = new NormBackwardLoop
        {
            X = Check.Floats(x), Y = relu ? Check.Floats(y) : null, Dy = Check.Floats(dy), Dx = Check.Floats(dx), Mean = Check.Floats(batchMean),
            Inverse = inverses, Channels = channels, Partials = partials,
        };
        ForBlocks(new NormSumsLoop(loop), rows, SumBlock);
        var table = tables.Get(3 * channels);
        for (var c = 0; c < channels; c++)
        {
            double sum = SumOfBlocks(partials + c, 2 * channels, blocks), product = SumOfBlocks(partials + channels + c, 2 * channels, blocks);
            dshifts[c] = (float)sum;
            if (dscales is not null) dscales[c] = (float)product;
            table[c] = (scales is null ? 1 : scales[c]) * inverses[c];
            table[channels + c] = (float)(sum / rows);
            table[2 * channels + c] = (float)(product / rows);
        }
        loop.Table = table;
        ForBlocks(loop, rows, RowBlock(channels));
    }

    /// <inheritdoc/>
    public override void FoldNorm(Tensor w, Tensor? bias, Tensor? scale, Tensor shift, Tensor mean, Tensor variance, float epsilon,
        Tensor foldedW, Tensor foldedBias)
    {
        var outputs = w.Shape[0];
        Check.That(foldedW.Count == w.Count, "FoldNorm: foldedW must have the count of w", foldedW);
        CheckChannels(outputs, shift, mean);
        CheckChannels(outputs, variance, foldedBias);
        Check.That(bias is null || bias.Count == outputs, "FoldNorm: bias must have one entry per output", bias ?? w);
        Check.That(scale is null || scale.Count == outputs, "FoldNorm: scale must have one entry per output", scale ?? w);
        float* from = Check.Floats(w), to = Check.Floats(foldedW), biases = Check.FloatsOrNull(bias), scales = Check.FloatsOrNull(scale);
        float* shifts = Check.Floats(shift), means = Check.Floats(mean), variances = Check.Floats(variance), folded = Check.Floats(foldedBias);
        var length = w.Shape.RowCount;
        for (var o = 0; o < outputs; o++)
        {
            var k = (scales is null ? 1 : scales[o]) / MathF.Sqrt(variances[o] + epsilon);
            for (var i = o * length; i < (o + 1) * length; i++) to[i] = k * from[i];
            folded[o] = k * ((biases is null ? 0 : biases[o]) - means[o]) + shifts[o];
        }
    }

    private static int ChannelsOf(Tensor x, Tensor y, Tensor? scale, Tensor shift)
    {
        var channels = LastExtent(x);
        Check.That(y.Count == x.Count, "a normalisation's output must have the count of its input", y);
        Check.That(shift.Count == channels, "a normalisation's shift must have one entry per channel", shift);
        Check.That(scale is null || scale.Count == channels, "a normalisation's scale must have one entry per channel", scale ?? shift);
        return channels;
    }

    private static void CheckChannels(int channels, Tensor a, Tensor b)
    {
        Check.That(a.Count == channels, "a normalisation's statistics must have one entry per channel", a);
        Check.That(b.Count == channels, "a normalisation's statistics must have one entry per channel", b);
    }

    /// <summary>Sums of (x − mean)² per block.</summary>
    private struct SquaresLoop(float* x, int channels, float* mean, float* partials) : IRange
    {
        public void Run(long begin, long end)
        {
            var sum = new Span<float>(partials + begin / SumBlock * channels, channels);
            sum.Clear();
            for (var r = begin; r < end; r++)
                RowKernels.AccumulateSquares(new ReadOnlySpan<float>(x + r * channels, channels), new ReadOnlySpan<float>(mean, channels), sum);
        }
    }

    private struct NormalizeLoop(float* x, float* mean, float* factor, float* shift, int channels, bool relu, float* y) : IRange
    {
        public void Run(long begin, long end)
        {
            for (var r = begin; r < end; r++)
                RowKernels.Normalize(new ReadOnlySpan<float>(x + r * channels, channels), new ReadOnlySpan<float>(mean, channels),
                    new ReadOnlySpan<float>(factor, channels), new ReadOnlySpan<float>(shift, channels), relu,
                    new Span<float>(y + r * channels, channels));
        }
    }

    /// <summary>dx = factor·(g − mean(g) − x̂·mean(g·x̂)) with g the masked dy and x̂ the normalised x.</summary>
    private struct NormBackwardLoop : IRange
    {
        public float* X, Y, Dy, Dx, Mean, Inverse, Partials, Table;
        public int Channels;

        public readonly void Run(long begin, long end)
        {
            float* factor = Table, meanGradient = Table + Channels, meanProduct = Table + 2 * Channels;
            for (var r = begin; r < end; r++)
            {
                var row = r * Channels;
                var c = 0;
                for (; c <= Channels - Vector<float>.Count; c += Vector<float>.Count)
                {
                    var inner = Gradients(row + c) - Vector.Load(meanGradient + c) - Normals(row + c, c) * Vector.Load(meanProduct + c);
                    (Vector.Load(factor + c) * inner).Store(Dx + row + c);
                }
                for (; c < Channels; c++) Dx[row + c] = factor[c] * (Gradient(row + c) - meanGradient[c] - Normal(row + c, c) * meanProduct[c]);
            }
        }

        public readonly float Gradient(long i) => Y is null || Y[i] > 0 ? Dy[i] : 0;

        public readonly float Normal(long i, int c) => (X[i] - Mean[c]) * Inverse[c];

        public readonly Vector<float> Gradients(long i) => Y is null ? Vector.Load(Dy + i)
            : Vector.ConditionalSelect(Vector.GreaterThan(Vector.Load(Y + i), Vector<float>.Zero), Vector.Load(Dy + i), Vector<float>.Zero);

        public readonly Vector<float> Normals(long i, int c) => (Vector.Load(X + i) - Vector.Load(Mean + c)) * Vector.Load(Inverse + c);
    }

    /// <summary>Sums of g and of g·x̂ per block.</summary>
    private struct NormSumsLoop(NormBackwardLoop norm) : IRange
    {
        public void Run(long begin, long end)
        {
            var channels = norm.Channels;
            float* sums = norm.Partials + begin / SumBlock * 2 * channels, products = sums + channels;
            var c = 0;
            for (; c <= channels - Vector<float>.Count; c += Vector<float>.Count)
            {
                Vector<float> sum = default, product = default;
                for (var r = begin; r < end; r++)
                {
                    var g = norm.Gradients(r * channels + c);
                    sum += g;
                    product += g * norm.Normals(r * channels + c, c);
                }
                sum.Store(sums + c);
                product.Store(products + c);
            }
            for (; c < channels; c++)
            {
                float sum = 0, product = 0;
                for (var r = begin; r < end; r++)
                {
                    var g = norm.Gradient(r * channels + c);
                    sum += g;
                    product += g * norm.Normal(r * channels + c, c);
                }
                (sums[c], products[c]) = (sum, product);
            }
        }
    }
}
