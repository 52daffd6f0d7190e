// Weights w [O, K, K, C] in the order in which mma_convolution.cu reads them, rounded for the tensor cores:
// packed[block of 64 outputs][slice][unit][chunk][output][16 bytes], a unit being a tap and a step of depth, the steps of a tap adjacent.
//
// Forward (transposed 0): output o, depth (p, q, c) of tap (a, b) is w[o, a·s + p, b·s + q, c]: the patch's order of depth.
// Backward data (transposed 1): output (p, q, c), depth o of tap (a, b), the taps flipped: a' = taps − 1 − a, w[o, a'·s + p, b'·s + q, c].
// Zero where an index is beyond its extent.
#include "mma.h"

struct Packing
{
    int outputs, kernel, channels, phases, taps; // of w; taps is the side of the patch's kernel
    int slices, steps, stages;                   // stages of two units per slice
    int transposed;
    long chunks; // of 16 bytes, in all
};

template <class Element> DEVICE void pack(const Packing &p, const float *w, uchar *packed)
{
    int square = p.phases * p.phases * p.channels, outputs = p.transposed ? square : p.outputs, depth = p.transposed ? p.outputs : square;
    for (long i = (long)GROUP_X * 256 + LANE; i < p.chunks; i += (long)GROUPS_X * 256)
    {
        int column = (int)(i & 63), chunk = (int)(i >> 6 & 1);
        long rest = i >> 7;
        int unit = (int)(rest % (2 * p.stages));
        rest /= 2 * p.stages;
        int slice = (int)(rest % p.slices), n = (int)(rest / p.slices) * 64 + column;
        int tap = unit / p.steps, step = unit - tap * p.steps, a = tap / p.taps, b = tap - a * p.taps;
        if (p.transposed) a = p.taps - 1 - a, b = p.taps - 1 - b;
        float v[Element::Chunk];
#pragma unroll
        for (int e = 0; e < Element::Chunk; e++)
        {
            int d = (slice * p.steps + step) * Element::Unit + chunk * Element::Chunk + e, o = p.transposed ? d : n, inner = p.transposed ? n : d;
            int down = inner / (p.phases * p.channels), across = inner / p.channels - down * p.phases;
            int u = a * p.phases + down, t = b * p.phases + across, c = inner % p.channels;
            bool some = n < outputs && d < depth && tap < p.taps * p.taps && u < p.kernel && t < p.kernel;
            v[e] = some ? w[(((long)o * p.kernel + u) * p.kernel + t) * p.channels + c] : 0.0f;
        }
        *(Words *)(packed + i * 16) = Element::round(v);
    }
}

KERNEL(mma_pack_bf16, 256)(IN(float, w), OUT(uchar, packed), const Packing p)
{
    BIND_IN(float, w);
    BIND_OUT(uchar, packed);
    pack<Bf16>(p, w, packed);
}

KERNEL(mma_pack_tf32, 256)(IN(float, w), OUT(uchar, packed), const Packing p)
{
    BIND_IN(float, w);
    BIND_OUT(uchar, packed);
    pack<Tf32>(p, w, packed);
}
