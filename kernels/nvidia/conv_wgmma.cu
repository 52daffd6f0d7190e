// Convolution of 64 to 64 channels at stride 1 on Hopper's tensor cores: y = act(bias + Σ_taps weights(tap) · positions moved by the tap), and the
// gradient of its input, which is the same with other weights. The positions are those of planes.h, rounded to bf16 on their way into shared
// memory; weights come and outputs go by bulk copies. kernels/README.md has the layouts, the tile's arithmetic and their sources.
// targets: sm_90a
#include "planes.h"

// Two warpgroups multiply, N positions each; of the third, one warp fetches weights and three convert positions.
#define THREADS 384
#define GROUPS 2
#define WARPS 8
#define CONVERTERS 96
// Channels of a slice, which is the depth of one product, and bytes of its weights at one tap: a 64×16 matrix.
#define SLICE 16
#define SLICES (CHANNELS / SLICE)
#define MATRIX 2048u
// Bytes of an output position on its way out: 4 banks more than 64 floats, so that a warp's stores meet no bank twice.
#define OUT_PITCH 272u
#define BARRIERS 512u

// What is read, x or with a table max(0, x + table + tableBias) by the border table of each image (Device.BorderTableAdd), and what is written.
struct Maps
{
    const float *x, *table, *tableBias, *bias;
    float *y;
    Line line;
    int outHeight, outWidth;
};

// The parts of shared memory: barriers, outputs, two numbers a position, slices of positions, matrices of weights.
struct Shared
{
    uchar *memory;
    uint base, places, pixels, matrices, pixelBytes, pixelSlots, weightBytes, weightSlots;
    // Whether there is a slot for each row of taps of each slice, so that weights are fetched once.
    bool weightsStay;
};

DEVICE uint pixels_full(const Shared &s, uint slot) { return s.base + 8 * slot; }
DEVICE uint pixels_free(const Shared &s, uint slot) { return s.base + 8 * (s.pixelSlots + slot); }
DEVICE uint weights_full(const Shared &s, uint slot) { return s.base + 8 * (2 * s.pixelSlots + slot); }
DEVICE uint weights_free(const Shared &s, uint slot) { return s.base + 8 * (2 * s.pixelSlots + s.weightSlots + slot); }

// One thread fetches the weights, a row of taps of a slice at a time.
template <int Kernel> DEVICE void fetch(const Shared &s, const uchar *weights, int tiles)
{
    Ring weight = {0, 0};
    for (int tile = GROUP_X; tile < tiles && !(s.weightsStay && tile > GROUP_X); tile += GROUPS_X)
        for (int row = 0; row < SLICES * Kernel; row++)
        {
            mbarrier_wait(weights_free(s, weight.slot), weight.parity ^ 1);
            mbarrier_arrive_expect(weights_full(s, weight.slot), s.weightBytes);
            bulk_load(s.matrices + weight.slot * s.weightBytes, weights + row * s.weightBytes, s.weightBytes, weights_full(s, weight.slot));
            next(weight, s.weightSlots);
        }
}

DEVICE float4 relu(float4 x) { return float4{x.x < 0 ? 0 : x.x, x.y < 0 ? 0 : x.y, x.z < 0 ? 0 : x.z, x.w < 0 ? 0 : x.w}; }

