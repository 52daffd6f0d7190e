// Feature maps of 64 channels as the sm_90a kernels take them: bf16, in 8 planes of 8 channels, 16 bytes a position. The images of a batch
// follow each other as one line of positions: an image has `rows` rows of `pitch` positions, both its margin wider than the image, so that the
// margin of zeros to the right of a row is the one to the left of the next, and the one below an image that above the next. Tap (u, v) of a
// window at position q is then position q + u·pitch + v for every q: a convolution is a sum of products whose operand only moves along the
// line. Positions that are no output are computed with the others and dropped.
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

#endif
