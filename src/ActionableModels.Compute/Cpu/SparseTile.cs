using System.Numerics;
using System.Runtime.CompilerServices;

namespace ActionableModels.Compute.Cpu;

/// <summary>
/// y[r, o] = act(init[o] + Σ_k x[r, k]·B[k, o]) without the terms whose x is zero. Sums run in the order of k from init, as in
/// <see cref="Contraction"/>: wherever B is finite what is left out adds nothing, so that the bits are the same, but for the sign of a sum
/// that is zero.
/// </summary>
internal static unsafe class SparseTile<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
{
    /// <summary>
    /// Terms and vectors of columns done at a time: the 16 KiB of B between them stay in the first-level cache for all rows.
    /// </summary>
    public const int Terms = 64, Vectors = 4;

    /// <summary>Whether the columns are whole tiles of vectors wide enough to gain.</summary>
    public static bool Fits(int n) => TLanes.Width >= 8 && n % (Vectors * TLanes.Width) == 0;

    /// <summary>Computes all rows with the masks of <see cref="Nonzeros"/> and B in panels of two vectors.</summary>
    public static void Run(float* x, ulong* masks, float* b, float* init, float* y, int rows, int depth, int n, bool relu)
    {
        nint panel = (nint)depth * 2 * TLanes.Width;
        var perRow = (depth + Terms - 1) / Terms;
        for (var o = 0; o < n; o += Vectors * TLanes.Width)
            for (var part = 0; part < perRow; part++)
            {
                var panels = b + (nint)o * depth + (nint)part * Terms * 2 * TLanes.Width;
                var first = part == 0;
                Rows(x + part * Terms, depth, masks + part, perRow, panels, panels + panel, first ? init + o : y + o, first ? 0 : n,
                    y + o, n, rows, relu && part == perRow - 1);
            }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows(float* x, nint depth, ulong* masks, nint perRow, float* b0, float* b1, float* from, nint fromStride,
        float* y, nint n, int rows, bool relu)
    {
        for (var r = 0; r < rows; r++, x += depth, masks += perRow, from += fromStride, y += n)
        {
            TVector s0 = TLanes.Load(from), s1 = TLanes.Load(from + TLanes.Width), s2 = TLanes.Load(from + 2 * TLanes.Width),
                s3 = TLanes.Load(from + 3 * TLanes.Width);
            for (var mask = *masks; mask != 0; mask &= mask - 1)
            {
                nint k = BitOperations.TrailingZeroCount(mask), offset = k * (2 * TLanes.Width);
                var v = TLanes.Broadcast(x + k);
                s0 = TLanes.MultiplyAdd(v, TLanes.Load(b0 + offset), s0);
                s1 = TLanes.MultiplyAdd(v, TLanes.Load(b0 + offset + TLanes.Width), s1);
                s2 = TLanes.MultiplyAdd(v, TLanes.Load(b1 + offset), s2);
                s3 = TLanes.MultiplyAdd(v, TLanes.Load(b1 + offset + TLanes.Width), s3);
            }
            if (relu)
            {
                s0 = TLanes.Rectify(s0);
                s1 = TLanes.Rectify(s1);
                s2 = TLanes.Rectify(s2);
                s3 = TLanes.Rectify(s3);
            }
            TLanes.Store(y, s0);
            TLanes.Store(y + TLanes.Width, s1);
            TLanes.Store(y + 2 * TLanes.Width, s2);
            TLanes.Store(y + 3 * TLanes.Width, s3);
        }
    }
}