// Four threads convert a position's slice of 16 channels, 4 channels each.
template <bool Border> DEVICE void convert(const Shared &s, const Maps &m, int tiles, int tilePositions)
{
    const int thread = LANE - (THREADS - CONVERTERS), quarter = thread % 4, count = s.pixelBytes / (2 * PIECE);
    // Positions that a thread has on their way at a time.
    constexpr int Flight = Border ? 8 : 16;
    int2 *places = (int2 *)(s.memory + s.places);
    Ring pixel = {0, 0};
    for (int tile = GROUP_X; tile < tiles; tile += GROUPS_X)
    {
        // The L2 cache is one tile ahead.
        if (!Border && thread == 0)
            for (int ahead = tile == GROUP_X ? tile : tile + GROUPS_X; ahead < tiles && ahead <= tile + GROUPS_X; ahead += GROUPS_X)
                prefetch(m.line, m.x, ahead * tilePositions, ahead * tilePositions + count);
        named_barrier(1 + GROUPS, CONVERTERS);
        for (int p = thread; p < count; p += CONVERTERS) places[p] = source_of(m.line, tile * tilePositions + p);
        named_barrier(1 + GROUPS, CONVERTERS);
        for (int slice = 0; slice < SLICES; slice++)
        {
            const int channel = slice * SLICE + quarter * 4;
            const float4 bias = Border && m.tableBias ? *(const float4 *)(m.tableBias + channel) : float4{0, 0, 0, 0};
            uchar *to = s.memory + s.pixels + pixel.slot * s.pixelBytes + quarter / 2 * (s.pixelBytes / 2) + quarter % 2 * 8;
            mbarrier_wait(pixels_free(s, pixel.slot), pixel.parity ^ 1);
            for (int first = thread / 4; first < count; first += CONVERTERS / 4 * Flight)
            {
                float4 v[Flight], add[Flight];
                bool isOfMap[Flight];
#pragma unroll
                for (int f = 0; f < Flight; f++)
                {
                    const int p = first + f * (CONVERTERS / 4);
                    const int2 from = p < count ? places[p] : int2{-1, 0};
                    isOfMap[f] = from.x >= 0;
                    v[f] = isOfMap[f] ? *(const float4 *)(m.x + (long)from.x * CHANNELS + channel) : float4{0, 0, 0, 0};
                    if (Border) add[f] = isOfMap[f] ? *(const float4 *)(m.table + (long)from.y * CHANNELS + channel) : float4{0, 0, 0, 0};
                }
#pragma unroll
                for (int f = 0; f < Flight; f++)
                {
                    const int p = first + f * (CONVERTERS / 4);
                    if (Border && isOfMap[f]) v[f] = relu(v[f] + add[f] + bias);
                    if (p < count) *(uint2 *)(to + p * PIECE) = rounded(v[f]);
                }
            }
            fence_proxy_async();
            mbarrier_arrive(pixels_full(s, pixel.slot));
            next(pixel, s.pixelSlots);
        }
    }
}

// Multiplies all slices and taps of a tile: d += weights · positions of this warpgroup.
template <int Kernel, int N> DEVICE void multiply(const Shared &s, int pitch, Ring &pixel, Ring &weight, int group, float (&d)[N / 2])
{
    const bool first = LANE % 32 == 0;
    for (int slice = 0; slice < SLICES; slice++)
    {
        mbarrier_wait(pixels_full(s, pixel.slot), pixel.parity);
        const ulong b = wgmma_descriptor(s.base + s.pixels + pixel.slot * s.pixelBytes + group * N * PIECE, s.pixelBytes / 2, 8 * PIECE);
        for (int u = 0; u < Kernel; u++)
        {
            mbarrier_wait(weights_full(s, weight.slot), s.weightsStay ? 0 : weight.parity);
            const ulong a = wgmma_descriptor(s.matrices + weight.slot * s.weightBytes, MATRIX / 2, 8 * PIECE);
            wgmma_fence();
            // Descriptors count addresses in pieces.
#pragma unroll
            for (int v = 0; v < Kernel; v++) wgmma_bf16(d, a + v * (MATRIX / PIECE), b + (u * pitch + v));
            wgmma_commit();
            // With one row of taps unfinished, the one before has been read.
            wgmma_wait<1>();
            if (first && slice + u > 0 && !s.weightsStay) mbarrier_arrive(weights_free(s, before(weight, s.weightSlots)));
            if (first && slice > 0 && u == 0) mbarrier_arrive(pixels_free(s, before(pixel, s.pixelSlots)));
            next(weight, s.weightSlots);
        }
        next(pixel, s.pixelSlots);
    }
    wgmma_finish(d);
    if (!first) return;
    if (!s.weightsStay) mbarrier_arrive(weights_free(s, before(weight, s.weightSlots)));
    mbarrier_arrive(pixels_free(s, before(pixel, s.pixelSlots)));
}

// Adds the bias, and lets the copy engine carry the outputs among the positions away while the next tile is being multiplied.
template <int N> DEVICE void write(const Shared &s, const Maps &m, int tile, int group, const float (&d)[N / 2], float low, float high, bool isRelu)
{
    const int lane = LANE % 32, row = LANE / 32 % 4 * 16 + lane / 4;
    uchar *out = s.memory + BARRIERS + group * N * OUT_PITCH;
    bulk_store_wait_read();
    named_barrier(1 + group, 128);
#pragma unroll
    for (int i = 0; i < N / 2; i++)
    {
        const float sum = d[i] + (i & 2 ? high : low);
        const int column = i / 4 * 8 + lane % 4 * 2 + i % 2;
        *(float *)(out + column * OUT_PITCH + (i & 2 ? row + 8 : row) * 4) = isRelu && sum < 0 ? 0 : sum;
    }
    fence_proxy_async();
    named_barrier(1 + group, 128);
    for (int p = LANE % 128; p < N; p += 128)
    {
        const Place at = place_of((tile * GROUPS + group) * N + p, m.line.rows, m.line.pitch);
        if (at.image < m.line.images && at.row < m.outHeight && at.column < m.outWidth)
            bulk_store(m.y + (((long)at.image * m.outHeight + at.row) * m.outWidth + at.column) * CHANNELS, shared_address(out + p * OUT_PITCH),
                CHANNELS * 4);
    }
    bulk_store_commit();
}

