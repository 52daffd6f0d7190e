using System.Runtime.CompilerServices;

namespace ActionableModels.Compute.Cpu.Winograd;

/// <summary>F(4×4, 2×2): 25 products for 16 outputs of 4 taps each. Points ±½, ±1¼, ∞.</summary>
internal readonly unsafe struct WinogradTile5 : IWinogradTile
{
    public static int Kernel => 2;

    public static int Points => 5;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input<TLanes, TVector>(float* d, nint from, float* v, nint to)
        where TLanes : struct, ILanes<TVector> where TVector : unmanaged
    {
        TVector d0 = TLanes.Load(d), d1 = TLanes.Load(d + from), d2 = TLanes.Load(d + 2 * from),
            d3 = TLanes.Load(d + 3 * from), d4 = TLanes.Load(d + 4 * from);
        TLanes.Store(v + 4 * to, TLanes.MultiplyAdd(d0, TLanes.Create(0.390625f), TLanes.MultiplyAdd(d2, TLanes.Create(-1.8125f), d4)));
        var outer = TLanes.Create(-1.5625f);
        var odd = TLanes.MultiplyAdd(d1, outer, d3);
        var even = TLanes.Multiply(TLanes.Create(0.5f), TLanes.MultiplyAdd(d0, outer, d2));
        TLanes.Store(v, TLanes.Add(even, odd));
        TLanes.Store(v + to, TLanes.Subtract(even, odd));
        var inner = TLanes.Create(-0.25f);
        odd = TLanes.MultiplyAdd(d1, inner, d3);
        even = TLanes.Multiply(TLanes.Create(1.25f), TLanes.MultiplyAdd(d0, inner, d2));
        TLanes.Store(v + 2 * to, TLanes.Add(even, odd));
        TLanes.Store(v + 3 * to, TLanes.Subtract(even, odd));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Filter<TLanes, TVector>(float* g, nint from, float* u, nint to)
        where TLanes : struct, ILanes<TVector> where TVector : unmanaged
    {
        TVector g0 = TLanes.Load(g), g1 = TLanes.Load(g + from);
        TLanes.Store(u + 4 * to, g1);
        TVector even = TLanes.Multiply(g0, TLanes.Create(1 / -1.3125f)), odd = TLanes.Multiply(g1, TLanes.Create(0.5f / -1.3125f));
        TLanes.Store(u, TLanes.Add(even, odd));
        TLanes.Store(u + to, TLanes.Subtract(even, odd));
        even = TLanes.Multiply(g0, TLanes.Create(1 / 3.28125f));
        odd = TLanes.Multiply(g1, TLanes.Create(1.25f / 3.28125f));
        TLanes.Store(u + 2 * to, TLanes.Add(even, odd));
        TLanes.Store(u + 3 * to, TLanes.Subtract(even, odd));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output<TLanes, TVector>(float* m, nint from, float* y, nint to)
        where TLanes : struct, ILanes<TVector> where TVector : unmanaged
    {
        TVector m0 = TLanes.Load(m), m1 = TLanes.Load(m + from), m2 = TLanes.Load(m + 2 * from),
            m3 = TLanes.Load(m + 3 * from), m4 = TLanes.Load(m + 4 * from);
        TVector sum1 = TLanes.Add(m0, m1), sum2 = TLanes.Add(m2, m3), gap1 = TLanes.Subtract(m0, m1), gap2 = TLanes.Subtract(m2, m3);
        TLanes.Store(y, TLanes.Add(sum1, sum2));
        TLanes.Store(y + to, TLanes.MultiplyAdd(gap2, TLanes.Create(1.25f), TLanes.Multiply(gap1, TLanes.Create(0.5f))));
        TLanes.Store(y + 2 * to, TLanes.MultiplyAdd(sum2, TLanes.Create(1.5625f), TLanes.Multiply(sum1, TLanes.Create(0.25f))));
        TLanes.Store(y + 3 * to, TLanes.MultiplyAdd(gap2, TLanes.Create(1.953125f), TLanes.MultiplyAdd(gap1, TLanes.Create(0.125f), m4)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void OutputAdjoint<TLanes, TVector>(float* y, nint from, float* m, nint to)
        where TLanes : struct, ILanes<TVector> where TVector : unmanaged
    {
        TVector y0 = TLanes.Load(y), y1 = TLanes.Load(y + from), y2 = TLanes.Load(y + 2 * from),
            y3 = TLanes.Load(y + 3 * from);
        TLanes.Store(m + 4 * to, y3);
        TVector even = TLanes.MultiplyAdd(y2, TLanes.Create(0.25f), y0),
            odd = TLanes.MultiplyAdd(y3, TLanes.Create(0.125f), TLanes.Multiply(y1, TLanes.Create(0.5f)));
        TLanes.Store(m, TLanes.Add(even, odd));
        TLanes.Store(m + to, TLanes.Subtract(even, odd));
        even = TLanes.MultiplyAdd(y2, TLanes.Create(1.5625f), y0);
        odd = TLanes.MultiplyAdd(y3, TLanes.Create(1.953125f), TLanes.Multiply(y1, TLanes.Create(1.25f)));
        TLanes.Store(m + 2 * to, TLanes.Add(even, odd));
        TLanes.Store(m + 3 * to, TLanes.Subtract(even, odd));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FilterAdjoint<TLanes, TVector>(float* u, nint from, float* g, nint to)
        where TLanes : struct, ILanes<TVector> where TVector : unmanaged
    {
        TVector u0 = TLanes.Load(u), u1 = TLanes.Load(u + from), u2 = TLanes.Load(u + 2 * from),
            u3 = TLanes.Load(u + 3 * from), u4 = TLanes.Load(u + 4 * from);
        TVector scale1 = TLanes.Create(1 / -1.3125f), scale2 = TLanes.Create(1 / 3.28125f);
        TVector sum1 = TLanes.Multiply(scale1, TLanes.Add(u0, u1)), sum2 = TLanes.Multiply(scale2, TLanes.Add(u2, u3));
        TVector gap1 = TLanes.Multiply(scale1, TLanes.Subtract(u0, u1)), gap2 = TLanes.Multiply(scale2, TLanes.Subtract(u2, u3));
        TLanes.Store(g, TLanes.Add(sum1, sum2));
        TLanes.Store(g + to, TLanes.MultiplyAdd(gap2, TLanes.Create(1.25f), TLanes.MultiplyAdd(gap1, TLanes.Create(0.5f), u4)));
    }
}
