using System.Runtime.CompilerServices;

namespace ActionableModels.Compute.Cpu.Winograd;

/// <summary>F(4×4, 5×5): 64 products for 16 outputs of 25 taps each. Points 0, ±1, ±2, ±½, ∞.</summary>
internal readonly unsafe struct WinogradTile8 : IWinogradTile
{
    public static int Kernel => 5;

    public static int Points => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input<TLanes, TVector>(float* d, nint from, float* v, nint to)
        where TLanes : struct, ILanes<TVector> where TVector : unmanaged
    {
        TVector d0 = TLanes.Load(d), d1 = TLanes.Load(d + from), d2 = TLanes.Load(d + 2 * from),
            d3 = TLanes.Load(d + 3 * from), d4 = TLanes.Load(d + 4 * from), d5 = TLanes.Load(d + 5 * from),
            d6 = TLanes.Load(d + 6 * from), d7 = TLanes.Load(d + 7 * from);
        var p = TLanes.Create(5.25f);
        TLanes.Store(v, TLanes.MultiplyAdd(TLanes.Subtract(d4, d2), p, TLanes.Subtract(d0, d6)));
        TLanes.Store(v + 7 * to, TLanes.MultiplyAdd(TLanes.Subtract(d3, d5), p, TLanes.Subtract(d7, d1)));
        var q = TLanes.Create(-4.25f);
        TVector even = TLanes.MultiplyAdd(d4, q, TLanes.Add(d2, d6)), odd = TLanes.MultiplyAdd(d3, q, TLanes.Add(d1, d5));
        TLanes.Store(v + to, TLanes.Add(even, odd));
        TLanes.Store(v + 2 * to, TLanes.Subtract(even, odd));
        TVector half = TLanes.Create(0.5f), two = TLanes.Create(2f), middle = TLanes.Create(-2.5f);
        var centre = TLanes.Multiply(d3, middle);
        even = TLanes.MultiplyAdd(d2, TLanes.Create(0.25f), TLanes.MultiplyAdd(d4, TLanes.Create(-1.25f), d6));
        odd = TLanes.MultiplyAdd(d1, half, TLanes.MultiplyAdd(d5, two, centre));
        TLanes.Store(v + 3 * to, TLanes.Add(even, odd));
        TLanes.Store(v + 4 * to, TLanes.Subtract(even, odd));
        even = TLanes.MultiplyAdd(d2, TLanes.Create(4f), TLanes.MultiplyAdd(d4, TLanes.Create(-5f), d6));
        odd = TLanes.MultiplyAdd(d1, two, TLanes.MultiplyAdd(d5, half, centre));
        TLanes.Store(v + 5 * to, TLanes.Add(even, odd));
        TLanes.Store(v + 6 * to, TLanes.Subtract(even, odd));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Filter<TLanes, TVector>(float* g, nint from, float* u, nint to)
        where TLanes : struct, ILanes<TVector> where TVector : unmanaged
    {
        TVector g0 = TLanes.Load(g), g1 = TLanes.Load(g + from), g2 = TLanes.Load(g + 2 * from),
            g3 = TLanes.Load(g + 3 * from), g4 = TLanes.Load(g + 4 * from);
        TLanes.Store(u, g0);
        TLanes.Store(u + 7 * to, g4);
        var scale = TLanes.Create(-2 / 9f);
        TVector even = TLanes.Multiply(scale, TLanes.Add(TLanes.Add(g0, g2), g4)), odd = TLanes.Multiply(scale, TLanes.Add(g1, g3));
        TLanes.Store(u + to, TLanes.Add(even, odd));
        TLanes.Store(u + 2 * to, TLanes.Subtract(even, odd));
        even = TLanes.MultiplyAdd(g4, TLanes.Create(16 / 90f),
            TLanes.MultiplyAdd(g2, TLanes.Create(4 / 90f), TLanes.Multiply(g0, TLanes.Create(1 / 90f))));
        odd = TLanes.MultiplyAdd(g3, TLanes.Create(8 / 90f), TLanes.Multiply(g1, TLanes.Create(2 / 90f)));
        TLanes.Store(u + 3 * to, TLanes.Add(even, odd));
        TLanes.Store(u + 4 * to, TLanes.Subtract(even, odd));
        even = TLanes.MultiplyAdd(g4, TLanes.Create(2 / 45f),
            TLanes.MultiplyAdd(g2, TLanes.Create(8 / 45f), TLanes.Multiply(g0, TLanes.Create(32 / 45f))));
        odd = TLanes.MultiplyAdd(g3, TLanes.Create(4 / 45f), TLanes.Multiply(g1, TLanes.Create(16 / 45f)));
        TLanes.Store(u + 5 * to, TLanes.Add(even, odd));
        TLanes.Store(u + 6 * to, TLanes.Subtract(even, odd));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output<TLanes, TVector>(float* m, nint from, float* y, nint to)
        where TLanes : struct, ILanes<TVector> where TVector : unmanaged
    {
        TVector m0 = TLanes.Load(m), m1 = TLanes.Load(m + from), m2 = TLanes.Load(m + 2 * from),
            m3 = TLanes.Load(m + 3 * from), m4 = TLanes.Load(m + 4 * from), m5 = TLanes.Load(m + 5 * from),
            m6 = TLanes.Load(m + 6 * from), m7 = TLanes.Load(m + 7 * from);
        TVector sum1 = TLanes.Add(m1, m2), sum2 = TLanes.Add(m3, m4), sum3 = TLanes.Add(m5, m6);
        TVector gap1 = TLanes.Subtract(m1, m2), gap2 = TLanes.Subtract(m3, m4), gap3 = TLanes.Subtract(m5, m6);
        TLanes.Store(y, TLanes.Add(TLanes.Add(m0, sum1), TLanes.Add(sum2, sum3)));
        TLanes.Store(y + to, TLanes.MultiplyAdd(gap3, TLanes.Create(0.5f), TLanes.MultiplyAdd(gap2, TLanes.Create(2f), gap1)));
        TLanes.Store(y + 2 * to, TLanes.MultiplyAdd(sum3, TLanes.Create(0.25f), TLanes.MultiplyAdd(sum2, TLanes.Create(4f), sum1)));
        TLanes.Store(y + 3 * to, TLanes.MultiplyAdd(gap3, TLanes.Create(0.125f), TLanes.MultiplyAdd(gap2, TLanes.Create(8f), TLanes.Add(gap1, m7))));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void OutputAdjoint<TLanes, TVector>(float* y, nint from, float* m, nint to)
        where TLanes : struct, ILanes<TVector> where TVector : unmanaged
    {
        TVector y0 = TLanes.Load(y), y1 = TLanes.Load(y + from), y2 = TLanes.Load(y + 2 * from),
            y3 = TLanes.Load(y + 3 * from);
        TLanes.Store(m, y0);
        TLanes.Store(m + 7 * to, y3);
        TVector even = TLanes.Add(y0, y2), odd = TLanes.Add(y1, y3);
        TLanes.Store(m + to, TLanes.Add(even, odd));
        TLanes.Store(m + 2 * to, TLanes.Subtract(even, odd));
        even = TLanes.MultiplyAdd(y2, TLanes.Create(4f), y0);
        odd = TLanes.MultiplyAdd(y3, TLanes.Create(8f), TLanes.Multiply(y1, TLanes.Create(2f)));
        TLanes.Store(m + 3 * to, TLanes.Add(even, odd));
        TLanes.Store(m + 4 * to, TLanes.Subtract(even, odd));
        even = TLanes.MultiplyAdd(y2, TLanes.Create(0.25f), y0);
        odd = TLanes.MultiplyAdd(y3, TLanes.Create(0.125f), TLanes.Multiply(y1, TLanes.Create(0.5f)));
        TLanes.Store(m + 5 * to, TLanes.Add(even, odd));
        TLanes.Store(m + 6 * to, TLanes.Subtract(even, odd));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FilterAdjoint<TLanes, TVector>(float* u, nint from, float* g, nint to)
        where TLanes : struct, ILanes<TVector> where TVector : unmanaged
    {
        TVector u0 = TLanes.Load(u), u1 = TLanes.Load(u + from), u2 = TLanes.Load(u + 2 * from),
            u3 = TLanes.Load(u + 3 * from), u4 = TLanes.Load(u + 4 * from), u5 = TLanes.Load(u + 5 * from),
            u6 = TLanes.Load(u + 6 * from), u7 = TLanes.Load(u + 7 * from);
        TVector scale1 = TLanes.Create(-2 / 9f), scale2 = TLanes.Create(1 / 90f), scale3 = TLanes.Create(32 / 45f);
        TVector sum1 = TLanes.Multiply(scale1, TLanes.Add(u1, u2)),
            sum2 = TLanes.Multiply(scale2, TLanes.Add(u3, u4)),
            sum3 = TLanes.Multiply(scale3, TLanes.Add(u5, u6));
        TVector gap1 = TLanes.Multiply(scale1, TLanes.Subtract(u1, u2)),
            gap2 = TLanes.Multiply(scale2, TLanes.Subtract(u3, u4)),
            gap3 = TLanes.Multiply(scale3, TLanes.Subtract(u5, u6));
        TLanes.Store(g, TLanes.Add(TLanes.Add(u0, sum1), TLanes.Add(sum2, sum3)));
        TLanes.Store(g + to, TLanes.MultiplyAdd(gap3, TLanes.Create(0.5f), TLanes.MultiplyAdd(gap2, TLanes.Create(2f), gap1)));
        TLanes.Store(g + 2 * to, TLanes.MultiplyAdd(sum3, TLanes.Create(0.25f), TLanes.MultiplyAdd(sum2, TLanes.Create(4f), sum1)));
        TLanes.Store(g + 3 * to, TLanes.MultiplyAdd(gap3, TLanes.Create(0.125f), TLanes.MultiplyAdd(gap2, TLanes.Create(8f), gap1)));
        TLanes.Store(g + 4 * to, TLanes.MultiplyAdd(sum3, TLanes.Create(0.0625f), TLanes.MultiplyAdd(sum2, TLanes.Create(16f), TLanes.Add(sum1, u7))));
    }
}
