using System.Numerics;

namespace ActionableModels.Compute.Cpu;

/// <summary>Short element-wise loops over rows, for which a library call would cost as much as the work.</summary>
internal static class RowKernels
{
    /// <summary>y = x &gt; y ? x : y, so that the first of equal values stays.</summary>
    public static void Max(ReadOnlySpan<float> x, Span<float> y)
    {
        var i = 0;
        for (; i <= y.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var a = new Vector<float>(x[i..]);
            var b = new Vector<float>(y[i..]);
            Vector.ConditionalSelect(Vector.GreaterThan(a, b), a, b).CopyTo(y[i..]);
        }
        for (; i < y.Length; i++) y[i] = x[i] > y[i] ? x[i] : y[i];
    }

    /// <summary>y = act(a + b).</summary>
    public static void Add(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y, bool relu)
    {
        var floor = new Vector<float>(relu ? 0 : float.NegativeInfinity);
        var i = 0;
        for (; i <= y.Length - Vector<float>.Count; i += Vector<float>.Count)
            Vector.Max(new Vector<float>(a[i..]) + new Vector<float>(b[i..]), floor).CopyTo(y[i..]);
        for (; i < y.Length; i++)
        {
            var sum = a[i] + b[i];
            y[i] = relu ? MathF.Max(sum, 0) : sum;
        }
    }

    /// <summary>y += x.</summary>
    public static void Accumulate(ReadOnlySpan<float> x, Span<float> y)
    {
        var i = 0;
        for (; i <= y.Length - Vector<float>.Count; i += Vector<float>.Count)
            (new Vector<float>(x[i..]) + new Vector<float>(y[i..])).CopyTo(y[i..]);
        for (; i < y.Length; i++) y[i] += x[i];
    }

    /// <summary>y += (x − mean)².</summary>
    public static void AccumulateSquares(ReadOnlySpan<float> x, ReadOnlySpan<float> mean, Span<float> y)
    {
        var i = 0;
        for (; i <= y.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var d = new Vector<float>(x[i..]) - new Vector<float>(mean[i..]);
            (new Vector<float>(y[i..]) + d * d).CopyTo(y[i..]);
        }
        for (; i < y.Length; i++) y[i] += (x[i] - mean[i]) * (x[i] - mean[i]);
    }

    /// <summary>y = act((x − mean)·factor + shift).</summary>
    public static void Normalize(ReadOnlySpan<float> x, ReadOnlySpan<float> mean, ReadOnlySpan<float> factor, ReadOnlySpan<float> shift, bool relu, Span<float> y)
    {
        var floor = new Vector<float>(relu ? 0 : float.NegativeInfinity);
        var i = 0;
        for (; i <= y.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var scaled = (new Vector<float>(x[i..]) - new Vector<float>(mean[i..])) * new Vector<float>(factor[i..]);
            Vector.Max(scaled + new Vector<float>(shift[i..]), floor).CopyTo(y[i..]);
        }
        for (; i < y.Length; i++)
        {
            var value = (x[i] - mean[i]) * factor[i] + shift[i];
            y[i] = relu ? MathF.Max(value, 0) : value;
        }
    }

    /// <summary>dx = y &gt; 0 ? dy : 0.</summary>
    public static void Mask(ReadOnlySpan<float> y, ReadOnlySpan<float> dy, Span<float> dx)
    {
        var i = 0;
        for (; i <= dx.Length - Vector<float>.Count; i += Vector<float>.Count)
            Vector.ConditionalSelect(Vector.GreaterThan(new Vector<float>(y[i..]), Vector<float>.Zero), new Vector<float>(dy[i..]), Vector<float>.Zero)
                .CopyTo(dx[i..]);
        for (; i < dx.Length; i++) dx[i] = y[i] > 0 ? dy[i] : 0;
    }
}
