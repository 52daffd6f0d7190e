// Filter gradient of a convolution of 64 to 64 channels at stride 1 on Hopper's tensor cores: dw[o, tap, c] = Σ_q dy[q, o] · x[q + tap, c] over the
// positions of the line (planes.h), dy being zero where there is no output. kernels/README.md has the layouts and the arithmetic.
// targets: sm_90a
#include "planes.h"

// Two warpgroups multiply and one converts; how many registers each of their threads has.
#define THREADS 384
#define WARPS 8
#define CONVERTERS 128
#define MULTIPLY_REGISTERS 216
#define CONVERT_REGISTERS 72
// Positions of a step through shared memory, steps in flight, and positions of one product.
#define STEP 192
#define SLOTS 3
#define DEPTH 16
// Steps by which the L2 cache is ahead of them.
#define PREFETCH 2
// Positions from plane to plane are 1 more than a multiple of 8, so that the 8 pieces of a position lie in different banks.
#define DY_PITCH (STEP + 1)
#define BARRIERS 128u
// Positions that a converting thread has on their way, of which 16 threads have one.
#define FLIGHT 12

// What a block does: the rows of taps `firstRow` and, unless it is alone, the next one, for one part of the line, or for two parts where it is alone.
struct Work
{
    const float *x, *dy;
    Line xLine, dyLine;
    int firstRow, begin, each, steps;
    bool alone;
    uchar *memory;
    uint base, xPitch, slotBytes, places;
};

DEVICE uint full(const Work &w, uint slot) { return w.base + 8 * slot; }
DEVICE uint empty(const Work &w, uint slot) { return w.base + 8 * (SLOTS + slot); }
// Offsets in shared memory of the 8 planes of dy and the 8 of x that a slot holds.
DEVICE uint dy_of(const Work &w, uint slot) { return BARRIERS + slot * w.slotBytes; }
DEVICE uint x_of(const Work &w, uint slot) { return dy_of(w, slot) + PLANES * DY_PITCH * PIECE; }

// The i-th step of a block; beyond the line, none. Two parts alternate, so that they are read when the other rows of taps read them.
DEVICE int step_of(const Work &w, int i) { return w.alone ? w.begin + i / 2 + i % 2 * w.each : w.begin + i; }
DEVICE int steps_of(const Work &w) { return w.alone ? 2 * w.each : w.each; }

DEVICE void convert(const Work &w)
{
    const int thread = LANE - (THREADS - CONVERTERS), channel = thread % 16 * 4, count = STEP + (int)w.xPitch;
    int *places = (int *)(w.memory + w.places);
    Ring ring = {0, 0};
    for (int i = 0; i < steps_of(w); i++)
    {
        const int step = step_of(w, i);
        if (step >= w.steps) continue;
        for (int ahead = i == 0 ? 0 : i + PREFETCH; ahead <= i + PREFETCH && ahead < steps_of(w); ahead++)
        {
            const int next = step_of(w, ahead) * STEP, nextOfX = next + w.firstRow * w.xLine.pitch;
            if (thread == 0) prefetch(w.dyLine, w.dy, next, next + STEP);
            if (thread == 32) prefetch(w.xLine, w.x, nextOfX, nextOfX + (int)w.xPitch);
        }
        named_barrier(1, CONVERTERS);
        for (int p = thread; p < count; p += CONVERTERS)
            places[p] = p < STEP ? source_of(w.dyLine, step * STEP + p).x : source_of(w.xLine, step * STEP + w.firstRow * w.xLine.pitch + p - STEP).x;
        named_barrier(1, CONVERTERS);
        mbarrier_wait(empty(w, ring.slot), ring.parity ^ 1);
        uchar *dy = w.memory + dy_of(w, ring.slot) + thread % 16 / 2 * (DY_PITCH * PIECE) + thread % 2 * 8;
        uchar *x = w.memory + x_of(w, ring.slot) + thread % 16 / 2 * (w.xPitch * PIECE) + thread % 2 * 8;
        for (int first = thread / 16; first < count; first += CONVERTERS / 16 * FLIGHT)
        {
            float4 v[FLIGHT];
#pragma unroll
            for (int f = 0; f < FLIGHT; f++)
            {
                const int p = first + f * (CONVERTERS / 16), from = p < count ? places[p] : -1;
                v[f] = from < 0 ? float4{0, 0, 0, 0} : *(const float4 *)((p < STEP ? w.dy : w.x) + (long)from * CHANNELS + channel);
            }
#pragma unroll
            for (int f = 0; f < FLIGHT; f++)
            {
                const int p = first + f * (CONVERTERS / 16);
                if (p < count) *(uint2 *)(p < STEP ? dy + p * PIECE : x + (p - STEP) * PIECE) = rounded(v[f]);
            }
        }
        fence_proxy_async();
        mbarrier_arrive(full(w, ring.slot));
        next(ring, SLOTS);
    }
}

