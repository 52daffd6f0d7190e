// Filter gradient of a convolution of 64 to 64 channels at stride 1 on Hopper's tensor cores: dw[o, tap, c] = Σ_q dy[q, o] · x[q + tap, c] over the
// positions of the line (planes.h), dy being zero where there is no output. kernels/notes-wgmma.md has the layouts and the arithmetic.
// targets: sm_90a
#include "planes.h"

// Two warpgroups multiply, and one, of which one thread works, fetches.
#define THREADS 384
#define WARPS 8
// Positions of a step through shared memory, steps in flight, and positions of one product.
#define STEP 192
#define SLOTS 3
#define DEPTH 16
#define BARRIERS 128u

// What a block does: the rows of taps `firstRow` and, unless it is alone, the next one, for one part of the line.
struct Work
{
    const uchar *x, *dy;
    int xPositions, dyPositions, firstRow, pitch, begin, end;
    bool alone;
    uint base, reach;
};

DEVICE uint full(const Work &w, uint slot) { return w.base + 8 * slot; }
DEVICE uint empty(const Work &w, uint slot) { return w.base + 8 * (SLOTS + slot); }
// A slot holds 8 planes of dy and 8 of x, these with the window's reach.
DEVICE uint dy_of(const Work &w, uint slot) { return w.base + BARRIERS + slot * PLANES * (2 * STEP + w.reach) * PIECE; }
DEVICE uint x_of(const Work &w, uint slot) { return dy_of(w, slot) + PLANES * STEP * PIECE; }

DEVICE void fetch(const Work &w)
{
    Ring ring = {0, 0};
    for (int step = w.begin; step < w.end; step++)
    {
        mbarrier_wait(empty(w, ring.slot), ring.parity ^ 1);
        mbarrier_arrive_expect(full(w, ring.slot), PLANES * (2 * STEP + w.reach) * PIECE);
        const uint xBytes = (STEP + w.reach) * PIECE;
        for (int plane = 0; plane < PLANES; plane++)
        {
            bulk_load(dy_of(w, ring.slot) + plane * STEP * PIECE, w.dy + ((long)plane * w.dyPositions + (long)step * STEP) * PIECE, STEP * PIECE,
                full(w, ring.slot));
            bulk_load(x_of(w, ring.slot) + plane * xBytes, w.x + ((long)plane * w.xPositions + (long)step * STEP + w.firstRow * w.pitch) * PIECE,
                xBytes, full(w, ring.slot));
        }
        next(ring, SLOTS);
    }
}

// d[v] += dyᵀ · x moved by tap (u, v), for one row of taps u. Of a row that is alone, each warpgroup takes every second product's positions.
template <int Kernel> DEVICE void multiply(const Work &w, int group, float (&d)[Kernel][32])
{
    const int warp = LANE / 32 % 4, lane = LANE % 32;
    const int row = w.alone ? 0 : group, first = w.alone ? group : 0, stride = w.alone ? 2 : 1;
    // ldmatrix: matrices 0, 1 are output channels 0 … 7 and 8 … 15 of this warp at 8 positions, 2 and 3 the same at the next 8.
    const uint fragment = ((2 * warp + lane / 8 % 2) * STEP + lane / 16 * 8 + lane % 8) * PIECE;
    Ring ring = {0, 0};
    for (int step = w.begin; step < w.end; step++)
    {
        mbarrier_wait(full(w, ring.slot), ring.parity);
        const uint dy = dy_of(w, ring.slot) + fragment;
        const ulong x = wgmma_descriptor(x_of(w, ring.slot) + row * w.pitch * PIECE, 8 * PIECE, (STEP + w.reach) * PIECE);
        for (int at = first; at < STEP / DEPTH; at += 2 * stride)
#pragma unroll
            for (int half = 0; half < 2; half++)
            {
                // The products before the last group's are finished, so these registers are free.
                uint a[4];
                const int position = (at + half * stride) * DEPTH;
                ldmatrix_x4_transposed(a, dy + position * PIECE);
                wgmma_fence();
#pragma unroll
                for (int v = 0; v < Kernel; v++) wgmma_bf16_transposed(d[v], a, x + (position + v));
                wgmma_commit();
                wgmma_wait<1>();
                if (LANE % 32 == 0 && at == first && half == 0 && step > w.begin) mbarrier_arrive(empty(w, before(ring, SLOTS)));
            }
        next(ring, SLOTS);
    }
#pragma unroll
    for (int v = 0; v < Kernel; v++) wgmma_finish(d[v]);
}

