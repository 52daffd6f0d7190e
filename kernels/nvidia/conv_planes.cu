// What the sm_90a convolutions read: a feature map of 64 channels rounded to bf16 in planes (planes.h), and weights as matrices of 64×16.
// targets: sm_90a
#include "planes.h"

// Positions of a block, and those in flight in a thread.
#define POSITIONS 128
#define FLIGHT 4

DEVICE uint4 to_piece(float4 a, float4 b)
{
    return uint4{to_bf16x2(a.x, a.y), to_bf16x2(a.z, a.w), to_bf16x2(b.x, b.y), to_bf16x2(b.z, b.w)};
}

DEVICE float4 sum_relu(float4 x, float4 t, float4 b)
{
    float4 y = x + t + b;
    return float4{y.x < 0 ? 0 : y.x, y.y < 0 ? 0 : y.y, y.z < 0 ? 0 : y.z, y.w < 0 ? 0 : y.w};
}

// One thread writes the matrices' piece i: weights m, channels 8 to a piece; [slice of 16 channels][tap][half of the slice][64 rows]. Rows are
// output channels; for the gradient of the input they are input channels, and the taps come in reverse.
DEVICE void pack_weights(const float *w, uint4 *image, int i, int taps, bool transposed)
{
    const int row = i % CHANNELS, half = i / CHANNELS % 2, tap = i / (2 * CHANNELS) % taps, k = (i / (2 * CHANNELS * taps) * 2 + half) * 8;
    float of[8];
#pragma unroll
    for (int e = 0; e < 8; e++)
        of[e] = transposed ? w[((k + e) * taps + taps - 1 - tap) * CHANNELS + row] : w[(row * taps + tap) * CHANNELS + k + e];
    image[i] = to_piece(float4{of[0], of[1], of[2], of[3]}, float4{of[4], of[5], of[6], of[7]});
}

// The first 2·kernel² blocks pack the weights, if there are any; each of the others packs POSITIONS positions of the map, of which there are
// `positions` in a plane. x is [images, height, width, 64], or with a table one map for `actions` images each, to which the border table and its
// bias are added before ReLU (Device.BorderTableAdd).
KERNEL(conv_planes, 256)(IN(float, x), IN(float, table), IN(float, tableBias), IN(float, w), OUT(uint4, planes), OUT(uint4, image), const int images,
    const int actions, const int height, const int width, const int margin, const int rows, const int pitch, const int positions, const int kernel,
    const int transposed)
{
    BIND_IN(float, x);
    BIND_IN(float, table);
    BIND_IN(float, tableBias);
    BIND_IN(float, w);
    BIND_OUT(uint4, planes);
    BIND_OUT(uint4, image);
    const int weightBlocks = 2 * kernel * kernel;
    if (GROUP_X < weightBlocks)
    {
        pack_weights(w, image, GROUP_X * 256 + LANE, kernel * kernel, transposed != 0);
        return;
    }

    // 8 neighbouring positions and 4 planes a warp: whole lines of 128 bytes are read and written.
    const int warp = LANE / 32, lane = LANE % 32, plane = warp % 2 * 4 + lane / 8;
    const int first = (GROUP_X - weightBlocks) * POSITIONS + warp / 2 * 8 + lane % 8;
    float4 a[FLIGHT], b[FLIGHT];
#pragma unroll
    for (int f = 0; f < FLIGHT; f++)
    {
        const Place at = place_of(first + f * (POSITIONS / FLIGHT), rows, pitch);
        const int i = at.row - margin, j = at.column - margin;
        a[f] = b[f] = float4{0, 0, 0, 0};
        if (at.image >= images || i < 0 || i >= height || j < 0 || j >= width) continue;
        const float4 *from = (const float4 *)(x + (((long)(at.image / actions) * height + i) * width + j) * CHANNELS + plane * 8);
        a[f] = from[0];
        b[f] = from[1];
        if (!table_memory) continue;
        const int place = (i == 0 ? 0 : i == height - 1 ? 6 : 3) + (j == 0 ? 0 : j == width - 1 ? 2 : 1);
        const float4 *add = (const float4 *)(table + ((long)at.image * 9 + place) * CHANNELS + plane * 8);
        const float4 *bias = (const float4 *)(tableBias + plane * 8);
        a[f] = sum_relu(a[f], add[0], tableBias_memory ? bias[0] : float4{0, 0, 0, 0});
        b[f] = sum_relu(b[f], add[1], tableBias_memory ? bias[1] : float4{0, 0, 0, 0});
    }
#pragma unroll
    for (int f = 0; f < FLIGHT; f++)
    {
        const int position = first + f * (POSITIONS / FLIGHT);
        if (position < positions) planes[(long)plane * positions + position] = to_piece(a[f], b[f]);
    }
}
