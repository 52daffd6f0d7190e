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

// x [images, height, width, 64] to planes of `positions` positions, POSITIONS a block.
KERNEL(conv_planes, 256)(IN(float, x), OUT(uint4, planes), const int images, const int height, const int width, const int margin, const int rows,
    const int pitch, const int positions)
{
    BIND_IN(float, x);
    BIND_OUT(uint4, planes);
    // 8 neighbouring positions and 4 planes a warp: whole lines of 128 bytes are read and written.
    const int warp = LANE / 32, lane = LANE % 32, plane = warp % 2 * 4 + lane / 8, first = GROUP_X * POSITIONS + warp / 2 * 8 + lane % 8;
    float4 a[FLIGHT], b[FLIGHT];
#pragma unroll
    for (int f = 0; f < FLIGHT; f++)
    {
        const Place at = place_of(first + f * (POSITIONS / FLIGHT), rows, pitch);
        const int i = at.row - margin, j = at.column - margin;
        a[f] = b[f] = float4{0, 0, 0, 0};
        if (at.image >= images || i < 0 || i >= height || j < 0 || j >= width) continue;
        const float4 *from = (const float4 *)(x + (((long)at.image * height + i) * width + j) * CHANNELS + plane * 8);
        a[f] = from[0];
        b[f] = from[1];
    }
#pragma unroll
    for (int f = 0; f < FLIGHT; f++)
    {
        const int position = first + f * (POSITIONS / FLIGHT);
        if (position < positions) planes[(long)plane * positions + position] = to_piece(a[f], b[f]);
    }
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
