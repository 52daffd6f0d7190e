// Feature maps of 64 channels as the sm_90a kernels take them: bf16 in shared memory, in 8 planes of 8 channels, 16 bytes a position.
//
// The images of a batch follow each other as one line of positions: an image has `rows` rows of `pitch` positions, both its margin wider than the
// image, so that the margin of zeros to the right of a row is the one to the left of the next, and the one below an image that above the next.
// Tap (u, v) of a window at position q is then position q + u·pitch + v for every q: a convolution is a sum of products whose operand only moves
// along the line. Positions that are no output are computed with the others and dropped.
#ifndef ACTIONABLE_PLANES_H
#define ACTIONABLE_PLANES_H
#include "ptx90.h"

#define CHANNELS 64
#define PLANES 8
// Bytes of one position in a plane: 8 channels.
#define PIECE 16u
typedef uint uint4 __attribute__((ext_vector_type(4)));
typedef uint uint2 __attribute__((ext_vector_type(2)));
typedef int int2 __attribute__((ext_vector_type(2)));
typedef float float2 __attribute__((ext_vector_type(2)));

// A ring of buffers in shared memory: the one at hand, and the parity of the phase of its barriers.
struct Ring
{
    uint slot, parity;
};
DEVICE void next(Ring &ring, uint slots)
{
    if (++ring.slot == slots) ring.slot = 0, ring.parity ^= 1;
}
DEVICE uint before(const Ring &ring, uint slots) { return (ring.slot == 0 ? slots : ring.slot) - 1; }

// A map on the line: each `actions` images in turn read one map of this height and width, with `margin` zeros before it.
struct Line
{
    int images, actions, height, width, margin, rows, pitch;
};

// Where a position of the line lies: image, row and column.
struct Place
{
    int image, row, column;
};
DEVICE Place place_of(int position, int rows, int pitch)
{
    const uint line = (uint)position / (uint)pitch;
    return {(int)(line / (uint)rows), (int)(line % (uint)rows), (int)((uint)position % (uint)pitch)};
}

// Where a position of the line comes from, as numbers of rows of 64 floats: in the map, or -1 in a margin; and in a border table.
DEVICE int2 source_of(const Line &l, int position)
{
    const Place at = place_of(position, l.rows, l.pitch);
    const int i = at.row - l.margin, j = at.column - l.margin;
    if (at.image >= l.images || i < 0 || i >= l.height || j < 0 || j >= l.width) return int2{-1, 0};
    const int place = (i == 0 ? 0 : i == l.height - 1 ? 6 : 3) + (j == 0 ? 0 : j == l.width - 1 ? 2 : 1);
    return int2{(at.image / l.actions * l.height + i) * l.width + j, at.image * 9 + place};
}

// Pixels of the map that come before a position of the line.
DEVICE int pixels_before(const Line &l, int position)
{
    const Place at = place_of(position, l.rows, l.pitch);
    if (at.image >= l.images) return l.images * l.height * l.width;
    const int i = at.row - l.margin, j = at.column - l.margin;
    const int rows = i < 0 ? 0 : i < l.height ? i : l.height, columns = i < 0 || i >= l.height || j < 0 ? 0 : j < l.width ? j : l.width;
    return (at.image * l.height + rows) * l.width + columns;
}

// One thread asks for what the positions from first to end will read, a part at a time.
DEVICE void prefetch(const Line &l, const float *x, int first, int end)
{
    const int part = 64, last = pixels_before(l, end);
    for (int i = pixels_before(l, first); i < last; i += part)
        bulk_prefetch(x + (long)i * CHANNELS, (last - i < part ? last - i : part) * (CHANNELS * sizeof(float)));
}

// Four channels rounded to bf16.
DEVICE uint2 rounded(float4 x) { return uint2{to_bf16x2(x.x, x.y), to_bf16x2(x.z, x.w)}; }

#endif
