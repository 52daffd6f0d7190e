// One tile of a matrix product: TILE_M × TILE_N sums by GROUP work-items, DEPTH terms at a time. Included once for each shape, with TILE
// naming it: WIDE has the best ratio of arithmetic to reads of local memory, SMALL gives few outputs to many groups, NARROW has hardly
// a column too many where there are at most 8. The variants of QUADS read global memory by 16 bytes.
#define WIDE_QUADS 1
#define WIDE 2
#define SMALL_QUADS 3
#define SMALL 4
#define NARROW 5

#undef TILE_M
#undef TILE_N
#undef DEPTH
#undef MICRO
#undef NAME
#undef QUADS
#if TILE == WIDE_QUADS || TILE == WIDE
#define TILE_M 128
#define TILE_N 64
#define DEPTH 8
#define MICRO 8
#elif TILE == SMALL_QUADS || TILE == SMALL
#define TILE_M 32
#define TILE_N 32
#define DEPTH 16
#define MICRO 4
#else
#define TILE_M 128
#define TILE_N 8
#define DEPTH 8
#define MICRO 4
#endif
#if TILE == WIDE_QUADS
#define NAME(prefix) prefix##_wide_quads
#elif TILE == WIDE
#define NAME(prefix) prefix##_wide
#elif TILE == SMALL_QUADS
#define NAME(prefix) prefix##_small_quads
#elif TILE == SMALL
#define NAME(prefix) prefix##_small
#else
#define NAME(prefix) prefix##_narrow
#endif
#if TILE == WIDE_QUADS || TILE == SMALL_QUADS
#define QUADS 1
#else
#define QUADS 0
#endif

#ifndef ACTIONABLE_TILE_H
#define ACTIONABLE_TILE_H
// Work-items along n and in a group. Each has MICRO × MICRO sums.
#define COLUMN_LANES (TILE_N / MICRO)
#define GROUP (TILE_M / MICRO * COLUMN_LANES)
// Row and column in the tile of a work-item's sum: runs of four, TILE / (MICRO / 4) apart, so that the work-items of a warp read local memory
// side by side.
#define ROW(i) (4 * (LANE / COLUMN_LANES + (i) / 4 * (TILE_M / MICRO)) + (i) % 4)
#define COLUMN(j) (4 * (LANE % COLUMN_LANES + (j) / 4 * COLUMN_LANES) + (j) % 4)
// Local memory holds DEPTH rows of TILE / 4 quads. Quads change places by an exclusive or with their row's number, so that a warp that
// stores quads of terms across rows meets each bank once.
#define SWIZZLE(tile, k) ((k) / 4 * (32 / DEPTH) & ((tile) / 4 - 1))
#define PLACE(tile, k, quad) ((k) * ((tile) / 4) + ((quad) ^ SWIZZLE(tile, k)))
// Quads that each work-item fetches of a tile's DEPTH × tile elements, and whether it has a pass-th.
#define SHARE(tile) ((DEPTH * (tile) / 4 + GROUP - 1) / GROUP)
#define HAS_QUAD(tile, pass) (DEPTH * (tile) / 4 % GROUP == 0 || LANE + (pass) * GROUP < DEPTH * (tile) / 4)
// Fetched along terms: a quad of terms of one row of the tile.
#define TERM_QUAD (LANE % (DEPTH / 4))
#define TERM_ROW(pass) ((LANE + (pass) * GROUP) / (DEPTH / 4))
// Fetched across terms: a quad of rows of one term.
#define ROW_QUAD(tile) (LANE % ((tile) / 4))
#define ROW_TERM(tile, pass) ((LANE + (pass) * GROUP) / ((tile) / 4))
// Taps that a quad of terms needs: with QUADS its elements are neighbours in memory, all on the map or none.
#define TAPS (QUADS ? 1 : 4)

// Puts a quad of terms into local memory, across its rows.
INLINE void put_terms(LOCAL_POINTER(float) place, int stride, float4 quad)
{
    place[0] = quad.x;
    place[stride] = quad.y;
    place[2 * stride] = quad.z;
    place[3 * stride] = quad.w;
}
#define PUT_TERMS(memory, tile, pass, quad) \
    put_terms((LOCAL_POINTER(float))(memory) + 4 * PLACE(tile, 4 * TERM_QUAD, TERM_ROW(pass) / 4) + TERM_ROW(pass) % 4, tile, quad)
#define PUT_ROWS(memory, tile, pass, quad) (memory)[PLACE(tile, ROW_TERM(tile, pass), ROW_QUAD(tile))] = (quad)
#endif

// sums += the product of the tiles a (DEPTH × TILE_M) and b (DEPTH × TILE_N) in local memory, terms in ascending order.
INLINE void NAME(multiply)(LOCAL_POINTER(const float4) a, LOCAL_POINTER(const float4) b, float sums[MICRO][MICRO])
{
    UNROLL for (int k = 0; k < DEPTH; k++)
    {
        float left[MICRO], right[MICRO];
        UNROLL for (int q = 0; q < MICRO; q += 4)
        {
            const float4 m = a[PLACE(TILE_M, k, ROW(q) / 4)], n = b[PLACE(TILE_N, k, COLUMN(q) / 4)];
            left[q] = m.x, left[q + 1] = m.y, left[q + 2] = m.z, left[q + 3] = m.w;
            right[q] = n.x, right[q + 1] = n.y, right[q + 2] = n.z, right[q + 3] = n.w;
        }
        UNROLL for (int i = 0; i < MICRO; i++)
            UNROLL for (int j = 0; j < MICRO; j++) sums[i][j] = FMA(left[i], right[j], sums[i][j]);
    }
}

INLINE void NAME(clear)(float sums[MICRO][MICRO])
{
    UNROLL for (int i = 0; i < MICRO; i++)
        UNROLL for (int j = 0; j < MICRO; j++) sums[i][j] = 0.0f;
}

// A quad of terms of one pixel of a map, zero outside it.
INLINE float4 NAME(gather)(GLOBAL const float *map, int height, int width, const Pixel pixel, const Tap taps[TAPS])
{
#if QUADS
    float4 quad = zero_quad();
    if (is_inside(pixel, taps[0], height, width)) quad = *(GLOBAL const float4 *)(map + pixel.start + taps[0].offset);
    return quad;
#else
    return quad_of(read_or_zero(map, pixel.start + taps[0].offset, is_inside(pixel, taps[0], height, width)),
        read_or_zero(map, pixel.start + taps[1].offset, is_inside(pixel, taps[1], height, width)),
        read_or_zero(map, pixel.start + taps[2].offset, is_inside(pixel, taps[2], height, width)),
        read_or_zero(map, pixel.start + taps[3].offset, is_inside(pixel, taps[3], height, width)));
#endif
}

// Elements i … i + 3 of a row as far as they are below end, zero beyond.
INLINE float4 NAME(read)(GLOBAL const float *row, int i, int end)
{
#if QUADS
    float4 quad = zero_quad();
    if (i < end) quad = *(GLOBAL const float4 *)(row + i);
    return quad;
#else
    return read_quad(row, i, end);
#endif
}
