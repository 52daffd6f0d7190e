using System.Numerics;
using System.Runtime.CompilerServices;

namespace ActionableModels.Compute.Cpu;

/// <summary>
/// Gradient of batch normalisation on rows of C channels. With ReLU the output's sign decides what passes; it is computed again from x with
/// the arithmetic of <see cref="RowKernels.Normalize"/>, bit for bit, so that the output need not be kept.
/// </summary>
internal unsafe struct NormGradient
{
    public float* X, Dy, Dx;
    /// <summary>Per channel: mean, 1/√(variance + ε), scale times that, shift.</summary>
    public float* Mean, Inverse, Factor, Shift;
    /// <summary>Per channel, for <see cref="Write"/>: mean of g and of g·x̂ over all rows, g the masked dy and x̂ the normalised x.</summary>
    public float* MeanGradient, MeanProduct;
    public int Channels;
    public bool Relu;

    /// <summary>sums = Σ g and products = Σ g·x̂ of rows begin … end−1, in order of the rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Sum(long begin, long end, float* sums, float* products)
    {
        var width = Vector<float>.Count;
        var floor = new Vector<float>(Relu ? 0 : float.NegativeInfinity);
        var c = 0;
        for (; c <= Channels - 2 * width; c += 2 * width)
        {
            Vector<float> sumA = default, sumB = default, productA = default, productB = default;
            Vector<float> meanA = Vector.Load(Mean + c), meanB = Vector.Load(Mean + c + width), inverseA = Vector.Load(Inverse + c),
                inverseB = Vector.Load(Inverse + c + width), factorA = Vector.Load(Factor + c), factorB = Vector.Load(Factor + c + width),
                shiftA = Vector.Load(Shift + c), shiftB = Vector.Load(Shift + c + width);
            float* x = X + begin * Channels + c, dy = Dy + begin * Channels + c;
            for (var r = begin; r < end; r++, x += Channels, dy += Channels)
            {
                Vector<float> a = Vector.Load(x) - meanA, b = Vector.Load(x + width) - meanB;
                var gradientA = Passed(a * factorA + shiftA, floor, Vector.Load(dy));
                var gradientB = Passed(b * factorB + shiftB, floor, Vector.Load(dy + width));
                sumA += gradientA;
                sumB += gradientB;
                productA += gradientA * (a * inverseA);
                productB += gradientB * (b * inverseB);
            }
            sumA.Store(sums + c);
            sumB.Store(sums + c + width);
            productA.Store(products + c);
            productB.Store(products + c + width);
        }
        for (; c < Channels; c++)
        {
            float sum = 0, product = 0;
            for (var r = begin; r < end; r++)
            {
                var g = Gradient(r * Channels + c, c);
                sum += g;
                product += g * ((X[r * Channels + c] - Mean[c]) * Inverse[c]);
            }
            (sums[c], products[c]) = (sum, product);
        }
    }

    /// <summary>dx = factor·(g − mean(g) − x̂·mean(g·x̂)) of rows begin … end−1; dx may be dy.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Write(long begin, long end)
    {
        var floor = new Vector<float>(Relu ? 0 : float.NegativeInfinity);
        float* mean = Mean, inverse = Inverse, factor = Factor, shift = Shift, meanGradient = MeanGradient, meanProduct = MeanProduct;
        for (var r = begin; r < end; r++)
        {
            float* x = X + r * Channels, dy = Dy + r * Channels, dx = Dx + r * Channels;
            var c = 0;
            for (; c <= Channels - Vector<float>.Count; c += Vector<float>.Count)
            {
                var centred = Vector.Load(x + c) - Vector.Load(mean + c);
                var k = Vector.Load(factor + c);
                var gradient = Passed(centred * k + Vector.Load(shift + c), floor, Vector.Load(dy + c));
                var inner = gradient - Vector.Load(meanGradient + c) - centred * Vector.Load(inverse + c) * Vector.Load(meanProduct + c);
                (k * inner).Store(dx + c);
            }
            for (; c < Channels; c++)
                dx[c] = factor[c] * (Gradient(r * Channels + c, c) - meanGradient[c] - (x[c] - mean[c]) * inverse[c] * meanProduct[c]);
        }
    }

    private readonly float Gradient(long i, int c) => !Relu || (X[i] - Mean[c]) * Factor[c] + Shift[c] > 0 ? Dy[i] : 0;

    private static Vector<float> Passed(Vector<float> output, Vector<float> floor, Vector<float> dy) =>
        Vector.ConditionalSelect(Vector.GreaterThan(output, floor), dy, Vector<float>.Zero);
}
