using System.Numerics;
using System.Runtime.CompilerServices;

namespace ActionableModels.Compute.Cpu;

/// <summary>
/// Short element-wise loops over rows, for which a library call would cost as much as the work. Compiled at once with all optimisations, like
/// every loop here that carries an operation: a few seconds of training are too short for the compiler's tiers.
/// </summary>
internal static unsafe class RowKernels
{
    /// <summary>y = act(a + b).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(float* a, float* b, bool relu, int count, float* y)
    {
        var floor = new Vector<float>(relu ? 0 : float.NegativeInfinity);
        var i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count) Vector.Max(Vector.Load(a + i) + Vector.Load(b + i), floor).Store(y + i);
        for (; i < count; i++)
        {
            var sum = a[i] + b[i];
            y[i] = relu ? MathF.Max(sum, 0) : sum;
        }
    }

    /// <summary>y = factor·x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale(float* x, float factor, int count, float* y)
    {
        var i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count) (Vector.Load(x + i) * factor).Store(y + i);
        for (; i < count; i++) y[i] = x[i] * factor;
    }

    /// <summary>y += x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Accumulate(ReadOnlySpan<float> x, Span<float> y)
    {
        var i = 0;
        for (; i <= y.Length - Vector<float>.Count; i += Vector<float>.Count)
            (new Vector<float>(x[i..]) + new Vector<float>(y[i..])).CopyTo(y[i..]);
        for (; i < y.Length; i++) y[i] += x[i];
    }

    /// <summary>y = act((x − mean)·factor + shift).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Normalize(float* x, float* mean, float* factor, float* shift, bool relu, int count, float* y)
    {
        var floor = new Vector<float>(relu ? 0 : float.NegativeInfinity);
        var i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
        {
            var scaled = (Vector.Load(x + i) - Vector.Load(mean + i)) * Vector.Load(factor + i);
            Vector.Max(scaled + Vector.Load(shift + i), floor).Store(y + i);
        }
        for (; i < count; i++)
        {
            var value = (x[i] - mean[i]) * factor[i] + shift[i];
            y[i] = relu ? MathF.Max(value, 0) : value;
        }
    }

    /// <summary>dx = y &gt; 0 ? dy : 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Mask(ReadOnlySpan<float> y, ReadOnlySpan<float> dy, Span<float> dx)
    {
        var i = 0;
        for (; i <= dx.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var positive = Vector.GreaterThan(new Vector<float>(y[i..]), Vector<float>.Zero);
            Vector.ConditionalSelect(positive, new Vector<float>(dy[i..]), Vector<float>.Zero).CopyTo(dx[i..]);
        }
        for (; i < dx.Length; i++) dx[i] = y[i] > 0 ? dy[i] : 0;
    }

    /// <summary>y[j] = Σ_r x[r, j], in order of the rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SumRows(float* x, int rows, int columns, float* y)
    {
        var width = Vector<float>.Count;
        var j = 0;
        for (; j <= columns - 4 * width; j += 4 * width)
        {
            Vector<float> a = default, b = default, c = default, d = default;
            var row = x + j;
            for (var r = 0; r < rows; r++, row += columns)
            {
                a += Vector.Load(row);
                b += Vector.Load(row + width);
                c += Vector.Load(row + 2 * width);
                d += Vector.Load(row + 3 * width);
            }
            a.Store(y + j);
            b.Store(y + j + width);
            c.Store(y + j + 2 * width);
            d.Store(y + j + 3 * width);
        }
        for (; j <= columns - width; j += width)
        {
            Vector<float> a = default;
            for (var r = 0; r < rows; r++) a += Vector.Load(x + (nint)r * columns + j);
            a.Store(y + j);
        }
        for (; j < columns; j++)
        {
            var sum = 0f;
            for (var r = 0; r < rows; r++) sum += x[(nint)r * columns + j];
            y[j] = sum;
        }
    }

    /// <summary>squares[j] = Σ_r (x[r, j] − sums[j]/rows)², in order of the rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SumSquares(float* x, int rows, int columns, float* sums, float* squares)
    {
        var width = Vector<float>.Count;
        var share = 1f / rows;
        var j = 0;
        for (; j <= columns - 4 * width; j += 4 * width)
        {
            Vector<float> a = default, b = default, c = default, d = default;
            Vector<float> ma = Vector.Load(sums + j) * share, mb = Vector.Load(sums + j + width) * share,
                mc = Vector.Load(sums + j + 2 * width) * share, md = Vector.Load(sums + j + 3 * width) * share;
            var row = x + j;
            for (var r = 0; r < rows; r++, row += columns)
            {
                var e = Vector.Load(row) - ma;
                a += e * e;
                e = Vector.Load(row + width) - mb;
                b += e * e;
                e = Vector.Load(row + 2 * width) - mc;
                c += e * e;
                e = Vector.Load(row + 3 * width) - md;
                d += e * e;
            }
            a.Store(squares + j);
            b.Store(squares + j + width);
            c.Store(squares + j + 2 * width);
            d.Store(squares + j + 3 * width);
        }
        for (; j < columns; j++)
        {
            float sum = 0, mean = sums[j] * share;
            for (var r = 0; r < rows; r++)
            {
                var e = x[(nint)r * columns + j] - mean;
                sum += e * e;
            }
            squares[j] = sum;
        }
    }
}
