using System.Runtime.CompilerServices;

namespace ActionableModels.Compute.Cpu.Winograd;

/// <summary>F(4×4, 3×3): 36 products for 16 outputs of 9 taps each. Points 0, ±¾, ±1½, ∞ (half the error of 0, ±1, ±2, ∞).</summary>
internal readonly unsafe struct WinogradTile6 : IWinogradTile
{
    public static int Kernel => 3;

    public static int Points => 6;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input<TLanes, TVector>(float* d, nint from, float* v, nint to)
        where TLanes : struct, ILanes<TVector> where TVector : unmanaged
    {
        TVector d0 = TLanes.Load(d), d1 = TLanes.Load(d + from), d2 = TLanes.Load(d + 2 * from),
            d3 = TLanes.Load(d + 3 * from), d4 = TLanes.Load(d + 4 * from), d5 = TLanes.Load(d + 5 * from);
        TVector product = TLanes.Create(1.265625f), sum = TLanes.Create(-2.8125f);
        TLanes.Store(v, TLanes.MultiplyAdd(d0, product, TLanes.MultiplyAdd(d2, sum, d4)));
        TLanes.Store(v + 5 * to, TLanes.MultiplyAdd(d1, product, TLanes.MultiplyAdd(d3, sum, d5)));
        var outer = TLanes.Create(-2.25f);
        TVector even = TLanes.MultiplyAdd(d2, outer, d4), odd = TLanes.Multiply(TLanes.Create(0.75f), TLanes.MultiplyAdd(d1, outer, d3));
        TLanes.Store(v + to, TLanes.Add(even, odd));
        TLanes.Store(v + 2 * to, TLanes.Subtract(even, odd));
        var inner = TLanes.Create(-0.5625f);
        even = TLanes.MultiplyAdd(d2, inner, d4);
        odd = TLanes.Multiply(TLanes.Create(1.5f), TLanes.MultiplyAdd(d1, inner, d3));
        TLanes.Store(v + 3 * to, TLanes.Add(even, odd));
        TLanes.Store(v + 4 * to, TLanes.Subtract(even, odd));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Filter<TLanes, TVector>(float* g, nint from, float* u, nint to)
        where TLanes : struct, ILanes<TVector> where TVector : unmanaged
    {
        TVector g0 = TLanes.Load(g), g1 = TLanes.Load(g + from), g2 = TLanes.Load(g + 2 * from);
        TLanes.Store(u, TLanes.Multiply(g0, TLanes.Create(1 / 1.265625f)));
        TLanes.Store(u + 5 * to, g2);
        TVector even = TLanes.Multiply(TLanes.Create(1 / -1.8984375f), TLanes.MultiplyAdd(g2, TLanes.Create(0.5625f), g0)),
            odd = TLanes.Multiply(g1, TLanes.Create(0.75f / -1.8984375f));
        TLanes.Store(u + to, TLanes.Add(even, odd));
        TLanes.Store(u + 2 * to, TLanes.Subtract(even, odd));
        even = TLanes.Multiply(TLanes.Create(1 / 7.59375f), TLanes.MultiplyAdd(g2, TLanes.Create(2.25f), g0));
        odd = TLanes.Multiply(g1, TLanes.Create(1.5f / 7.59375f));
        TLanes.Store(u + 3 * to, TLanes.Add(even, odd));
        TLanes.Store(u + 4 * to, TLanes.Subtract(even, odd));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output<TLanes, TVector>(float* m, nint from, float* y, nint to)
        where TLanes : struct, ILanes<TVector> where TVector : unmanaged
    {
        TVector m0 = TLanes.Load(m), m1 = TLanes.Load(m + from), m2 = TLanes.Load(m + 2 * from),
            m3 = TLanes.Load(m + 3 * from), m4 = TLanes.Load(m + 4 * from), m5 = TLanes.Load(m + 5 * from);
        TVector sum1 = TLanes.Add(m1, m2), sum2 = TLanes.Add(m3, m4), gap1 = TLanes.Subtract(m1, m2), gap2 = TLanes.Subtract(m3, m4);
        TLanes.Store(y, TLanes.Add(TLanes.Add(m0, sum1), sum2));
        TLanes.Store(y + to, TLanes.MultiplyAdd(gap2, TLanes.Create(1.5f), TLanes.Multiply(gap1, TLanes.Create(0.75f))));
        TLanes.Store(y + 2 * to, TLanes.MultiplyAdd(sum2, TLanes.Create(2.25f), TLanes.Multiply(sum1, TLanes.Create(0.5625f))));
        TLanes.Store(y + 3 * to, TLanes.MultiplyAdd(gap2, TLanes.Create(3.375f), TLanes.MultiplyAdd(gap1, TLanes.Create(0.421875f), m5)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void OutputAdjoint<TLanes, TVector>(float* y, nint from, float* m, nint to)
        where TLanes : struct, ILanes<TVector> where TVector : unmanaged
    {
        TVector y0 = TLanes.Load(y), y1 = TLanes.Load(y + from), y2 = TLanes.Load(y + 2 * from),
            y3 = TLanes.Load(y + 3 * from);
        TLanes.Store(m, y0);
        TLanes.Store(m + 5 * to, y3);
        TVector even = TLanes.MultiplyAdd(y2, TLanes.Create(0.5625f), y0),
            odd = TLanes.MultiplyAdd(y3, TLanes.Create(0.421875f), TLanes.Multiply(y1, TLanes.Create(0.75f)));
        TLanes.Store(m + to, TLanes.Add(even, odd));
        TLanes.Store(m + 2 * to, TLanes.Subtract(even, odd));
        even = TLanes.MultiplyAdd(y2, TLanes.Create(2.25f), y0);
        odd = TLanes.MultiplyAdd(y3, TLanes.Create(3.375f), TLanes.Multiply(y1, TLanes.Create(1.5f)));
        TLanes.Store(m + 3 * to, TLanes.Add(even, odd));
        TLanes.Store(m + 4 * to, TLanes.Subtract(even, odd));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FilterAdjoint<TLanes, TVector>(float* u, nint from, float* g, nint to)
        where TLanes : struct, ILanes<TVector> where TVector : unmanaged
    {
        TVector u0 = TLanes.Load(u), u1 = TLanes.Load(u + from), u2 = TLanes.Load(u + 2 * from),
            u3 = TLanes.Load(u + 3 * from), u4 = TLanes.Load(u + 4 * from), u5 = TLanes.Load(u + 5 * from);
        TVector scale1 = TLanes.Create(1 / -1.8984375f), scale2 = TLanes.Create(1 / 7.59375f);
        TVector sum1 = TLanes.Multiply(scale1, TLanes.Add(u1, u2)), sum2 = TLanes.Multiply(scale2, TLanes.Add(u3, u4));
        TVector gap1 = TLanes.Multiply(scale1, TLanes.Subtract(u1, u2)), gap2 = TLanes.Multiply(scale2, TLanes.Subtract(u3, u4));
        TLanes.Store(g, TLanes.MultiplyAdd(u0, TLanes.Create(1 / 1.265625f), TLanes.Add(sum1, sum2)));
        TLanes.Store(g + to, TLanes.MultiplyAdd(gap2, TLanes.Create(1.5f), TLanes.Multiply(gap1, TLanes.Create(0.75f))));
        TLanes.Store(g + 2 * to, TLanes.MultiplyAdd(sum2, TLanes.Create(2.25f), TLanes.MultiplyAdd(sum1, TLanes.Create(0.5625f), u5)));
    }
}
