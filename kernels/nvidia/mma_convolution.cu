// Convolution as an implicit matrix product on tensor cores:
// y[n,i,j,o] = act(bias[o] + Σ_{u,v,c} x[n, i·s+u−before, j·s+v−before, c] · w[o,u,v,c]), and its gradient with respect to x, which is a
// convolution of dy with the flipped weights whose outputs are the s×s phases of dx (mma_pack.cu lays out either).
//
// A block computes 128 (or 64) pixels × 64 outputs with 2×2 warps. It loads the patch of x under its pixels once per slice of depth; all taps read it
// at shifted addresses. The packed weights stream through a ring of asynchronous copies, two units a stage.
#include "patch.h"

struct Convolution
{
    Patch patch;
    int tile_images, tile_rows, tile_columns; // output pixels of a block
    int tiles_down, tiles_across;
    int taps, slices, steps, stages; // side of the patch's kernel; slices of depth; units per tap, stages of two units, both per slice
    int rows, columns, outputs;      // output pixels and channels of the product
    // Where they go: pixel (i, j), channel (p, q, o) to y[n, i·phases + p − top, j·phases + q − left, o], y being [batch, height, width, channels].
    int phases, top, left, height, width, channels;
    int pairs; // whether two adjacent outputs of y are 8 aligned bytes
    int relu;
    int patch_start; // bytes of shared memory before the patch
};

static constexpr int Stages = 4, StageBytes = 4096, UnitBytes = 2048;

DEVICE void copy_stage(uint ring, const uchar *packed, int stage)
{
    uint to = ring + (stage & (Stages - 1)) * StageBytes + LANE * 16;
    const uchar *from = packed + (long)stage * StageBytes + LANE * 16;
    cp_async_16(to, from, true);
    cp_async_16(to + StageBytes / 2, from + StageBytes / 2, true);
}

DEVICE void store(const Convolution &c, float *y, const float *bias, int image, int row, int column, int output, float value)
{
    int square = c.phases * c.channels, p = output / square, q = output / c.channels - p * c.phases, o = output % c.channels;
    int i = row * c.phases + p - c.top, j = column * c.phases + q - c.left;
    if (output >= c.outputs || (uint)i >= (uint)c.height || (uint)j >= (uint)c.width) return;
    if (bias) value += bias[o];
    if (c.relu) value = relu(value);
    y[(((long)image * c.height + i) * c.width + j) * c.channels + o] = value;
}

