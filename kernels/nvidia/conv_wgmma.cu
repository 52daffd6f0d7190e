// Convolution of 64 to 64 channels at stride 1 on Hopper's tensor cores: y = act(bias + Σ_taps weights(tap) · positions moved by the tap), and the
// gradient of its input, which is the same with other weights. kernels/notes-wgmma.md has the layouts, the tile's arithmetic and their sources.
// targets: sm_90a
#include "planes.h"

// Two warpgroups multiply, N positions each, and one warp fetches.
#define THREADS 288
#define GROUPS 2
#define WARPS 8
// Channels of a slice, which is the depth of one product, and bytes of its weights at one tap: a 64×16 matrix.
#define SLICE 16
#define SLICES (CHANNELS / SLICE)
#define MATRIX 2048u
// Bytes of an output position on its way out: 4 banks more than 64 floats, so that a warp's stores meet no bank twice.
#define OUT_PITCH 272u
#define BARRIERS 512u

// What a block needs to know of the layer, and where things lie in its shared memory.
struct Layer
{
    const uchar *planes, *weights;
    int positions, rows, pitch, tiles;
    uint pixelBytes, pixelSlots, weightBytes, weightSlots, base, pixels, matrices;
};

// Barriers: pixel buffers full, free; weight buffers full, free.
DEVICE uint pixels_full(const Layer &l, uint slot) { return l.base + 8 * slot; }
DEVICE uint pixels_free(const Layer &l, uint slot) { return l.base + 8 * (l.pixelSlots + slot); }
DEVICE uint weights_full(const Layer &l, uint slot) { return l.base + 8 * (2 * l.pixelSlots + slot); }
DEVICE uint weights_free(const Layer &l, uint slot) { return l.base + 8 * (2 * l.pixelSlots + l.weightSlots + slot); }

// One thread fetches what both warpgroups read: for each slice its two planes of the tile's positions, then its weights, a row of taps at a time.
template <int Kernel, int N> DEVICE void fetch(const Layer &l)
{
    Ring pixel = {0, 0}, weight = {0, 0};
    for (int tile = GROUP_X; tile < l.tiles; tile += GROUPS_X)
        for (int slice = 0; slice < SLICES; slice++)
        {
            mbarrier_wait(pixels_free(l, pixel.slot), pixel.parity ^ 1);
            mbarrier_arrive_expect(pixels_full(l, pixel.slot), l.pixelBytes);
            for (int half = 0; half < 2; half++)
                bulk_load(l.pixels + pixel.slot * l.pixelBytes + half * (l.pixelBytes / 2),
                    l.planes + ((long)(2 * slice + half) * l.positions + (long)tile * (GROUPS * N)) * PIECE, l.pixelBytes / 2,
                    pixels_full(l, pixel.slot));
            next(pixel, l.pixelSlots);
            for (int u = 0; u < Kernel; u++)
            {
                mbarrier_wait(weights_free(l, weight.slot), weight.parity ^ 1);
                mbarrier_arrive_expect(weights_full(l, weight.slot), l.weightBytes);
                bulk_load(l.matrices + weight.slot * l.weightBytes, l.weights + (long)(slice * Kernel + u) * l.weightBytes, l.weightBytes,
                    weights_full(l, weight.slot));
                next(weight, l.weightSlots);
            }
        }
}

// Multiplies all slices and taps of a tile: d += weights · positions of this warpgroup.
template <int Kernel, int N> DEVICE void multiply(const Layer &l, Ring &pixel, Ring &weight, int group, float (&d)[N / 2])
{
    const bool first = LANE % 32 == 0;
    for (int slice = 0; slice < SLICES; slice++)
    {
        mbarrier_wait(pixels_full(l, pixel.slot), pixel.parity);
        const ulong b = wgmma_descriptor(l.pixels + pixel.slot * l.pixelBytes + group * N * PIECE, l.pixelBytes / 2, 8 * PIECE);
        for (int u = 0; u < Kernel; u++)
        {
            mbarrier_wait(weights_full(l, weight.slot), weight.parity);
            const ulong a = wgmma_descriptor(l.matrices + weight.slot * l.weightBytes, MATRIX / 2, 8 * PIECE);
            wgmma_fence();
            // Descriptors count addresses in pieces.
#pragma unroll
            for (int v = 0; v < Kernel; v++) wgmma_bf16(d, a + v * (MATRIX / PIECE), b + (u * l.pitch + v));
            wgmma_commit();
            // With one row of taps unfinished, the one before has been read.
            wgmma_wait<1>();
            if (first && slice + u > 0) mbarrier_arrive(weights_free(l, before(weight, l.weightSlots)));
            if (first && slice > 0 && u == 0) mbarrier_arrive(pixels_free(l, before(pixel, l.pixelSlots)));
            next(weight, l.weightSlots);
        }
        next(pixel, l.pixelSlots);
    }
    wgmma_finish(d);
    if (!first) return;
    mbarrier_arrive(weights_free(l, before(weight, l.weightSlots)));
    mbarrier_arrive(pixels_free(l, before(pixel, l.pixelSlots)));
}

