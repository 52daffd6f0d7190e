// Warp-level matrix instructions, with the fragments of the PTX ISA: lane l holds rows and columns by l / 4 and l mod 4.
#include "block.h"
#include "instructions.h"
#include <bit>
#include <cstring>

namespace emulated {

namespace {

float from_bf16(uint16_t bits) { return std::bit_cast<float>((uint32_t)bits << 16); }

float half_of(uint32_t pair, int half) { return from_bf16((uint16_t)(pair >> 16 * half)); }

// The tensor core looks at the upper 19 bits only.
float from_tf32(uint32_t bits) { return std::bit_cast<float>(bits & 0xffffe000u); }

struct Rows { const unsigned char *row; uint32_t *r; };

template <bool transposed> void load(Thread *first)
{
    for (int matrix = 0; matrix < 4; matrix++)
    {
        uint16_t element[8][8];
        for (int i = 0; i < 8; i++) memcpy(element[i], ((Rows *)first[8 * matrix + i].operand)->row, 16);
        for (int lane = 0; lane < 32; lane++)
        {
            auto row = lane / 4, column = lane % 4 * 2;
            uint32_t low = transposed ? element[column][row] : element[row][column];
            uint32_t high = transposed ? element[column + 1][row] : element[row][column + 1];
            ((Rows *)first[lane].operand)->r[matrix] = low | high << 16;
        }
    }
}

struct Product { float *d; const uint32_t *a; uint32_t b[2]; };

typedef float Row __attribute__((ext_vector_type(8)));

// d += a·b with a 16×K and b K×8, gathered from the fragments.
template <int K> void accumulate(Thread *first, const float (&a)[16][K], const Row (&b)[K])
{
    Row d[16];
    for (int lane = 0; lane < 32; lane++)
        for (int i = 0; i < 4; i++) d[lane / 4 + i / 2 * 8][lane % 4 * 2 + i % 2] = ((Product *)first[lane].operand)->d[i];
    for (int row = 0; row < 16; row++)
        for (int k = 0; k < K; k++) d[row] += a[row][k] * b[k];
    for (int lane = 0; lane < 32; lane++)
        for (int i = 0; i < 4; i++) ((Product *)first[lane].operand)->d[i] = d[lane / 4 + i / 2 * 8][lane % 4 * 2 + i % 2];
}

void multiply_bf16(Thread *first)
{
    float a[16][16];
    Row b[16];
    for (int lane = 0; lane < 32; lane++)
    {
        auto &p = *(Product *)first[lane].operand;
        auto group = lane / 4, pair = lane % 4 * 2;
        for (int half = 0; half < 2; half++)
        {
            for (int i = 0; i < 4; i++) a[group + i % 2 * 8][pair + half + i / 2 * 8] = half_of(p.a[i], half);
            for (int i = 0; i < 2; i++) b[pair + half + i * 8][group] = half_of(p.b[i], half);
        }
    }
    accumulate<16>(first, a, b);
}

void multiply_tf32(Thread *first)
{
    float a[16][8];
    Row b[8];
    for (int lane = 0; lane < 32; lane++)
    {
        auto &p = *(Product *)first[lane].operand;
        for (int i = 0; i < 4; i++) a[lane / 4 + i % 2 * 8][lane % 4 + i / 2 * 4] = from_tf32(p.a[i]);
        for (int i = 0; i < 2; i++) b[lane % 4 + i * 4][lane / 4] = from_tf32(p.b[i]);
    }
    accumulate<8>(first, a, b);
}

struct Exchange { float x, result; int mask; };

void exchange(Thread *first)
{
    for (int lane = 0; lane < 32; lane++)
    {
        auto &e = *(Exchange *)first[lane].operand;
        e.result = ((Exchange *)first[lane ^ (e.mask & 31)].operand)->x;
    }
}

}

void ldmatrix(uint32_t (&r)[4], uint32_t row, bool transposed)
{
    Rows rows{shared_pointer(row, 16, 16, "ldmatrix"), r};
    if (transposed) meet_warp("ldmatrix_x4_transposed", &rows, load<true>);
    else meet_warp("ldmatrix_x4", &rows, load<false>);
}

void mma_bf16(float (&d)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1)
{
    Product p{d, a, {b0, b1}};
    meet_warp("mma_bf16", &p, multiply_bf16);
}

void mma_tf32(float (&d)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1)
{
    Product p{d, a, {b0, b1}};
    meet_warp("mma_tf32", &p, multiply_tf32);
}

float shuffle_xor(float x, int mask)
{
    Exchange e{x, 0, mask};
    meet_warp("shuffle_xor", &e, exchange);
    return e.result;
}

// Ties go to the even neighbour.
uint16_t to_bf16(float x)
{
    auto bits = std::bit_cast<uint32_t>(x);
    if ((bits & 0x7fffffff) > 0x7f800000) return 0x7fff;
    return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

// Ties go away from zero.
uint32_t to_tf32(float x)
{
    auto bits = std::bit_cast<uint32_t>(x);
    return (bits & 0x7f800000) == 0x7f800000 ? bits : (bits + 0x1000) & 0xffffe000u;
}

}
