// Operands of tensor-core kernels in shared memory. A tile is kept as planes of 16-byte chunks, [chunk][row][16 bytes]: a chunk holds 8 bf16 or
// 4 tf32 elements that follow each other in the depth of a product (or, for transposed operands, across it). Eight rows of a chunk are 128
// contiguous bytes, so that ldmatrix has no bank conflicts wherever a run of rows starts, and a tap of a convolution is a constant added to
// the address. A unit is the depth of one mma: two chunks, 16 bf16 or 8 tf32 elements.
#ifndef ACTIONABLE_MMA_H
#define ACTIONABLE_MMA_H
#include "ptx.h"

// A kernel of which so many blocks are to fit on a multiprocessor: what they may take of its 65536 registers.
#if defined(__CUDA__)
#define KERNEL_TOGETHER(name, group, blocks) extern "C" __attribute__((global)) __attribute__((launch_bounds(group, blocks))) void name
#else
#define KERNEL_TOGETHER(name, group, blocks) KERNEL(name, group)
#endif

typedef uint Words __attribute__((vector_size(16)));
typedef float Floats __attribute__((vector_size(16)));
typedef float Pair __attribute__((vector_size(8)));

// A part of shared memory, for loads that name a pointer and for those that name an address.
struct Shared
{
    uchar *pointer;
    uint address;
};

// Operands rounded to bf16.
struct Bf16
{
    static constexpr int Chunk = 8, Unit = 16;

    DEVICE Words round(const float (&v)[8])
    {
        return Words{to_bf16x2(v[0], v[1]), to_bf16x2(v[2], v[3]), to_bf16x2(v[4], v[5]), to_bf16x2(v[6], v[7])};
    }

    DEVICE void multiply(float (&d)[4], const uint (&a)[4], uint b0, uint b1) { mma_bf16(d, a, b0, b1); }

    // Of the depth rows of a unit, the one whose address this lane gives for the second operand, which is stored as rows of the depth.
    DEVICE int depth_row(int lane, int) { return lane & 15; }

    // 16 rows of the first operand, stored as rows of the depth: row of the unit's first depth row, plane of its first chunk.
    DEVICE void first_transposed(uint (&a)[4], const Shared &s, int row, int plane, int lane)
    {
        ldmatrix_x4_transposed(a, s.address + (row + (lane >> 4) * 8 + (lane & 7)) * 16 + (lane >> 3 & 1) * plane);
    }

    // 16 columns of the second operand; low is 16 times the lane's depth row plus the plane of its first chunk.
    DEVICE void second_transposed(uint (&b)[4], const Shared &s, int low, int, int plane, int lane)
    {
        ldmatrix_x4_transposed(b, s.address + low + (lane >> 4) * plane);
    }
};

// Operands rounded to TensorFloat-32. ldmatrix cannot transpose 32-bit elements: they are loaded one by one, which the planes serve without
// bank conflicts if their rows are 4 modulo 8 in number.
struct Tf32
{
    static constexpr int Chunk = 4, Unit = 8;

    DEVICE Words round(const float (&v)[4]) { return Words{to_tf32(v[0]), to_tf32(v[1]), to_tf32(v[2]), to_tf32(v[3])}; }

    DEVICE void multiply(float (&d)[4], const uint (&a)[4], uint b0, uint b1) { mma_tf32(d, a, b0, b1); }

    DEVICE int depth_row(int lane, int half) { return (lane & 3) + 4 * half; }

    DEVICE void first_transposed(uint (&a)[4], const Shared &s, int row, int plane, int lane)
    {
        int at = (row + (lane & 3)) * 16 + (lane >> 4) * plane + (lane >> 2 & 3) * 4;
        a[0] = *(const uint *)(s.pointer + at);
        a[1] = *(const uint *)(s.pointer + at + 2 * plane);
        a[2] = *(const uint *)(s.pointer + at + 64);
        a[3] = *(const uint *)(s.pointer + at + 64 + 2 * plane);
    }

    DEVICE void second_transposed(uint (&b)[4], const Shared &s, int low, int high, int plane, int lane)
    {
        int at = (lane >> 4) * plane + (lane >> 2 & 3) * 4;
        b[0] = *(const uint *)(s.pointer + at + low);
        b[1] = *(const uint *)(s.pointer + at + high);
        b[2] = *(const uint *)(s.pointer + at + low + 2 * plane);
        b[3] = *(const uint *)(s.pointer + at + high + 2 * plane);
    }
};

// 16 rows of the first operand, stored as rows: the lane's row is row + first_row(lane).
DEVICE int first_row(int lane) { return lane & 15; }
DEVICE int first_chunk(int lane) { return lane >> 4; }

// 16 columns of the second operand, stored as rows of columns likewise.
DEVICE int second_row(int lane) { return (lane & 7) + (lane >> 4) * 8; }
DEVICE int second_chunk(int lane) { return lane >> 3 & 1; }

// n / d for inverse = ceil(2^20 / d), if n·d < 2^20 and n·inverse < 2^32.
DEVICE int divide(int n, uint inverse) { return (int)((uint)n * inverse >> 20); }

// max(0, x); NaN stays NaN.
DEVICE float relu(float x) { return x < 0 ? 0.0f : x; }

// Reads one element, or four that are 16 aligned bytes.
template <int Count> DEVICE void read(float *v, const float *x)
{
    if (Count == 1)
    {
        v[0] = x[0];
        return;
    }
    Floats four = *(const Floats *)x;
#pragma unroll
    for (int e = 0; e < Count; e++) v[e] = four[e];
}

#endif
