// Weights of 64 to 64 channels as the sm_90a convolutions read them, rounded to bf16: matrices of 64 rows by 16 channels in pieces of 8 channels,
// [slice of 16 channels][tap][half of the slice][row][8 channels].
// targets: sm_90a
#include "planes.h"

// w is [64, taps, 64]. Rows are its first index and channels its last; transposed, for the gradient of the input, it is the other way round and
// the taps come in reverse.
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
    const uint2 low = rounded(float4{of[0], of[1], of[2], of[3]}), high = rounded(float4{of[4], of[5], of[6], of[7]});
    matrices[i] = uint4{low.x, low.y, high.x, high.y};
}
