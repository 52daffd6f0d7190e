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
    // Where they go: pixel (i, j), channel (p, q, o) to y[n, i·phases + p − top, j·phases + q − left, o], y being [batch, height, width,
    // channels].
    int phases, top, left, height, width, channels;
    int pairs; // whether two adjacent outputs of y are 8 aligned bytes
    int relu;
    int tables_start, steps_start, patch_start; // bytes of shared memory before them: the ring and the units' shifts come first
};

static constexpr int Stages = 4, StageBytes = 4096, UnitBytes = 2048;

DEVICE void copy_stage(uint ring, const uchar *packed, int stage)
{
    uint to = ring + (stage & (Stages - 1)) * StageBytes + LANE * 16;
    const uchar *from = packed + (long)stage * StageBytes + LANE * 16;
    cp_async_16(to, from, true);
    cp_async_16(to + StageBytes / 2, from + StageBytes / 2, true);
}

// What a warp needs for the products of a unit.
template <int MT> struct Fragments
{
    uint a[MT][4], b[2][4];
};

template <int MT> DEVICE void load(Fragments<MT> &f, const uint (&from)[MT], uint shift, uint weights)
{
    ldmatrix_x4(f.b[0], weights);
    ldmatrix_x4(f.b[1], weights + 256);
#pragma unroll
    for (int m = 0; m < MT; m++) ldmatrix_x4(f.a[m], from[m] + shift);
}

template <class Element, int MT> DEVICE void multiply(float (&sum)[MT][4][4], const Fragments<MT> &f)
{
#pragma unroll
    for (int m = 0; m < MT; m++)
#pragma unroll
        for (int n = 0; n < 4; n++) Element::multiply(sum[m][n], f.a[m], f.b[n >> 1][(n & 1) * 2], f.b[n >> 1][(n & 1) * 2 + 1]);
}

// Waits for the ring's next stage; copies the one that takes the place of the stage all have now finished.
DEVICE void turn(uint ring, const uchar *packed, int copied, int total)
{
    cp_async_wait<Stages - 2>();
    BARRIER();
    if (copied < total) copy_stage(ring, packed, copied);
    cp_async_commit();
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
    const int plane = c.patch.plane * 16, total = c.slices * c.stages;
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
    // The stages' last unit may be none: its weights are zero.
    for (int unit = LANE; unit < 2 * c.stages + 2; unit += 128)
    {
        int tap = unit / c.steps, a = tap / c.taps;
        offsets[unit] = tap < c.taps * c.taps ? (a * c.patch.pitch + tap - a * c.taps) * 16 + (unit - tap * c.steps) * 2 * plane : 0;
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

    const PatchTables tables = {(PatchPixel *)(shared + c.tables_start), (PatchStep *)(shared + c.steps_start)};
    const Corner corner = corner_of(c.patch, image, row, column);
    make_pixels(tables, c.patch, 128);
    float sum[MT][4][4] = {};
    Fragments<MT> even, odd;
    int stage = 0;
    for (int slice = 0; slice < c.slices; slice++)
    {
        make_steps<Element>(tables, c.patch, slice * c.patch.chunks, c.patch.vectors, 128);
        BARRIER();
        bring<Element>(patch, c.patch, x, border, tables, corner, 128);
        if (slice == 0) turn(base, packed, Stages - 1, total);
        else BARRIER();
        load(even, from, offsets[0], weights + (stage & (Stages - 1)) * StageBytes);
        uint shift = offsets[1];
        // The fragments of the next unit are loaded while this one is multiplied; those after the slice's last unit are not used.
        for (int unit = 0; unit < 2 * c.stages; unit += 2, stage++)
        {
            load(odd, from, shift, weights + (stage & (Stages - 1)) * StageBytes + UnitBytes);
            shift = offsets[unit + 2];
            multiply<Element>(sum, even);
            turn(base, packed, stage + Stages, total);
            load(even, from, shift, weights + (stage + 1 & (Stages - 1)) * StageBytes);
            shift = offsets[unit + 3];
            multiply<Element>(sum, odd);
        }
    }

    // Where this thread's pixels go, from the first element of the first image: the phases' pixel (0, 0), far outside for a pixel that is none.
    int down[MT * 2], across[MT * 2], to[MT * 2];
#pragma unroll
    for (int k = 0; k < MT * 2; k++)
    {
        int pixel = (warp_row * MT * 2 + k) * 8 + (lane >> 2), g = pixel / pixels, i = (pixel - g * pixels) / c.tile_columns;
        int j = column + pixel - g * pixels - i * c.tile_columns;
        bool some = g < c.tile_images && image + g < c.patch.batch && row + i < c.rows && j < c.columns;
        down[k] = some ? (row + i) * c.phases - c.top : -c.phases;
        across[k] = j * c.phases - c.left;
        to[k] = ((g * c.height + down[k]) * c.width + across[k]) * c.channels;
    }
    y += (long)image * c.height * c.width * c.channels;
    const int output = GROUP_Y * 64 + warp_column * 32 + (lane & 3) * 2;
    if (c.pairs)
    {
#pragma unroll
        for (int n = 0; n < 4; n++)
        {
            const int o = output + n * 8;
            if (o >= c.outputs) break;
            const float low = bias ? bias[o] : 0, high = bias ? bias[o + 1] : 0;
#pragma unroll
            for (int k = 0; k < MT * 2; k++)
            {
                Pair two = {sum[k >> 1][n][(k & 1) * 2] + low, sum[k >> 1][n][(k & 1) * 2 + 1] + high};
                if (c.relu) two = Pair{relu(two[0]), relu(two[1])};
                if (down[k] >= 0) *(Pair *)(y + to[k] + o) = two;
            }
        }
        return;
    }
#pragma unroll
    for (int n = 0; n < 8; n++)
    {
        const int o = output + (n >> 1) * 8 + (n & 1), place = o / c.channels, channel = o - place * c.channels;
        const int p = place / c.phases, q = place - p * c.phases, shift = (p * c.width + q) * c.channels + channel;
        if (o >= c.outputs) break;
        const float add = bias ? bias[channel] : 0;
#pragma unroll
        for (int k = 0; k < MT * 2; k++)
        {
            float value = sum[k >> 1][n >> 1][(k & 1) * 2 + (n & 1)] + add;
            if (c.relu) value = relu(value);
            if ((uint)(down[k] + p) < (uint)c.height && (uint)(across[k] + q) < (uint)c.width) y[to[k] + shift] = value;
        }
    }
}

#define CONVOLUTION(name, Element, tiles)                                                                                                     \
    KERNEL_TOGETHER(name, 128, 3)(IN(float, x), IN(float, table), IN(float, table_bias), IN(uchar, packed), IN(float, bias), OUT(float, y),               \
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
