using System.Runtime.CompilerServices;

namespace ActionableModels.Compute.Cpu;

/// <summary>The register tile of 12 rows by one or two vectors. Accumulators are locals, so that they live in registers.</summary>
internal static unsafe class Tile12<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
{
    /// <summary>12 rows × 2 vectors of columns: rows[i] and columns as in <see cref="Contraction"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Double(Contraction* t, float** a, float** from, float** c, float* b, nint bStride, float* init)
    {
        TVector s0a, s0b;
        TVector s1a, s1b;
        TVector s2a, s2b;
        TVector s3a, s3b;
        TVector s4a, s4b;
        TVector s5a, s5b;
        TVector s6a, s6b;
        TVector s7a, s7b;
        TVector s8a, s8b;
        TVector s9a, s9b;
        TVector s10a, s10b;
        TVector s11a, s11b;
        if (t->Accumulate)
        {
            s0a = TLanes.Load(from[0]); s0b = TLanes.Load(from[0] + TLanes.Width);
            s1a = TLanes.Load(from[1]); s1b = TLanes.Load(from[1] + TLanes.Width);
            s2a = TLanes.Load(from[2]); s2b = TLanes.Load(from[2] + TLanes.Width);
            s3a = TLanes.Load(from[3]); s3b = TLanes.Load(from[3] + TLanes.Width);
            s4a = TLanes.Load(from[4]); s4b = TLanes.Load(from[4] + TLanes.Width);
            s5a = TLanes.Load(from[5]); s5b = TLanes.Load(from[5] + TLanes.Width);
            s6a = TLanes.Load(from[6]); s6b = TLanes.Load(from[6] + TLanes.Width);
            s7a = TLanes.Load(from[7]); s7b = TLanes.Load(from[7] + TLanes.Width);
            s8a = TLanes.Load(from[8]); s8b = TLanes.Load(from[8] + TLanes.Width);
            s9a = TLanes.Load(from[9]); s9b = TLanes.Load(from[9] + TLanes.Width);
            s10a = TLanes.Load(from[10]); s10b = TLanes.Load(from[10] + TLanes.Width);
            s11a = TLanes.Load(from[11]); s11b = TLanes.Load(from[11] + TLanes.Width);
        }
        else
        {
            s0a = s1a = s2a = s3a = s4a = s5a = s6a = s7a = s8a = s9a = s10a = s11a = TLanes.Load(init);
            s0b = s1b = s2b = s3b = s4b = s5b = s6b = s7b = s8b = s9b = s10b = s11b = TLanes.Load(init + TLanes.Width);
        }
        float* a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3], a4 = a[4], a5 = a[5], a6 = a[6], a7 = a[7], a8 = a[8], a9 = a[9], a10 = a[10],
            a11 = a[11];
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
                    x = TLanes.Broadcast(a6 + k);
                    s6a = TLanes.MultiplyAdd(x, ba, s6a); s6b = TLanes.MultiplyAdd(x, bb, s6b);
                    x = TLanes.Broadcast(a7 + k);
                    s7a = TLanes.MultiplyAdd(x, ba, s7a); s7b = TLanes.MultiplyAdd(x, bb, s7b);
                    x = TLanes.Broadcast(a8 + k);
                    s8a = TLanes.MultiplyAdd(x, ba, s8a); s8b = TLanes.MultiplyAdd(x, bb, s8b);
                    x = TLanes.Broadcast(a9 + k);
                    s9a = TLanes.MultiplyAdd(x, ba, s9a); s9b = TLanes.MultiplyAdd(x, bb, s9b);
                    x = TLanes.Broadcast(a10 + k);
                    s10a = TLanes.MultiplyAdd(x, ba, s10a); s10b = TLanes.MultiplyAdd(x, bb, s10b);
                    x = TLanes.Broadcast(a11 + k);
                    s11a = TLanes.MultiplyAdd(x, ba, s11a); s11b = TLanes.MultiplyAdd(x, bb, s11b);
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
            s6a = TLanes.Rectify(s6a); s6b = TLanes.Rectify(s6b);
            s7a = TLanes.Rectify(s7a); s7b = TLanes.Rectify(s7b);
            s8a = TLanes.Rectify(s8a); s8b = TLanes.Rectify(s8b);
            s9a = TLanes.Rectify(s9a); s9b = TLanes.Rectify(s9b);
            s10a = TLanes.Rectify(s10a); s10b = TLanes.Rectify(s10b);
            s11a = TLanes.Rectify(s11a); s11b = TLanes.Rectify(s11b);
        }
        TLanes.Store(c[0], s0a); TLanes.Store(c[0] + TLanes.Width, s0b);
        TLanes.Store(c[1], s1a); TLanes.Store(c[1] + TLanes.Width, s1b);
        TLanes.Store(c[2], s2a); TLanes.Store(c[2] + TLanes.Width, s2b);
        TLanes.Store(c[3], s3a); TLanes.Store(c[3] + TLanes.Width, s3b);
        TLanes.Store(c[4], s4a); TLanes.Store(c[4] + TLanes.Width, s4b);
        TLanes.Store(c[5], s5a); TLanes.Store(c[5] + TLanes.Width, s5b);
        TLanes.Store(c[6], s6a); TLanes.Store(c[6] + TLanes.Width, s6b);
        TLanes.Store(c[7], s7a); TLanes.Store(c[7] + TLanes.Width, s7b);
        TLanes.Store(c[8], s8a); TLanes.Store(c[8] + TLanes.Width, s8b);
        TLanes.Store(c[9], s9a); TLanes.Store(c[9] + TLanes.Width, s9b);
        TLanes.Store(c[10], s10a); TLanes.Store(c[10] + TLanes.Width, s10b);
        TLanes.Store(c[11], s11a); TLanes.Store(c[11] + TLanes.Width, s11b);
    }

    /// <summary>12 rows × 1 vector of columns: rows[i] and columns as in <see cref="Contraction"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Single(Contraction* t, float** a, float** from, float** c, float* b, nint bStride, float* init)
    {
        TVector s0a;
        TVector s1a;
        TVector s2a;
        TVector s3a;
        TVector s4a;
        TVector s5a;
        TVector s6a;
        TVector s7a;
        TVector s8a;
        TVector s9a;
        TVector s10a;
        TVector s11a;
        if (t->Accumulate)
        {
            s0a = TLanes.Load(from[0]);
            s1a = TLanes.Load(from[1]);
            s2a = TLanes.Load(from[2]);
            s3a = TLanes.Load(from[3]);
            s4a = TLanes.Load(from[4]);
            s5a = TLanes.Load(from[5]);
            s6a = TLanes.Load(from[6]);
            s7a = TLanes.Load(from[7]);
            s8a = TLanes.Load(from[8]);
            s9a = TLanes.Load(from[9]);
            s10a = TLanes.Load(from[10]);
            s11a = TLanes.Load(from[11]);
        }
        else
        {
            s0a = s1a = s2a = s3a = s4a = s5a = s6a = s7a = s8a = s9a = s10a = s11a = TLanes.Load(init);
        }
        float* a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3], a4 = a[4], a5 = a[5], a6 = a[6], a7 = a[7], a8 = a[8], a9 = a[9], a10 = a[10],
            a11 = a[11];
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
                    x = TLanes.Broadcast(a6 + k);
                    s6a = TLanes.MultiplyAdd(x, ba, s6a);
                    x = TLanes.Broadcast(a7 + k);
                    s7a = TLanes.MultiplyAdd(x, ba, s7a);
                    x = TLanes.Broadcast(a8 + k);
                    s8a = TLanes.MultiplyAdd(x, ba, s8a);
                    x = TLanes.Broadcast(a9 + k);
                    s9a = TLanes.MultiplyAdd(x, ba, s9a);
                    x = TLanes.Broadcast(a10 + k);
                    s10a = TLanes.MultiplyAdd(x, ba, s10a);
                    x = TLanes.Broadcast(a11 + k);
                    s11a = TLanes.MultiplyAdd(x, ba, s11a);
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
            s6a = TLanes.Rectify(s6a);
            s7a = TLanes.Rectify(s7a);
            s8a = TLanes.Rectify(s8a);
            s9a = TLanes.Rectify(s9a);
            s10a = TLanes.Rectify(s10a);
            s11a = TLanes.Rectify(s11a);
        }
        TLanes.Store(c[0], s0a);
        TLanes.Store(c[1], s1a);
        TLanes.Store(c[2], s2a);
        TLanes.Store(c[3], s3a);
        TLanes.Store(c[4], s4a);
        TLanes.Store(c[5], s5a);
        TLanes.Store(c[6], s6a);
        TLanes.Store(c[7], s7a);
        TLanes.Store(c[8], s8a);
        TLanes.Store(c[9], s9a);
        TLanes.Store(c[10], s10a);
        TLanes.Store(c[11], s11a);
    }
}
