// What the sm_90a convolutions read: maps of 64 channels rounded to bf16 in planes (planes.h), and weights as matrices of 64×16.
// targets: sm_90a
#include "planes.h"

// Positions of a block, and those in flight in a thread.
#define POSITIONS 128
#define FLIGHT 4

DEVICE uint4 to_piece(float4 a, float4 b)
{
    return uint4{to_bf16x2(a.x, a.y), to_bf16x2(a.z, a.w), to_bf16x2(b.x, b.y), to_bf16x2(b.z, b.w)};
}

// A map [images, height, width, 64] with `margin` zeros before it, and its planes of `positions` positions.
struct Planes
{
    const float *x;
    uint4 *planes;
    int height, width, margin, positions;
};

DEVICE void pack(const Planes &p, int block, int images, int rows, int pitch)
{
    // 8 neighbouring positions and 4 planes a warp: whole lines of 128 bytes are read and written.
    const int warp = LANE / 32, lane = LANE % 32, plane = warp % 2 * 4 + lane / 8, first = block * POSITIONS + warp / 2 * 8 + lane % 8;
    float4 a[FLIGHT], b[FLIGHT];
#pragma unroll
    for (int f = 0; f < FLIGHT; f++)
    {
        const Place at = place_of(first + f * (POSITIONS / FLIGHT), rows, pitch);
        const int i = at.row - p.margin, j = at.column - p.margin;
        a[f] = b[f] = float4{0, 0, 0, 0};
        if (at.image >= images || i < 0 || i >= p.height || j < 0 || j >= p.width) continue;
        const float4 *from = (const float4 *)(p.x + (((long)at.image * p.height + i) * p.width + j) * CHANNELS + plane * 8);
        a[f] = from[0];
        b[f] = from[1];
    }
#pragma unroll
    for (int f = 0; f < FLIGHT; f++)
    {
        const int position = first + f * (POSITIONS / FLIGHT);
        if (position < p.positions) p.planes[(long)plane * p.positions + position] = to_piece(a[f], b[f]);
    }
}

// What the filter gradient reads: x in the first blocks, POSITIONS positions each, then dy without a margin of its own on the same line.
KERNEL(conv_planes, 256)(IN(float, x), OUT(uint4, xPlanes), IN(float, dy), OUT(uint4, dyPlanes), const int images, const int rows, const int pitch,
    const int height, const int width, const int margin, const int xPositions, const int outHeight, const int outWidth, const int dyPositions)
{
    BIND_IN(float, x);
    BIND_OUT(uint4, xPlanes);
    BIND_IN(float, dy);
    BIND_OUT(uint4, dyPlanes);
    const int blocks = (xPositions + POSITIONS - 1) / POSITIONS;
    const bool isX = GROUP_X < blocks;
    const Planes p = {isX ? x : dy, isX ? xPlanes : dyPlanes, isX ? height : outHeight, isX ? width : outWidth, isX ? margin : 0,
        isX ? xPositions : dyPositions};
    pack(p, isX ? GROUP_X : GROUP_X - blocks, images, rows, pitch);
}

// w [64, taps, 64] to matrices of 64 rows by 16 channels, piece by piece: [slice of 16 channels][tap][half of the slice][row][8 channels]. Rows are
// w's first index and channels its last; transposed, for the gradient of the input, it is the other way round and the taps come in reverse.
KERNEL(conv_matrices, 256)(IN(float, w), OUT(uint4, matrices), const int taps, const int transposed)
{
    BIND_IN(float, w);
    BIND_OUT(uint4, matrices);
    const int i = GROUP_X * 256 + LANE, row = i % CHANNELS, half = i / CHANNELS % 2, tap = i / (2 * CHANNELS) % taps;
    const int channel = (i / (2 * CHANNELS * taps) * 2 + half) * 8;
    float of[8];
#pragma unroll
    for (int e = 0; e < 8; e++)
        of[e] = transposed ? w[((channel + e) * taps + taps - 1 - tap) * CHANNELS + row] : w[(row * taps + tap) * CHANNELS + channel + e];
    matrices[i] = to_piece(float4{of[0], of[1], of[2], of[3]}, float4{of[4], of[5], of[6], of[7]});
}