template <int Kernel, int N> DEVICE void convolve(uchar *memory, const Layer &l, const float *bias, float *y, int images, int height, int width, bool relu)
{
    const int warp = LANE / 32, lane = LANE % 32;
    if (LANE == 0)
    {
        for (uint slot = 0; slot < l.pixelSlots; slot++) mbarrier_init(pixels_full(l, slot), 1), mbarrier_init(pixels_free(l, slot), WARPS);
        for (uint slot = 0; slot < l.weightSlots; slot++) mbarrier_init(weights_full(l, slot), 1), mbarrier_init(weights_free(l, slot), WARPS);
        fence_mbarrier_init();
    }
    BARRIER();
    if (warp == WARPS)
    {
        if (lane == 0) fetch<Kernel, N>(l);
        return;
    }

    const int group = warp / 4, row = warp % 4 * 16 + lane / 4;
    uchar *out = memory + BARRIERS + group * N * OUT_PITCH;
    const float low = bias ? bias[row] : 0, high = bias ? bias[row + 8] : 0;
    Ring pixel = {0, 0}, weight = {0, 0};
    for (int tile = GROUP_X; tile < l.tiles; tile += GROUPS_X)
    {
        float d[N / 2];
#pragma unroll
        for (int i = 0; i < N / 2; i++) d[i] = 0;
        wgmma_pin(d);
        multiply<Kernel, N>(l, pixel, weight, group, d);

        bulk_store_wait_read();
        named_barrier(1 + group, 128);
#pragma unroll
        for (int i = 0; i < N / 2; i++)
        {
            const float sum = d[i] + (i & 2 ? high : low);
            const int column = i / 4 * 8 + lane % 4 * 2 + i % 2;
            *(float *)(out + column * OUT_PITCH + (i & 2 ? row + 8 : row) * 4) = relu && sum < 0 ? 0 : sum;
        }
        fence_proxy_async();
        named_barrier(1 + group, 128);
        for (int p = LANE % 128; p < N; p += 128)
        {
            const Place at = place_of((tile * GROUPS + group) * N + p, l.rows, l.pitch);
            if (at.image < images && at.row < height && at.column < width)
                bulk_store(y + (((long)at.image * height + at.row) * width + at.column) * CHANNELS, shared_address(out + p * OUT_PITCH), CHANNELS * 4);
        }
        bulk_store_commit();
    }
    bulk_store_wait();
}

// A kernel for windows of Kernel×Kernel. planes and weights are conv_planes' output, y is [images, height, width, 64]. A tile is 2·N positions;
// the planes reach past the last one by the window's rows and columns.
#define CONVOLVE(Kernel, N)                                                                                                                 \
    KERNEL(conv_wgmma_##Kernel##_##N, THREADS)(IN(uchar, planes), IN(uchar, weights), IN(float, bias), OUT(float, y), const int images,     \
        const int height, const int width, const int rows, const int pitch, const int positions, const int tiles, const int pixelSlots,     \
        const int weightSlots, const int relu)                                                                                              \
    {                                                                                                                                       \
        DYNAMIC_SHARED(memory);                                                                                                             \
        BIND_IN(uchar, planes);                                                                                                             \
        BIND_IN(uchar, weights);                                                                                                            \
        BIND_IN(float, bias);                                                                                                               \
        BIND_OUT(float, y);                                                                                                                 \
        const uint base = shared_address(memory), pixels = base + BARRIERS + GROUPS * N * OUT_PITCH;                                        \
        const uint reach = (Kernel - 1) * (pitch + 1), pixelBytes = 2 * PIECE * (GROUPS * N + (reach + 7) / 8 * 8);                         \
        const Layer l = {planes, weights, positions, rows, pitch, tiles, pixelBytes, (uint)pixelSlots, Kernel * MATRIX, (uint)weightSlots,  \
            base, pixels, pixels + pixelSlots * pixelBytes};                                                                                \
        convolve<Kernel, N>(memory, l, bias_memory ? bias : (const float *)nullptr, y, images, height, width, relu != 0);                   \
    }
CONVOLVE(3, 32)
CONVOLVE(3, 64)
CONVOLVE(3, 96)
CONVOLVE(3, 128)
CONVOLVE(3, 192)
CONVOLVE(3, 240)
CONVOLVE(5, 64)
CONVOLVE(5, 96)
CONVOLVE(5, 128)
CONVOLVE(5, 192)
CONVOLVE(5, 200)
CONVOLVE(5, 240)