template <int Kernel, int N> DEVICE void convolve(const Shared &s, const Maps &m, const uchar *weights, int tiles, bool isRelu)
{
    const int warp = warp_index(), group = warp / 4;
    if (LANE == 0)
    {
        for (uint slot = 0; slot < s.pixelSlots; slot++) mbarrier_init(pixels_full(s, slot), CONVERTERS), mbarrier_init(pixels_free(s, slot), WARPS);
        for (uint slot = 0; slot < s.weightSlots; slot++) mbarrier_init(weights_full(s, slot), 1), mbarrier_init(weights_free(s, slot), WARPS);
        fence_mbarrier_init();
    }
    BARRIER();
    if (warp > WARPS)
    {
        if (m.table) convert<true>(s, m, tiles, GROUPS * N);
        else convert<false>(s, m, tiles, GROUPS * N);
    }
    else if (warp == WARPS)
    {
        if (LANE % 32 == 0) fetch<Kernel>(s, weights, tiles);
    }
    else
    {
        const int row = warp % 4 * 16 + LANE % 32 / 4;
        const float low = m.bias ? m.bias[row] : 0, high = m.bias ? m.bias[row + 8] : 0;
        Ring pixel = {0, 0}, weight = {0, 0};
        for (int tile = GROUP_X; tile < tiles; tile += GROUPS_X)
        {
            float d[N / 2];
#pragma unroll
            for (int i = 0; i < N / 2; i++) d[i] = 0;
            wgmma_pin(d);
            multiply<Kernel, N>(s, m.line.pitch, pixel, weight, group, d);
            write<N>(s, m, tile, group, d, low, high, isRelu);
        }
        bulk_store_wait();
    }
}

// A kernel for windows of Kernel×Kernel. x is [images / actions, height, width, 64], weights are conv_matrices' output, y is
// [images, outHeight, outWidth, 64]. A tile is 2·N positions. A missing table, bias or tableBias is null.
#define CONVOLVE(Kernel, N)                                                                                                                 \
    KERNEL(conv_wgmma_##Kernel##_##N, THREADS)(IN(float, x), IN(float, table), IN(float, tableBias), IN(uchar, weights), IN(float, bias),   \
        OUT(float, y), const int images, const int actions, const int height, const int width, const int margin, const int rows,            \
        const int pitch, const int outHeight, const int outWidth, const int tiles, const int pixelSlots, const int weightSlots,             \
        const int isRelu)                                                                                                                   \
    {                                                                                                                                       \
        DYNAMIC_SHARED(memory);                                                                                                             \
        BIND_IN(float, x);                                                                                                                  \
        BIND_IN(float, table);                                                                                                              \
        BIND_IN(float, tableBias);                                                                                                          \
        BIND_IN(uchar, weights);                                                                                                            \
        BIND_IN(float, bias);                                                                                                               \
        BIND_OUT(float, y);                                                                                                                 \
        const Maps m = {x, table_memory ? table : nullptr, tableBias_memory ? tableBias : nullptr, bias_memory ? bias : nullptr, y,         \
            {images, actions, height, width, margin, rows, pitch}, outHeight, outWidth};                                                    \
        const uint base = shared_address(memory), reach = (Kernel - 1) * (pitch + 1), places = BARRIERS + GROUPS * N * OUT_PITCH;           \
        const uint count = GROUPS * N + (reach + 7) / 8 * 8 + 4, pixels = places + count * sizeof(int2), pixelBytes = 2 * PIECE * count;        \
        const Shared s = {memory, base, places, pixels, base + pixels + pixelSlots * pixelBytes, pixelBytes, (uint)pixelSlots,              \
            Kernel * MATRIX, (uint)weightSlots, weightSlots == SLICES * Kernel};                                                            \
        convolve<Kernel, N>(s, m, weights, tiles, isRelu != 0);                                                                             \
    }
CONVOLVE(3, 32)
CONVOLVE(3, 64)
CONVOLVE(3, 96)
CONVOLVE(3, 128)
CONVOLVE(3, 160)
CONVOLVE(3, 192)
CONVOLVE(3, 200)
CONVOLVE(5, 64)
CONVOLVE(5, 96)
CONVOLVE(5, 128)
CONVOLVE(5, 192)
CONVOLVE(5, 200)
CONVOLVE(5, 240)
