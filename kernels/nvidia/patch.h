// A patch: a rectangle of some feature maps on its way from global to shared memory, rounded for the tensor cores.
//
// Strides become channels: a pixel of a patch is a square of phases × phases pixels of the map, stride apart from the next one, and its depth runs
// over (phase row, phase column, channel). So a convolution of any stride is one of stride 1 over patches.
#ifndef ACTIONABLE_PATCH_H
#define ACTIONABLE_PATCH_H
#include "mma.h"

struct Patch
{
    int batch, height, width, channels; // the map [batch, height, width, channels]
    int phases, stride, top, left;      // patch pixel (0, 0) of an image begins at map pixel (-top, -left)
    int depth;                          // phases² · channels
    int images, rows, columns;          // extents in patch pixels
    int pitch, plane;                   // patch pixels from a row to the next, and of a chunk's plane, in shared memory
    int chunks;                         // chunks of depth that are kept at a time
    int vectors;                        // whether every 4 elements of the depth are 16 aligned bytes, inside the map or outside together
    uint chunk_inverse, column_inverse, row_inverse, run_inverse, channel_inverse; // for divide(); a run is phases · channels
};

// What is added to the map on the way: table[n, class of the pixel, c] + bias[c], before max(0, ·). table is null for nothing; then images of the
// patch are images of the map, else each image of the map serves the same number of them. Only where phases is 1.
struct Border
{
    const float *table, *bias;
    int actions;
};

// One chunk of a patch: patch coordinates, number of the chunk, and the map pixel where its patch pixel begins.
struct Item
{
    int image, row, column, chunk, y, x;
};

// The patch's first pixel is number (row, column) of image, in steps of the stride.
DEVICE Item item_of(const Patch &p, int row, int column, int index)
{
    Item at;
    int pixel = divide(index, p.chunk_inverse), line = divide(pixel, p.column_inverse);
    at.chunk = index - pixel * p.chunks;
    at.column = pixel - line * p.columns;
    at.image = divide(line, p.row_inverse);
    at.row = line - at.image * p.rows;
    at.y = (row + at.row) * p.stride - p.top;
    at.x = (column + at.column) * p.stride - p.left;
    return at;
}

DEVICE int items(const Patch &p) { return p.images * p.rows * p.columns * p.chunks; }

// Where element number depth of a patch pixel lies on the map, if it does.
struct Spot
{
    int offset; // from the image's first element
    bool inside;
};

DEVICE Spot spot_of(const Patch &p, const Item &at, int image, int depth)
{
    int down = 0, across = 0, rest = depth;
    if (p.phases > 1)
    {
        down = divide(depth, p.run_inverse);
        rest = depth - down * p.phases * p.channels;
        across = divide(rest, p.channel_inverse);
    }
    const int y = at.y + down;
    Spot spot;
    spot.offset = (y * p.width + at.x) * p.channels + rest;
    spot.inside = image < p.batch && depth < p.depth && (uint)y < (uint)p.height && (uint)(at.x + across) < (uint)p.width;
    return spot;
}

// The elements of a chunk: of the image number image + at.image, from the patch's chunk of depth number first + at.chunk. map is image 0, or with
// actions > 1 serves so many images each.
template <class Element, bool Vectors>
DEVICE void fetch(float (&v)[Element::Chunk], const Patch &p, const float *x, int actions, int image, int first, const Item &at)
{
    const int n = image + at.image, depth = (first + at.chunk) * Element::Chunk;
    const float *map = x + (long)(actions > 1 ? n / actions : n) * p.height * p.width * p.channels;
#pragma unroll
    for (int e = 0; e < Element::Chunk; e += Vectors ? 4 : 1)
    {
        const Spot spot = spot_of(p, at, n, depth + e);
        if (Vectors)
        {
            v[e] = v[e + 1] = v[e + 2] = v[e + 3] = 0;
            if (spot.inside) read<4>(v + e, map + spot.offset);
        }
        else v[e] = spot.inside ? map[spot.offset] : 0.0f;
    }
}

// Adds what Border says to a chunk.
template <class Element, bool Vectors>
DEVICE void add_border(float (&v)[Element::Chunk], const Patch &p, const Border &b, int image, int first, const Item &at)
{
    const int n = image + at.image, depth = (first + at.chunk) * Element::Chunk;
    if (n >= p.batch || (uint)at.y >= (uint)p.height || (uint)at.x >= (uint)p.width) return;
    const int place = 3 * (at.y == 0 ? 0 : at.y == p.height - 1 ? 2 : 1) + (at.x == 0 ? 0 : at.x == p.width - 1 ? 2 : 1);
    const float *table = b.table + ((long)n * 9 + place) * p.channels;
    constexpr int Step = Vectors ? 4 : 1;
#pragma unroll
    for (int e = 0; e < Element::Chunk; e += Step)
    {
        if (depth + e >= p.depth) break;
        float added[Step], bias[Step] = {};
        read<Step>(added, table + depth + e);
        if (b.bias) read<Step>(bias, b.bias + depth + e);
#pragma unroll
        for (int f = 0; f < Step; f++) v[e + f] = relu(v[e + f] + added[f] + bias[f]);
    }
}

// Rounds them and puts them into shared memory.
template <class Element> DEVICE void keep(uchar *shared, const Patch &p, const Item &at, const float (&v)[Element::Chunk])
{
    *(Words *)(shared + (at.chunk * p.plane + (at.image * p.rows + at.row) * p.pitch + at.column) * 16) = Element::round(v);
}

template <class Element, int Batch, bool Vectors>
DEVICE void bring(uchar *shared, const Patch &p, const float *x, const Border &border, int image, int row, int column, int first, int threads)
{
    const int count = items(p);
#pragma unroll 1
    for (int index = LANE; index < count; index += threads * Batch)
    {
        float v[Batch][Element::Chunk];
#pragma unroll
        for (int k = 0; k < Batch; k++)
            if (index + threads * k < count)
                fetch<Element, Vectors>(v[k], p, x, border.actions, image, first, item_of(p, row, column, index + threads * k));
#pragma unroll
        for (int k = 0; k < Batch; k++)
            if (index + threads * k < count)
            {
                const Item at = item_of(p, row, column, index + threads * k);
                if (border.table) add_border<Element, Vectors>(v[k], p, border, image, first, at);
                keep<Element>(shared, p, at, v[k]);
            }
    }
}

// Brings a slice of a patch into shared memory by all threads of a block, where it can several chunks at a time, so that their loads overlap.
template <class Element>
DEVICE void bring(uchar *shared, const Patch &p, const float *x, const Border &border, int image, int row, int column, int first, int threads)
{
    if (p.vectors) bring<Element, 32 / Element::Chunk, true>(shared, p, x, border, image, row, column, first, threads);
    else bring<Element, 1, false>(shared, p, x, border, image, row, column, first, threads);
}

#endif