// d[v] += dyᵀ · x moved by tap (u, v), for one row of taps u. Of a row that is alone, each warpgroup takes every second product's positions.
template <int Kernel> DEVICE void multiply(const Work &w, int group, float (&d)[Kernel][32])
{
    const int warp = warp_index() % 4, lane = LANE % 32;
    const int row = w.alone ? 0 : group, first = w.alone ? group : 0, stride = w.alone ? 2 : 1;
    // ldmatrix: matrices 0, 1 are output channels 0 … 7 and 8 … 15 of this warp at 8 positions, 2 and 3 the same at the next 8.
    const uint fragment = ((2 * warp + lane / 8 % 2) * DY_PITCH + lane / 16 * 8 + lane % 8) * PIECE;
    bool started = false;
    Ring ring = {0, 0};
    for (int i = 0; i < steps_of(w); i++)
    {
        if (step_of(w, i) >= w.steps) continue;
        mbarrier_wait(full(w, ring.slot), ring.parity);
        const uint dy = w.base + dy_of(w, ring.slot) + fragment;
        const ulong x = wgmma_descriptor(w.base + x_of(w, ring.slot) + row * w.xLine.pitch * PIECE, 8 * PIECE, w.xPitch * PIECE);
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
                if (lane == 0 && at == first && half == 0 && started) mbarrier_arrive(empty(w, before(ring, SLOTS)));
            }
        started = true;
        next(ring, SLOTS);
    }
#pragma unroll
    for (int v = 0; v < Kernel; v++) wgmma_finish(d[v]);
}

// Block b of part · pairs … takes rows of taps 2p and 2p + 1 of part b / pairs; the blocks after them take the last row, and two parts each.
template <int Kernel> DEVICE void gradient(uchar *memory, const float *x, const float *dy, float *partials, int parts, int steps, const Line &xLine,
    const Line &dyLine)
{
    const int pairs = Kernel / 2;
    const bool alone = GROUP_X >= parts * pairs;
    const int part = alone ? (GROUP_X - parts * pairs) * 2 : GROUP_X / pairs, each = (steps + parts - 1) / parts;
    const uint xPitch = STEP + ((alone ? 0 : xLine.pitch) + Kernel - 1 + 7) / 8 * 8 + 1, slotBytes = PLANES * (DY_PITCH + xPitch) * PIECE;
    const Work w = {x, dy, xLine, dyLine, alone ? Kernel - 1 : GROUP_X % pairs * 2, part * each, each, steps, alone, memory, shared_address(memory),
        xPitch, slotBytes, BARRIERS + SLOTS * slotBytes};
    const int warp = warp_index(), group = warp / 4;
    if (LANE == 0)
    {
        for (uint slot = 0; slot < SLOTS; slot++) mbarrier_init(full(w, slot), CONVERTERS), mbarrier_init(empty(w, slot), WARPS);
        fence_mbarrier_init();
    }
    BARRIER();
    if (warp >= WARPS)
    {
        registers_less<CONVERT_REGISTERS>();
        convert(w);
    }
    else
    {
        registers_more<MULTIPLY_REGISTERS>();
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

// x is [images, height, width, 64] with `margin` zeros before it, dy [images, outHeight, outWidth, 64] on the same line without; partials [parts,
// 64, Kernel, Kernel, 64] with an even number of parts.
#define GRADIENT(Kernel)                                                                                                                \
    KERNEL_ALONE(conv_wgmma_filter_##Kernel, THREADS)(IN(float, x), IN(float, dy), OUT(float, partials), const int parts,               \
        const int steps, const int images, const int height, const int width, const int margin, const int rows, const int pitch,        \
        const int outHeight, const int outWidth)                                                                                        \
    {                                                                                                                                   \
        DYNAMIC_SHARED(memory);                                                                                                         \
        BIND_IN(float, x);                                                                                                              \
        BIND_IN(float, dy);                                                                                                             \
        BIND_OUT(float, partials);                                                                                                      \
        gradient<Kernel>(memory, x, dy, partials, parts, steps, Line{images, 1, height, width, margin, rows, pitch},                    \
            Line{images, 1, outHeight, outWidth, 0, rows, pitch});                                                                      \
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
