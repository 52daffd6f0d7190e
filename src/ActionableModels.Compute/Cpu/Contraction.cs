using System.Runtime.CompilerServices;

namespace ActionableModels.Compute.Cpu;

/// <summary>
/// C[m, n] = act(init[n] + Σ_k A[row(m) + offset(k)]·B[k, n]): the one form of every convolution and dense product. Row m = (i0·D1 + i1)·D2 + i2
/// starts at i0·A0 + i1·A1 + i2·A2 of A and i0·C0 + i1·C1 + i2·C2 of C; term k = (k0·K1 + k1)·K2 + k2 lies k0·S0 + k1·S1 + k2·S2 further.
/// The terms of one element are summed in the order of k by one thread, so that no tiling changes a bit.
/// </summary>
internal unsafe struct Contraction
{
    public float* A, B, C;
    public int D1, D2;
    public nint A0, A1, A2, C0, C1, C2;
    public int K0, K1, K2;
    public nint S0, S1, S2;
    /// <summary>Columns; they are cut into panels of two vectors, the last of one where that is enough.</summary>
    public int N;
    /// <summary>Floats from one panel of B to the next.</summary>
    public nint PanelStride;
    /// <summary>Floats from one row of B to the next; 0 means packed, the width of the panel.</summary>
    public nint BStride;
    /// <summary>Row of B that goes with the first term.</summary>
    public int BRow;
    /// <summary>Rows of B left out after every K2 terms.</summary>
    public int BGap;
    /// <summary>What the sums start from: N floats, readable up to whole vectors. Not read when accumulating.</summary>
    public float* Init;
    /// <summary>Start from what C holds, or what lies <see cref="From"/> floats after it.</summary>
    public bool Accumulate;
    /// <summary>Floats from C to an array of its layout that the sums start from when accumulating.</summary>
    public nint From;
    /// <summary>act is max(·, 0).</summary>
    public bool Relu;
}

/// <summary>Runs contractions with the vectors of <typeparamref name="TLanes"/>.</summary>
internal static unsafe class Contractor<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
{
    private const int MaxRows = 12, MaxWidth = 16;

    public static int PanelWidth => 2 * TLanes.Width;

    public static int Panels(int n) => (n + PanelWidth - 1) / PanelWidth;

    /// <summary>Computes rows m0 … m1−1 and panels p0 … p1−1.</summary>
    [SkipLocalsInit]
    public static void Run(Contraction* t, int m0, int m1, int p0, int p1)
    {
        float** a = stackalloc float*[MaxRows];
        float** c = stackalloc float*[MaxRows];
        float** tileRows = stackalloc float*[MaxRows];
        float** starts = stackalloc float*[MaxRows];
        var tile = stackalloc float[MaxRows * 2 * MaxWidth];
        var unused = stackalloc float[2 * MaxWidth];
        var rows = TLanes.TileRows;
        for (var i = 0; i < rows; i++) tileRows[i] = tile + i * PanelWidth;

        for (var panel = p0; panel < p1; panel++)
        {
            var column = panel * PanelWidth;
            var columns = Math.Min(t->N - column, PanelWidth);
            var two = columns > TLanes.Width;
            var width = two ? PanelWidth : TLanes.Width;
            var bStride = t->BStride != 0 ? t->BStride : width;
            var b = t->B + panel * t->PanelStride + t->BRow * bStride;
            var init = t->Init + column;
            int i2 = m0 % t->D2, i1 = m0 / t->D2 % t->D1, i0 = m0 / t->D2 / t->D1;
            var from = t->A + (i0 * t->A0 + i1 * t->A1 + i2 * t->A2);
            var to = t->C + (i0 * t->C0 + i1 * t->C1 + i2 * t->C2 + column);
            for (var m = m0; m < m1; m += rows)
            {
                var count = Math.Min(rows, m1 - m);
                for (var i = 0; i < count; i++, from += t->A2, to += t->C2)
                {
                    a[i] = from;
                    c[i] = to;
                    if (++i2 < t->D2) continue;
                    i2 = 0;
                    if (++i1 == t->D1) (i1, i0) = (0, i0 + 1);
                    // The increment of the loop takes one step back from the row's start.
                    from = t->A + (i0 * t->A0 + i1 * t->A1 - t->A2);
                    to = t->C + (i0 * t->C0 + i1 * t->C1 - t->C2 + column);
                }
                for (var i = count; i < rows; i++)
                {
                    a[i] = a[count - 1];
                    c[i] = unused;
                }
                if (t->Accumulate)
                    for (var i = 0; i < rows; i++) starts[i] = c[Math.Min(i, count - 1)] + t->From;
                if (columns == width)
                {
                    Tile(t, a, starts, c, count, b, bStride, init, two);
                    continue;
                }
                if (t->Accumulate)
                    for (var i = 0; i < count; i++)
                        Raw.Copy(starts[i], tileRows[i], columns);
                Tile(t, a, tileRows, tileRows, count, b, bStride, init, two);
                for (var i = 0; i < count; i++) Raw.Copy(tileRows[i], c[i], columns);
            }
        }
    }

    private static void Tile(Contraction* t, float** a, float** from, float** c, int count, float* b, nint bStride, float* init, bool two)
    {
        if (TLanes.TileRows == 12 && count > 6)
        {
            if (two) Tile12<TLanes, TVector>.Double(t, a, from, c, b, bStride, init);
            else Tile12<TLanes, TVector>.Single(t, a, from, c, b, bStride, init);
        }
        else
        {
            if (two) Tile6<TLanes, TVector>.Double(t, a, from, c, b, bStride, init);
            else Tile6<TLanes, TVector>.Single(t, a, from, c, b, bStride, init);
        }
    }
}
