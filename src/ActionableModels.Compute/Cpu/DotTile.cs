using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ActionableModels.Compute.Cpu;

/// <summary>
/// Dot products of contiguous rows: y[r, o] = act(init[o] + Σ_i x[r, i]·w[o, i]) with both operands read as they lie, so that nothing
/// is packed. For few rows or one output. Long sums are done in blocks, so that a block of w stays in the first-level cache for all rows. The
/// order of a sum depends on its length alone.
/// </summary>
internal static unsafe class DotTile<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
{
    /// <summary>Rows of x and of w in one tile: 12 sums, three rows and a vector of w fill 16 registers.</summary>
    public const int Rows = 3, Outputs = 4;

    private const int Block = 512;

    /// <summary>Computes rows r0 … r1−1 of outputs o0 … o1−1 of y [R, n].</summary>
    [SkipLocalsInit]
    public static void Run(float* x, float* w, float* init, float* y, int depth, int n, bool relu, int r0, int r1, int o0, int o1)
    {
        for (var k = 0; k < depth; k += Block)
            Accumulate(x + k, w + k, init, y, depth, Math.Min(Block, depth - k), n, k == 0, relu && k + Block >= depth, r0, r1, o0, o1);
    }

    /// <summary>Computes rows r0 … r1−1 for one output.</summary>
    [SkipLocalsInit]
    public static void RunSingle(float* x, float* w, float init, float* y, int depth, bool relu, int r0, int r1)
    {
        var sums = stackalloc float[Outputs];
        for (var r = r0; r < r1; r += Outputs)
        {
            float* x0 = x + (nint)r * depth, x1 = x0 + (r + 1 < r1 ? depth : 0), x2 = x1 + (r + 2 < r1 ? depth : 0),
                x3 = x2 + (r + 3 < r1 ? depth : 0);
            TVector a = default, b = default, c = default, d = default;
            var k = 0;
            for (; k <= depth - TLanes.Width; k += TLanes.Width)
            {
                var v = TLanes.Load(w + k);
                a = TLanes.MultiplyAdd(v, TLanes.Load(x0 + k), a);
                b = TLanes.MultiplyAdd(v, TLanes.Load(x1 + k), b);
                c = TLanes.MultiplyAdd(v, TLanes.Load(x2 + k), c);
                d = TLanes.MultiplyAdd(v, TLanes.Load(x3 + k), d);
            }
            (sums[0], sums[1], sums[2], sums[3]) = (Sum(a), Sum(b), Sum(c), Sum(d));
            for (; k < depth; k++)
            {
                sums[0] += x0[k] * w[k];
                sums[1] += x1[k] * w[k];
                sums[2] += x2[k] * w[k];
                sums[3] += x3[k] * w[k];
            }
            for (var i = 0; i < Math.Min(Outputs, r1 - r); i++) y[r + i] = relu ? MathF.Max(init + sums[i], 0) : init + sums[i];
        }
    }

    /// <summary>Adds the terms of one block of <paramref name="length"/> to y, which starts from init in the first.</summary>
    [SkipLocalsInit]
    private static void Accumulate(float* x, float* w, float* init, float* y, int depth, int length, int n, bool first, bool relu, int r0, int r1,
        int o0, int o1)
    {
        var sums = stackalloc float[Rows * Outputs];
        for (var o = o0; o < o1; o += Outputs)
        {
            float* w0 = w + (nint)o * depth, w1 = w0 + (o + 1 < o1 ? depth : 0), w2 = w1 + (o + 2 < o1 ? depth : 0),
                w3 = w2 + (o + 3 < o1 ? depth : 0);
            for (var r = r0; r < r1; r += Rows)
            {
                float* x0 = x + (nint)r * depth, x1 = x0 + (r + 1 < r1 ? depth : 0), x2 = x1 + (r + 2 < r1 ? depth : 0);
                Tile(x0, x1, x2, w0, w1, w2, w3, length, sums);
                for (var i = 0; i < Math.Min(Rows, r1 - r); i++)
                    for (var j = 0; j < Math.Min(Outputs, o1 - o); j++)
                    {
                        ref var output = ref y[(nint)(r + i) * n + o + j];
                        var sum = (first ? init[o + j] : output) + sums[i * Outputs + j];
                        output = relu ? MathF.Max(sum, 0) : sum;
                    }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile(float* x0, float* x1, float* x2, float* w0, float* w1, float* w2, float* w3, int depth, float* sums)
    {
        TVector a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default,
            c0 = default, c1 = default, c2 = default, c3 = default;
        nint k = 0;
        for (; k <= depth - TLanes.Width; k += TLanes.Width)
        {
            TVector a = TLanes.Load(x0 + k), b = TLanes.Load(x1 + k), c = TLanes.Load(x2 + k), v = TLanes.Load(w0 + k);
            a0 = TLanes.MultiplyAdd(a, v, a0); b0 = TLanes.MultiplyAdd(b, v, b0); c0 = TLanes.MultiplyAdd(c, v, c0);
            v = TLanes.Load(w1 + k);
            a1 = TLanes.MultiplyAdd(a, v, a1); b1 = TLanes.MultiplyAdd(b, v, b1); c1 = TLanes.MultiplyAdd(c, v, c1);
            v = TLanes.Load(w2 + k);
            a2 = TLanes.MultiplyAdd(a, v, a2); b2 = TLanes.MultiplyAdd(b, v, b2); c2 = TLanes.MultiplyAdd(c, v, c2);
            v = TLanes.Load(w3 + k);
            a3 = TLanes.MultiplyAdd(a, v, a3); b3 = TLanes.MultiplyAdd(b, v, b3); c3 = TLanes.MultiplyAdd(c, v, c3);
        }
        (sums[0], sums[1], sums[2], sums[3]) = (Sum(a0), Sum(a1), Sum(a2), Sum(a3));
        (sums[4], sums[5], sums[6], sums[7]) = (Sum(b0), Sum(b1), Sum(b2), Sum(b3));
        (sums[8], sums[9], sums[10], sums[11]) = (Sum(c0), Sum(c1), Sum(c2), Sum(c3));
        for (; k < depth; k++)
        {
            (sums[0], sums[1], sums[2], sums[3]) =
                (sums[0] + x0[k] * w0[k], sums[1] + x0[k] * w1[k], sums[2] + x0[k] * w2[k], sums[3] + x0[k] * w3[k]);
            (sums[4], sums[5], sums[6], sums[7]) =
                (sums[4] + x1[k] * w0[k], sums[5] + x1[k] * w1[k], sums[6] + x1[k] * w2[k], sums[7] + x1[k] * w3[k]);
            (sums[8], sums[9], sums[10], sums[11]) =
                (sums[8] + x2[k] * w0[k], sums[9] + x2[k] * w1[k], sums[10] + x2[k] * w2[k], sums[11] + x2[k] * w3[k]);
        }
    }

    /// <summary>The sum of a vector's elements; the comparison of types is the compiler's, not the processor's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Sum(TVector v) => typeof(TVector) == typeof(Vector512<float>) ? Vector512.Sum((Vector512<float>)(object)v)
        : typeof(TVector) == typeof(Vector256<float>) ? Vector256.Sum((Vector256<float>)(object)v)
        : typeof(TVector) == typeof(Vector128<float>) ? Vector128.Sum((Vector128<float>)(object)v)
        : (float)(object)v;
}
