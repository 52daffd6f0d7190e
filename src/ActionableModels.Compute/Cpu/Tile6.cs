using System.Runtime.CompilerServices;

namespace ActionableModels.Compute.Cpu;

/// <summary>The register tile of 6 rows by one or two vectors. Accumulators are locals, so that they live in registers.</summary>
internal static unsafe class Tile6<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
{
    /// <summary>6 rows × 2 vectors of columns: rows[i] and columns as in <see cref="Contraction"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Double(Contraction* t, float** a, float** from, float** c, float* b, nint bStride, float* init)
    {
        TVector s0a, s0b;
        TVector s1a, s1b;
        TVector s2a, s2b;
        TVector s3a, s3b;
        TVector s4a, s4b;
        TVector s5a, s5b;
        if (t->Accumulate)
        {
            s0a = TLanes.Load(from[0]); s0b = TLanes.Load(from[0] + TLanes.Width);
            s1a = TLanes.Load(from[1]); s1b = TLanes.Load(from[1] + TLanes.Width);
            s2a = TLanes.Load(from[2]); s2b = TLanes.Load(from[2] + TLanes.Width);
            s3a = TLanes.Load(from[3]); s3b = TLanes.Load(from[3] + TLanes.Width);
            s4a = TLanes.Load(from[4]); s4b = TLanes.Load(from[4] + TLanes.Width);
            s5a = TLanes.Load(from[5]); s5b = TLanes.Load(from[5] + TLanes.Width);
        }
        else
        {
            s0a = s1a = s2a = s3a = s4a = s5a = TLanes.Load(init);
            s0b = s1b = s2b = s3b = s4b = s5b = TLanes.Load(init + TLanes.Width);
        }
        float* a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3], a4 = a[4], a5 = a[5];
        nint n0 = t->K0, n1 = t->K1, n2 = t->K2, step = t->S2, gap = t->BGap * bStride, offset0 = 0;
        for (nint i0 = 0; i0 < n0; i0++, offset0 += t->S0)
        {
            var offset1 = offset0;
            for (nint i1 = 0; i1 < n1; i1++, offset1 += t->S1, b += gap)
            {
                var k = offset1;
                for (var i2 = n2; i2 > 0; i2--, k += step, b += bStride)
                {
                    var ba = TLanes.Load(b);
                    var bb = TLanes.Load(b + TLanes.Width);
                    var x = TLanes.Broadcast(a0 + k);
                    s0a = TLanes.MultiplyAdd(x, ba, s0a); s0b = TLanes.MultiplyAdd(x, bb, s0b);
                    x = TLanes.Broadcast(a1 + k);
                    s1a = TLanes.MultiplyAdd(x, ba, s1a); s1b = TLanes.MultiplyAdd(x, bb, s1b);
                    x = TLanes.Broadcast(a2 + k);
                    s2a = TLanes.MultiplyAdd(x, ba, s2a); s2b = TLanes.MultiplyAdd(x, bb, s2b);
                    x = TLanes.Broadcast(a3 + k);
                    s3a = TLanes.MultiplyAdd(x, ba, s3a); s3b = TLanes.MultiplyAdd(x, bb, s3b);
                    x = TLanes.Broadcast(a4 + k);
                    s4a = TLanes.MultiplyAdd(x, ba, s4a); s4b = TLanes.MultiplyAdd(x, bb, s4b);
                    x = TLanes.Broadcast(a5 + k);
                    s5a = TLanes.MultiplyAdd(x, ba, s5a); s5b = TLanes.MultiplyAdd(x, bb, s5b);
                }
            }
        }
        if (t->Relu)
        {
            s0a = TLanes.Rectify(s0a); s0b = TLanes.Rectify(s0b);
            s1a = TLanes.Rectify(s1a); s1b = TLanes.Rectify(s1b);
            s2a = TLanes.Rectify(s2a); s2b = TLanes.Rectify(s2b);
            s3a = TLanes.Rectify(s3a); s3b = TLanes.Rectify(s3b);
            s4a = TLanes.Rectify(s4a); s4b = TLanes.Rectify(s4b);
            s5a = TLanes.Rectify(s5a); s5b = TLanes.Rectify(s5b);
        }
        TLanes.Store(c[0], s0a); TLanes.Store(c[0] + TLanes.Width, s0b);
        TLanes.Store(c[1], s1a); TLanes.Store(c[1] + TLanes.Width, s1b);
        TLanes.Store(c[2], s2a); TLanes.Store(c[2] + TLanes.Width, s2b);
        TLanes.Store(c[3], s3a); TLanes.Store(c[3] + TLanes.Width, s3b);
        TLanes.Store(c[4], s4a); TLanes.Store(c[4] + TLanes.Width, s4b);
        TLanes.Store(c[5], s5a); TLanes.Store(c[5] + TLanes.Width, s5b);
    }

    /// <summary>6 rows × 1 vector of columns: rows[i] and columns as in <see cref="Contraction"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Single(Contraction* t, float** a, float** from, float** c, float* b, nint bStride, float* init)
    {
        TVector s0a;
        TVector s1a;
        TVector s2a;
        TVector s3a;
        TVector s4a;
        TVector s5a;
        if (t->Accumulate)
        {
            s0a = TLanes.Load(from[0]);
            s1a = TLanes.Load(from[1]);
            s2a = TLanes.Load(from[2]);
            s3a = TLanes.Load(from[3]);
            s4a = TLanes.Load(from[4]);
            s5a = TLanes.Load(from[5]);
        }
        else
        {
            s0a = s1a = s2a = s3a = s4a = s5a = TLanes.Load(init);
        }
        float* a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3], a4 = a[4], a5 = a[5];
        nint n0 = t->K0, n1 = t->K1, n2 = t->K2, step = t->S2, gap = t->BGap * bStride, offset0 = 0;
        for (nint i0 = 0; i0 < n0; i0++, offset0 += t->S0)
        {
            var offset1 = offset0;
            for (nint i1 = 0; i1 < n1; i1++, offset1 += t->S1, b += gap)
            {
                var k = offset1;
                for (var i2 = n2; i2 > 0; i2--, k += step, b += bStride)
                {
                    var ba = TLanes.Load(b);
                    var x = TLanes.Broadcast(a0 + k);
                    s0a = TLanes.MultiplyAdd(x, ba, s0a);
                    x = TLanes.Broadcast(a1 + k);
                    s1a = TLanes.MultiplyAdd(x, ba, s1a);
                    x = TLanes.Broadcast(a2 + k);
                    s2a = TLanes.MultiplyAdd(x, ba, s2a);
                    x = TLanes.Broadcast(a3 + k);
                    s3a = TLanes.MultiplyAdd(x, ba, s3a);
                    x = TLanes.Broadcast(a4 + k);
                    s4a = TLanes.MultiplyAdd(x, ba, s4a);
                    x = TLanes.Broadcast(a5 + k);
                    s5a = TLanes.MultiplyAdd(x, ba, s5a);
                }
            }
        }
        if (t->Relu)
        {
            s0a = TLanes.Rectify(s0a);
            s1a = TLanes.Rectify(s1a);
            s2a = TLanes.Rectify(s2a);
            s3a = TLanes.Rectify(s3a);
            s4a = TLanes.Rectify(s4a);
            s5a = TLanes.Rectify(s5a);
        }
        TLanes.Store(c[0], s0a);
        TLanes.Store(c[1], s1a);
        TLanes.Store(c[2], s2a);
        TLanes.Store(c[3], s3a);
        TLanes.Store(c[4], s4a);
        TLanes.Store(c[5], s5a);
    }
}
