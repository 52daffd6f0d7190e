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
    int tables_start, steps_start, tile_start; // bytes of shared memory before the tables of patches and before the tiles
};

static constexpr int Taps = 5, Threads = 256, PixelsMost = 128;

// Where a tile begins in output pixels.
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

template <class Element, bool Vectors> DEVICE void filter(const Filter &f, const float *x, const float *dy, float *parts)
{
    DYNAMIC_SHARED(shared);
    const int lane = LANE & 31, warp_output = LANE >> 5 & 1, warp_depth = LANE >> 6;
    const int part = GROUP_X, tap_first = GROUP_Y * f.group, taps = f.taps * f.taps;
    const int tap_count = taps - tap_first < f.group ? taps - tap_first : f.group, top = tap_first / f.taps;
    const int output = GROUP_Z % f.output_blocks * 64, depth = GROUP_Z / f.output_blocks * 64;
    const int column = f.patch_start + warp_depth * (16 / Element::Chunk) * f.x.plane * 16;
    const int gradient_start = warp_output * (32 / Element::Chunk) * f.dy.plane * 16;
    const int plane = f.x.plane * 16, gradients = items_of(f.dy), others = items_of(f.x);
    // Steps of the load in which every thread takes a chunk: first those of dy, then those of x.
    const int gradient_steps = (gradients + Threads - 1) / Threads, load_steps = gradient_steps + (others + Threads - 1) / Threads;
    int *const rows = (int *)shared, *const shift = rows + PixelsMost;
    const PatchTables of_dy = {(PatchPixel *)(shared + f.tables_start), (PatchStep *)(shared + f.steps_start)};
    const PatchTables of_x = {of_dy.pixels + pixels_of(f.dy), of_dy.steps + 64};
    uchar *const tiles = shared + f.tile_start;
    const uint base = shared_address(shared) + f.tile_start;
    make_pixels(of_dy, f.dy, Threads);
    make_pixels(of_x, f.x, Threads);
    make_steps<Element>(of_dy, f.dy, output / Element::Chunk, Vectors, Threads);
    make_steps<Element>(of_x, f.x, depth / Element::Chunk, Vectors, Threads);
    for (int pixel = LANE; pixel < f.pixels; pixel += Threads)
    {
        int line = pixel / f.dy.columns, g = line / f.dy.rows, j = pixel - line * f.dy.columns, i = line - g * f.dy.rows;
        rows[pixel] = g < f.dy.images ? ((g * f.x.rows + i) * f.x.pitch + j) * 16 : 0;
    }
    // dy's rows beyond the tile's pixels are zero, so that they add nothing.
    const int used = pixels_of(f.dy);
    for (int i = LANE; i < (f.pixels - used) * f.dy.chunks; i += Threads)
        for (int b = 0; b < 2; b++)
            *(Words *)(tiles + b * f.tile_bytes + (i / (f.pixels - used) * f.dy.plane + used + i % (f.pixels - used)) * 16) = Words{0, 0, 0, 0};
    // A block with fewer taps computes some of them twice: branches would keep loads and products apart.
    if (LANE < Taps)
    {
        int tap = tap_first + (LANE < tap_count ? LANE : 0), a = tap / f.taps;
        shift[LANE] = ((a - top) * f.x.pitch + tap - a * f.taps) * 16;
    }

    float sum[Taps][2][2][4] = {};
    const int begin = (int)((long)part * f.tiles / f.parts), end = (int)((long)(part + 1) * f.tiles / f.parts);
    BARRIER();
    for (int tile = begin - 1; tile < end; tile++)
    {
        const int here = (tile - begin & 1) * f.tile_bytes;
        uchar *const there = tiles + f.tile_bytes - here;
        const Place next = place_of(f, tile + 1);
        const Corner corner_dy = corner_of(f.dy, next.image, next.row, next.column), corner_x = corner_of(f.x, next.image, next.row + top, next.column);
        const int steps = tile + 1 < end ? load_steps : 0;
        // Fetches this thread's chunk of a step of the load, if there is one.
        auto fetch_next = [&](Load<Element> &load, int step) {
            load.place = -1;
            const bool first = step < gradient_steps;
            const int index = (first ? step : step - gradient_steps) * Threads + LANE;
            if (first && step < steps && index < gradients) fetch<Element, Vectors>(load, f.dy, dy, 1, of_dy, corner_dy, index);
            if (!first && step < steps && index < others)
            {
                fetch<Element, Vectors>(load, f.x, x, 1, of_x, corner_x, index);
                load.place += f.patch_start;
            }
        };
        auto keep_next = [&](const Load<Element> &load) {
            if (load.place >= 0) keep<Element>(there, load);
        };
        if (tile >= begin)
        {
            const Shared gradient = {tiles + here + gradient_start, base + here + gradient_start}, patch = {tiles + here + column, base + here + column};
#pragma unroll 1
            for (int pixel = 0; pixel < f.pixels; pixel += Element::Unit)
            {
                Load<Element> load;
                fetch_next(load, pixel / Element::Unit);
                uint a[2][4];
#pragma unroll
                for (int m = 0; m < 2; m++)
                {
                    const int chunk = m * (16 / Element::Chunk) * f.dy.plane * 16;
                    const Shared from = {gradient.pointer + chunk, gradient.address + chunk};
                    Element::first_transposed(a[m], from, pixel, f.dy.plane * 16, lane);
                }
                const int low = rows[pixel + Element::depth_row(lane, 0)], high = rows[pixel + Element::depth_row(lane, 1)];
#pragma unroll
                for (int t = 0; t < Taps; t++)
                {
                    // Volatile: loaded when it is needed, for want of registers.
                    const int by = *(const volatile int *)(shift + t);
                    uint b[4];
                    Element::second_transposed(b, patch, low + by, high + by, plane, lane);
#pragma unroll
                    for (int m = 0; m < 2; m++)
#pragma unroll
                        for (int n = 0; n < 2; n++) Element::multiply(sum[t][m][n], a[m], b[2 * n], b[2 * n + 1]);
                }
                keep_next(load);
            }
        }
#pragma unroll 1
        for (int step = tile >= begin ? f.pixels / Element::Unit : 0; step < steps; step++)
        {
            Load<Element> load;
            fetch_next(load, step);
            keep_next(load);
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

#define FILTER(name, Element, vectors, blocks)                                                                                                \
    KERNEL_TOGETHER(name, 256, blocks)(IN(float, x), IN(float, dy), OUT(float, parts), const Filter f)                                        \
    {                                                                                                                                         \
        BIND_IN(float, x);                                                                                                                    \
        BIND_IN(float, dy);                                                                                                                   \
        BIND_OUT(float, parts);                                                                                                               \
        filter<Element, vectors>(f, x, dy, parts);                                                                                            \
    }

FILTER(mma_filter_bf16, Bf16, true, 2)
FILTER(mma_filter_tf32, Tf32, true, 2)
// Where not both patches have vectors.
FILTER(mma_filter_any_bf16, Bf16, false, 1)
FILTER(mma_filter_any_tf32, Tf32, false, 1)
