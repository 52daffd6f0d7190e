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
    uint chunk_inverse;                 // for divide()
    int vectors;                        // whether every 4 elements of the depth are 16 aligned bytes, inside the map or outside together
};

// What is added to the map on the way: table[n, class of the pixel, c] + bias[c], before max(0, ·). table is null for nothing; then images of the
// patch are images of the map, else each image of the map serves so many actions. Only where phases is 1.
struct Border
{
    const float *table, *bias;
    int actions;
};

// A pixel of a patch, from the first: element offset and map pixels down and across (16 bits each) within an image, image, byte in a plane.
struct alignas(16) PatchPixel
{
    int offset, steps, image, place;
};

// Some elements of the depth of any pixel, four or one: likewise; offset -1 beyond the depth.
struct alignas(8) PatchStep
{
    int offset, steps;
};

// The two tables of a patch in shared memory, so that loads need no divisions.
struct PatchTables
{
    PatchPixel *pixels;
    PatchStep *steps;
};

// Where a patch begins on the map.
struct Corner
{
    int image, y, x;
};

// A chunk on its way: its elements and where they go, in bytes; -1 for none.
template <class Element> struct Load
{
    float v[Element::Chunk];
    int place;
};

DEVICE int pixels_of(const Patch &p) { return p.images * p.rows * p.columns; }
DEVICE int items_of(const Patch &p) { return pixels_of(p) * p.chunks; }

// Row and column in patch pixels.
DEVICE Corner corner_of(const Patch &p, int image, int row, int column)
{
    const Corner corner = {image, row * p.stride - p.top, column * p.stride - p.left};
    return corner;
}

DEVICE void make_pixels(const PatchTables &t, const Patch &p, int threads)
{
    for (int pixel = LANE; pixel < pixels_of(p); pixel += threads)
    {
        const int line = pixel / p.columns, j = pixel - line * p.columns, image = line / p.rows, i = line - image * p.rows;
        const PatchPixel entry = {(i * p.width + j) * p.stride * p.channels, i * p.stride | j * p.stride << 16, image, (line * p.pitch + j) * 16};
        t.pixels[pixel] = entry;
    }
}

// For the slice of depth that begins with the chunk of number first.
template <class Element> DEVICE void make_steps(const PatchTables &t, const Patch &p, int first, bool vectors, int threads)
{
    const int size = vectors ? 4 : 1;
    for (int step = LANE; step < p.chunks * Element::Chunk / size; step += threads)
    {
        const int depth = first * Element::Chunk + step * size, run = p.phases * p.channels;
        const int down = depth / run, rest = depth - down * run, across = rest / p.channels;
        const PatchStep entry = {depth < p.depth ? down * p.width * p.channels + rest : -1, down | across << 16};
        t.steps[step] = entry;
    }
}

// Adds what Border says to the elements of a pixel from a channel on.
template <int Size> DEVICE void add_border(float *v, const Patch &p, const Border &b, int image, int y, int x, int channel)
{
    const int place = 3 * (y == 0 ? 0 : y == p.height - 1 ? 2 : 1) + (x == 0 ? 0 : x == p.width - 1 ? 2 : 1);
    float table[Size], bias[Size] = {};
    read<Size>(table, b.table + ((long)image * 9 + place) * p.channels + channel);
    if (b.bias) read<Size>(bias, b.bias + channel);
#pragma unroll
    for (int e = 0; e < Size; e++) v[e] = relu(v[e] + table[e] + bias[e]);
}

// Loads the chunk of number index; zero outside the map.
template <class Element, bool Vectors>
DEVICE void fetch(Load<Element> &load, const Patch &p, const float *x, int actions, const PatchTables &t, const Corner &corner, int index)
{
    constexpr int Size = Vectors ? 4 : 1;
    const int pixel = divide(index, p.chunk_inverse), chunk = index - pixel * p.chunks;
    const PatchPixel at = t.pixels[pixel];
    const int n = corner.image + at.image, y = corner.y + (at.steps & 0xffff), left = corner.x + (at.steps >> 16);
    const float *from = x + ((long)(actions > 1 ? n / actions : n) * p.height * p.width + corner.y * p.width + corner.x) * p.channels + at.offset;
    load.place = at.place + chunk * p.plane * 16;
#pragma unroll
    for (int e = 0; e < Element::Chunk; e += Size)
    {
        const PatchStep step = t.steps[(chunk * Element::Chunk + e) / Size];
#pragma unroll
        for (int f = 0; f < Size; f++) load.v[e + f] = 0;
        // No short cuts: a predicate for the load in the place of branches.
        const bool inside = (n < p.batch) & (step.offset >= 0) & ((uint)(y + (step.steps & 0xffff)) < (uint)p.height) &
                            ((uint)(left + (step.steps >> 16)) < (uint)p.width);
        if (inside) read<Size>(load.v + e, from + step.offset);
    }
}

// Adds what Border says to a chunk that was loaded.
template <class Element, bool Vectors>
DEVICE void finish(Load<Element> &load, const Patch &p, const Border &border, const PatchTables &t, const Corner &corner, int index)
{
    constexpr int Size = Vectors ? 4 : 1;
    const int pixel = divide(index, p.chunk_inverse), chunk = index - pixel * p.chunks;
    const PatchPixel at = t.pixels[pixel];
    const int n = corner.image + at.image, y = corner.y + (at.steps & 0xffff), left = corner.x + (at.steps >> 16);
    if (n >= p.batch || (uint)y >= (uint)p.height || (uint)left >= (uint)p.width) return;
#pragma unroll
    for (int e = 0; e < Element::Chunk; e += Size)
    {
        const int channel = t.steps[(chunk * Element::Chunk + e) / Size].offset;
        if (channel >= 0) add_border<Size>(load.v + e, p, border, n, y, left, channel);
    }
}

// Rounds a chunk and puts it into shared memory.
template <class Element> DEVICE void keep(uchar *shared, const Load<Element> &load) { *(Words *)(shared + load.place) = Element::round(load.v); }

// Brings a slice of a patch into shared memory by all threads of a block, Batch chunks at a time, so that their loads overlap.
template <class Element, bool Vectors, int Batch>
DEVICE void bring_in(uchar *shared, const Patch &p, const float *x, const Border &border, const PatchTables &t, const Corner &corner, int threads)
{
    const int count = items_of(p);
#pragma unroll 1
    for (int index = LANE; index < count; index += threads * Batch)
    {
        Load<Element> loads[Batch];
#pragma unroll
        for (int k = 0; k < Batch; k++)
            if (index + threads * k < count) fetch<Element, Vectors>(loads[k], p, x, border.actions, t, corner, index + threads * k);
        if (border.table)
        {
#pragma unroll
            for (int k = 0; k < Batch; k++)
                if (index + threads * k < count) finish<Element, Vectors>(loads[k], p, border, t, corner, index + threads * k);
        }
#pragma unroll
        for (int k = 0; k < Batch; k++)
            if (index + threads * k < count) keep<Element>(shared, loads[k]);
    }
}

template <class Element>
DEVICE void bring(uchar *shared, const Patch &p, const float *x, const Border &border, const PatchTables &t, const Corner &corner, int threads)
{
    if (p.vectors) bring_in<Element, true, 4>(shared, p, x, border, t, corner, threads);
    else bring_in<Element, false, 1>(shared, p, x, border, t, corner, threads);
}

#endif
