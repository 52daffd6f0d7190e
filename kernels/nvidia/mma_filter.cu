// Gradient of a convolution's weights on tensor cores: dw[o,u,v,c] = Σ_{n,i,j} dy[n,i,j,o] · x[n, i·s+u−before, j·s+v−before, c].
//
// A block computes 64 outputs × 64 of the patch's depth × up to 5 taps, over its share of the tiles of pixels: dy and the patch of x under it
// lie in shared memory as rows of pixels, which are the depth of the product, so both operands are loaded transposed; a tap is a shift of the patch's
// rows. 2×4 warps hold 32 × 16 × 5 sums each. Two tiles alternate: the next one is fetched between the products of this one.
// The shares are added by reduce_filter in mma_reduce.cu in a fixed order.
#include "patch.h"

struct Filter
{
    Patch x, dy;
    int tiles, tiles_down, tiles_across, parts; // tiles of all images; shares of them
    int taps, group;                            // side of the patch's kernel; taps of a block
    int output_blocks, outputs;
    int pixels;      // of a tile, a multiple of the unit
    int tile_bytes;  // of shared memory, for one tile of dy and x
    int patch_start; // of x in it
};

// Ahead chunks per thread are fetched beside the products of a unit.
static constexpr int Taps = 5, Threads = 256, Ahead = 1, PixelsMost = 128, TileStart = 1024;

// Where a block's tile begins: image, row and column of its first output pixel.
struct Place
{
    int image, row, column;
};

DEVICE Place place_of(const Filter &f, int tile)
{
    Place at;
    at.column = tile % f.tiles_across * f.dy.columns;
    tile /= f.tiles_across;
    at.row = tile % f.tiles_down * f.dy.rows;
    at.image = tile / f.tiles_down * f.dy.images;
    return at;
}

// Chunk number index of a tile, those of dy before those of x.
template <class Element>
DEVICE void fetch_of_tile(float (&v)[Element::Chunk], const Filter &f, const float *x, const float *dy, const Place &at, int first_row_of_taps,
                          int output, int depth, int gradients, int index)
{
    if (index < gradients)
    {
        const Item item = item_of(f.dy, at.row, at.column, index);
        if (f.dy.vectors) fetch<Element, true>(v, f.dy, dy, 1, at.image, output, item);
        else fetch<Element, false>(v, f.dy, dy, 1, at.image, output, item);
    }
    else
    {
        const Item item = item_of(f.x, at.row + first_row_of_taps, at.column, index - gradients);
        if (f.x.vectors) fetch<Element, true>(v, f.x, x, 1, at.image, depth, item);
        else fetch<Element, false>(v, f.x, x, 1, at.image, depth, item);
    }
}

template <class Element> DEVICE void keep_of_tile(uchar *tile, const Filter &f, int gradients, int index, const float (&v)[Element::Chunk])
{
    if (index < gradients) keep<Element>(tile, f.dy, item_of(f.dy, 0, 0, index), v);
    else keep<Element>(tile + f.patch_start, f.x, item_of(f.x, 0, 0, index - gradients), v);
}