// Block b of part · pairs … takes rows of taps 2p and 2p + 1 of part b / pairs; the blocks after them take the last row, and two parts each.
template <int Kernel> DEVICE void gradient(uchar *memory, const uchar *x, const uchar *dy, float *partials, int parts, int steps, int xPositions,
    int pitch)
{
    const int pairs = Kernel / 2;
    const bool alone = GROUP_X >= parts * pairs;
    const int part = alone ? (GROUP_X - parts * pairs) * 2 : GROUP_X / pairs, each = (steps + parts - 1) / parts;
    const int begin = part * each, end = begin + (alone ? 2 * each : each);
    const uint reach = ((alone ? 0 : pitch) + Kernel - 1 + 7) / 8 * 8;
    const Work w = {x, dy, xPositions, steps * STEP, alone ? Kernel - 1 : GROUP_X % pairs * 2, pitch, begin < steps ? begin : steps,
        end < steps ? end : steps, alone, shared_address(memory), reach};
    const int warp = LANE / 32, group = warp / 4;
    if (LANE == 0)
    {
        for (uint slot = 0; slot < SLOTS; slot++) mbarrier_init(full(w, slot), 1), mbarrier_init(empty(w, slot), WARPS);
        fence_mbarrier_init();
    }
    BARRIER();
    if (warp >= WARPS)
    {
        registers_less<40>();
        if (LANE == WARPS * 32) fetch(w);
    }
    else
    {
        registers_more<232>();
        float d[Kernel][32];
#pragma unroll
        for (int v = 0; v < Kernel; v++)
        {
#pragma unroll
            for (int i = 0; i < 32; i++) d[v][i] = 0;
            wgmma_pin(d[v]);
        }
        multiply<Kernel>(w, group, d);

        const int u = w.firstRow + (alone ? 0 : group), o = warp % 4 * 16 + LANE % 32 / 4;
        float *out = partials + (long)(part + (alone ? group : 0)) * CHANNELS * Kernel * Kernel * CHANNELS;
#pragma unroll
        for (int v = 0; v < Kernel; v++)
#pragma unroll
            for (int i = 0; i < 32; i += 2)
            {
                float2 *at = (float2 *)(out + ((o + (i & 2 ? 8 : 0)) * Kernel * Kernel + u * Kernel + v) * CHANNELS + i / 4 * 8 + LANE % 4 * 2);
                *at = float2{d[v][i], d[v][i + 1]};
            }
    }
}

// x and dy are conv_planes' output; partials [parts, 64, Kernel, Kernel, 64] with an even number of parts.
#define GRADIENT(Kernel)                                                                                                                \
    KERNEL_ALONE(conv_wgmma_filter_##Kernel, THREADS)(IN(uchar, x), IN(uchar, dy), OUT(float, partials), const int parts,               \
        const int steps, const int xPositions, const int pitch)                                                                         \
    {                                                                                                                                   \
        DYNAMIC_SHARED(memory);                                                                                                         \
        BIND_IN(uchar, x);                                                                                                              \
        BIND_IN(uchar, dy);                                                                                                             \
        BIND_OUT(float, partials);                                                                                                      \
        gradient<Kernel>(memory, x, dy, partials, parts, steps, xPositions, pitch);                                                     \
    }
GRADIENT(3)
GRADIENT(5)

// dw[i] = Σ_p partials[p, i], in the order of the parts.
KERNEL(conv_wgmma_filter_sum, 256)(IN(float, partials), OUT(float, dw), const int parts, const int count)
{
    BIND_IN(float, partials);
    BIND_OUT(float, dw);
    const int i = GROUP_X * 256 + LANE;
    if (i >= count) return;
    float sum = 0;
    for (int p = 0; p < parts; p++) sum += partials[(long)p * count + i];
    dw[i] = sum;
}