// MT tiles of 16 pixels per warp: 2·16·MT pixels per block.
template <class Element, int MT>
DEVICE void convolve(const Convolution &c, const float *x, const Border &border, const uchar *packed, const float *bias, float *y)
{
    DYNAMIC_SHARED(shared);
    const int lane = LANE & 31, warp_row = LANE >> 5 & 1, warp_column = LANE >> 6, pixels = c.tile_rows * c.tile_columns;
    const uint base = shared_address(shared);
    uchar *const patch = shared + c.patch_start;
    int *const offsets = (int *)(shared + Stages * StageBytes);
    const int units = c.taps * c.taps * c.steps, plane = c.patch.plane * 16, total = c.slices * c.stages;
    packed += (long)GROUP_Y * total * StageBytes;
#pragma unroll
    for (int s = 0; s < Stages - 1; s++)
    {
        if (s < total) copy_stage(base, packed, s);
        cp_async_commit();
    }

    int tile = GROUP_X;
    const int column = tile % c.tiles_across * c.tile_columns;
    tile /= c.tiles_across;
    const int row = tile % c.tiles_down * c.tile_rows, image = tile / c.tiles_down * c.tile_images;
    for (int unit = LANE; unit < units; unit += 128)
    {
        int tap = unit / c.steps, a = tap / c.taps;
        offsets[unit] = (a * c.patch.pitch + tap - a * c.taps) * 16 + (unit - tap * c.steps) * 2 * plane;
    }

    // Pixels beyond the tile read its first one; they are not stored.
    uint from[MT];
#pragma unroll
    for (int m = 0; m < MT; m++)
    {
        int pixel = (warp_row * MT + m) * 16 + first_row(lane), g = pixel / pixels, i = (pixel - g * pixels) / c.tile_columns;
        int j = pixel - g * pixels - i * c.tile_columns;
        int at = g < c.tile_images ? (g * c.patch.rows + i) * c.patch.pitch + j : 0;
        from[m] = base + c.patch_start + at * 16 + first_chunk(lane) * plane;
    }
    const uint weights = base + second_chunk(lane) * (UnitBytes / 2) + (warp_column * 32 + second_row(lane)) * 16;

    // So many chunks at a time, so that their loads overlap.
    constexpr int Batch = 32 / Element::Chunk;
    float sum[MT][4][4] = {};
    int stage = 0;
    for (int slice = 0; slice < c.slices; slice++)
    {
        if (slice > 0) BARRIER();
        const int count = items(c.patch);
        for (int index = LANE; index < count; index += 128 * Batch)
        {
            float v[Batch][Element::Chunk];
#pragma unroll
            for (int k = 0; k < Batch; k++)
                if (index + 128 * k < count) fetch<Element>(v[k], c.patch, x, border, image, row, column, slice * c.patch.chunks, index + 128 * k);
#pragma unroll
            for (int k = 0; k < Batch; k++)
                if (index + 128 * k < count) keep<Element>(patch, c.patch, index + 128 * k, v[k]);
        }
        for (int unit = 0; unit < units; unit += 2, stage++)
        {
            cp_async_wait<Stages - 2>();
            BARRIER();
            if (stage + Stages - 1 < total) copy_stage(base, packed, stage + Stages - 1);
            cp_async_commit();
#pragma unroll
            for (int half = 0; half < 2; half++)
            {
                if (unit + half >= units) break;
                const uint shift = offsets[unit + half], at = weights + (stage & (Stages - 1)) * StageBytes + half * UnitBytes;
                uint a[MT][4], b[2][4];
#pragma unroll
                for (int m = 0; m < MT; m++) ldmatrix_x4(a[m], from[m] + shift);
                ldmatrix_x4(b[0], at);
                ldmatrix_x4(b[1], at + 256);
#pragma unroll
                for (int m = 0; m < MT; m++)
#pragma unroll
                    for (int n = 0; n < 4; n++) Element::multiply(sum[m][n], a[m], b[n >> 1][(n & 1) * 2], b[n >> 1][(n & 1) * 2 + 1]);
            }
        }
    }

    const int output = GROUP_Y * 64 + warp_column * 32 + (lane & 3) * 2;
#pragma unroll
    for (int m = 0; m < MT; m++)
#pragma unroll
        for (int half = 0; half < 2; half++)
        {
            int pixel = (warp_row * MT + m) * 16 + half * 8 + (lane >> 2), g = pixel / pixels, i = (pixel - g * pixels) / c.tile_columns;
            int j = column + pixel - g * pixels - i * c.tile_columns, n = image + g;
            i += row;
            if (g >= c.tile_images || n >= c.patch.batch || i >= c.rows || j >= c.columns) continue;
            float *to = y + (((long)n * c.height + i) * c.width + j) * c.channels + output;
#pragma unroll
            for (int t = 0; t < 4; t++)
            {
                float low = sum[m][t][half * 2], high = sum[m][t][half * 2 + 1];
                if (c.pairs)
                {
                    if (output + t * 8 >= c.outputs) continue;
                    if (bias) low += bias[output + t * 8], high += bias[output + t * 8 + 1];
                    if (c.relu) low = relu(low), high = relu(high);
                    float __attribute__((vector_size(8))) two = {low, high};
                    *(float __attribute__((vector_size(8))) *)(to + t * 8) = two;
                }
                else
                {
                    store(c, y, bias, n, i, j, output + t * 8, low);
                    store(c, y, bias, n, i, j, output + t * 8 + 1, high);
                }
            }
        }
}

#define CONVOLUTION(name, Element, tiles)                                                                                                     \
    KERNEL(name, 128)(IN(float, x), IN(float, table), IN(float, table_bias), IN(uchar, packed), IN(float, bias), OUT(float, y),               \
                      const Convolution c, const int actions)                                                                                \
    {                                                                                                                                         \
        BIND_IN(float, x);                                                                                                                    \
        BIND_IN(float, table);                                                                                                                \
        BIND_IN(float, table_bias);                                                                                                           \
        BIND_IN(uchar, packed);                                                                                                               \
        BIND_IN(float, bias);                                                                                                                 \
        BIND_OUT(float, y);                                                                                                                   \
        const Border border = {table, table_bias, actions};                                                                                   \
        convolve<Element, tiles>(c, x, border, packed, bias, y);                                                                              \
    }

// x is the map itself, or with a table [N, 9, C] the operand max(0, x[n / actions] + table[n, class of the pixel] + table_bias), which stays on chip.
CONVOLUTION(mma_convolution_128_bf16, Bf16, 4)
CONVOLUTION(mma_convolution_64_bf16, Bf16, 2)
CONVOLUTION(mma_convolution_128_tf32, Tf32, 4)
CONVOLUTION(mma_convolution_64_tf32, Tf32, 2)