template <class Element> DEVICE void filter(const Filter &f, const float *x, const float *dy, float *parts)
{
    DYNAMIC_SHARED(shared);
    const int lane = LANE & 31, warp_output = LANE >> 5 & 1, warp_depth = LANE >> 6;
    const int part = GROUP_X, tap_first = GROUP_Y * f.group, taps = f.taps * f.taps;
    const int tap_count = taps - tap_first < f.group ? taps - tap_first : f.group, top = tap_first / f.taps;
    const int output = GROUP_Z % f.output_blocks * 64, depth = GROUP_Z / f.output_blocks * 64;
    const int column = f.patch_start + warp_depth * (16 / Element::Chunk) * f.x.plane * 16;
    const int gradients = items(f.dy), count = gradients + items(f.x), plane = f.x.plane * 16;
    // The patch's rows are those of the first tap row of this block.
    int *const rows = (int *)shared, *const shift = rows + PixelsMost;
    uchar *const tiles = shared + TileStart;
    const uint base = shared_address(shared) + TileStart;
    for (int pixel = LANE; pixel < f.pixels; pixel += Threads)
    {
        int line = pixel / f.dy.columns, g = line / f.dy.rows, j = pixel - line * f.dy.columns, i = line - g * f.dy.rows;
        rows[pixel] = g < f.dy.images ? ((g * f.x.rows + i) * f.x.pitch + j) * 16 : 0;
    }
    // dy's rows beyond the tile's pixels are zero, so that they add nothing.
    const int used = f.dy.images * f.dy.rows * f.dy.columns;
    for (int i = LANE; i < (f.pixels - used) * f.dy.chunks; i += Threads)
        for (int b = 0; b < 2; b++)
            *(Words *)(tiles + b * f.tile_bytes + (i / (f.pixels - used) * f.dy.plane + used + i % (f.pixels - used)) * 16) = Words{0, 0, 0, 0};
    if (LANE < tap_count)
    {
        int tap = tap_first + LANE, a = tap / f.taps;
        shift[LANE] = ((a - top) * f.x.pitch + tap - a * f.taps) * 16;
    }

    float sum[Taps][2][2][4] = {};
    const int begin = (int)((long)part * f.tiles / f.parts), end = (int)((long)(part + 1) * f.tiles / f.parts);
    if (begin < end)
    {
        Place at = place_of(f, begin);
        for (int index = LANE; index < count; index += Threads)
        {
            float v[Element::Chunk];
            fetch_of_tile<Element>(v, f, x, dy, at, top, output / Element::Chunk, depth / Element::Chunk, gradients, index);
            keep_of_tile<Element>(tiles, f, gradients, index, v);
        }
    }
    BARRIER();
    for (int tile = begin; tile < end; tile++)
    {
        const int here = (tile - begin & 1) * f.tile_bytes, there = f.tile_bytes - here;
        const bool more = tile + 1 < end;
        const Place next = place_of(f, more ? tile + 1 : tile);
        const Shared gradient = {tiles + here, base + here}, patch = {tiles + here + column, base + here + column};
        int index = LANE;
#pragma unroll 1
        for (int pixel = 0; pixel < f.pixels; pixel += Element::Unit)
        {
            float v[Ahead][Element::Chunk];
#pragma unroll
            for (int k = 0; k < Ahead; k++)
                if (more && index + k * Threads < count)
                    fetch_of_tile<Element>(v[k], f, x, dy, next, top, output / Element::Chunk, depth / Element::Chunk, gradients, index + k * Threads);
            if (depth + warp_depth * 16 < f.x.depth)
            {
                uint a[2][4];
#pragma unroll
                for (int m = 0; m < 2; m++)
                {
                    const int chunk = (warp_output * 2 + m) * (16 / Element::Chunk) * f.dy.plane * 16;
                    const Shared from = {gradient.pointer + chunk, gradient.address + chunk};
                    Element::first_transposed(a[m], from, pixel, f.dy.plane * 16, lane);
                }
                const int low = rows[pixel + Element::depth_row(lane, 0)], high = rows[pixel + Element::depth_row(lane, 1)];
#pragma unroll
                for (int t = 0; t < Taps; t++)
                {
                    if (t >= tap_count) break;
                    uint b[4];
                    Element::second_transposed(b, patch, low + shift[t], high + shift[t], plane, lane);
#pragma unroll
                    for (int m = 0; m < 2; m++)
#pragma unroll
                        for (int n = 0; n < 2; n++) Element::multiply(sum[t][m][n], a[m], b[2 * n], b[2 * n + 1]);
                }
            }
#pragma unroll
            for (int k = 0; k < Ahead; k++, index += Threads)
                if (more && index < count) keep_of_tile<Element>(tiles + there, f, gradients, index, v[k]);
        }
        for (; more && index < count; index += Threads)
        {
            float v[Element::Chunk];
            fetch_of_tile<Element>(v, f, x, dy, next, top, output / Element::Chunk, depth / Element::Chunk, gradients, index);
            keep_of_tile<Element>(tiles + there, f, gradients, index, v);
        }
        BARRIER();
    }

#pragma unroll
    for (int t = 0; t < Taps; t++)
    {
        if (t >= tap_count) break;
        float *to = parts + ((long)part * taps + tap_first + t) * f.outputs * f.x.depth;
#pragma unroll
        for (int m = 0; m < 2; m++)
#pragma unroll
            for (int n = 0; n < 2; n++)
#pragma unroll
                for (int e = 0; e < 4; e++)
                {
                    int o = output + (warp_output * 2 + m) * 16 + (e >> 1) * 8 + (lane >> 2), d = depth + (warp_depth * 2 + n) * 8 + (lane & 3) * 2 + (e & 1);
                    if (o < f.outputs && d < f.x.depth) to[(long)o * f.x.depth + d] = sum[t][m][n][e];
                }
    }
}

KERNEL_TOGETHER(mma_filter_bf16, 256, 2)(IN(float, x), IN(float, dy), OUT(float, parts), const Filter f)
{
    BIND_IN(float, x);
    BIND_IN(float, dy);
    BIND_OUT(float, parts);
    filter<Bf16>(f, x, dy, parts);
}

KERNEL_TOGETHER(mma_filter_tf32, 256, 2)(IN(float, x), IN(float, dy), OUT(float, parts), const Filter f)
{
    BIND_IN(float, x);
    BIND_IN(float, dy);
    BIND_OUT(float, parts);
    filter<Tf32>(f, x, dy, parts);
}
