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
    uint chunk_inverse, column_inverse, row_inverse;
};

// What is added to the map on the way: see border_table_convolution. table is null for nothing.
struct Border
{
    const float *table, *bias;
    int actions;
};

// Where one chunk of a patch belongs.
struct PatchItem
{
    int image, row, column, chunk;
};

DEVICE int items(const Patch &p) { return p.images * p.rows * p.columns * p.chunks; }

DEVICE PatchItem item_of(const Patch &p, int index)
{
    PatchItem at;
    int pixel = divide(index, p.chunk_inverse), line = divide(pixel, p.column_inverse);
    at.chunk = index - pixel * p.chunks;
    at.column = pixel - line * p.columns;
    at.image = divide(line, p.row_inverse);
    at.row = line - at.image * p.rows;
    return at;
}

// max(0, map + table + bias) for count channels of a pixel that lies in the map.
DEVICE void add_border(float *v, int count, const Patch &p, const Border &b, int image, int y, int x, int channel)
{
    int place = 3 * (y == 0 ? 0 : y == p.height - 1 ? 2 : 1) + (x == 0 ? 0 : x == p.width - 1 ? 2 : 1);
    const float *table = b.table + ((long)image * 9 + place) * p.channels + channel;
#pragma unroll
    for (int e = 0; e < count; e++)
    {
        v[e] = relu(v[e] + table[e] + (b.bias ? b.bias[channel + e] : 0.0f));
    }
}

// The elements of one chunk: image, row and column of the patch's first pixel in the map's pixels divided by stride; first its first chunk of depth.
template <class Element>
DEVICE void fetch(float (&v)[Element::Chunk], const Patch &p, const float *x, const Border &border, int image, int row, int column, int first, int index)
{
    PatchItem at = item_of(p, index);
    int depth = (first + at.chunk) * Element::Chunk, n = image + at.image;
    int y = (row + at.row) * p.stride - p.top, left = (column + at.column) * p.stride - p.left;
#pragma unroll
    for (int e = 0; e < Element::Chunk; e++) v[e] = 0;
    if (n >= p.batch) return;
    const float *map = x + (long)(border.table ? n / border.actions : n) * p.height * p.width * p.channels;
    if (p.vectors)
    {
#pragma unroll
        for (int e = 0; e < Element::Chunk; e += 4)
        {
            int down = 0, across = 0, rest = depth + e;
            if (p.phases > 1)
            {
                down = rest / (p.phases * p.channels);
                rest -= down * p.phases * p.channels;
                across = rest / p.channels;
            }
            if (depth + e < p.depth && (uint)(y + down) < (uint)p.height && (uint)(left + across) < (uint)p.width)
            {
                read_4(v + e, map + ((y + down) * p.width + left) * p.channels + rest);
                if (border.table) add_border(v + e, 4, p, border, n, y, left, rest);
            }
        }
    }
    else
    {
#pragma unroll
        for (int e = 0; e < Element::Chunk; e++)
        {
            int down = (depth + e) / (p.phases * p.channels), rest = depth + e - down * p.phases * p.channels, across = rest / p.channels;
            if (depth + e < p.depth && (uint)(y + down) < (uint)p.height && (uint)(left + across) < (uint)p.width)
            {
                v[e] = map[((y + down) * p.width + left) * p.channels + rest];
                if (border.table) add_border(v + e, 1, p, border, n, y, left, rest);
            }
        }
    }
}

// Rounds them and puts them into shared memory.
template <class Element> DEVICE void keep(uchar *shared, const Patch &p, int index, const float (&v)[Element::Chunk])
{
    PatchItem at = item_of(p, index);
    *(Words *)(shared + (at.chunk * p.plane + (at.image * p.rows + at.row) * p.pitch + at.column) * 16) = Element::round(v);
}

#endif
