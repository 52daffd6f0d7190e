// Tests the emulator itself: instructions against plain loops, and that it finds each kind of wrong kernel.
#include "harness.h"
#include "kernels/nvidia/ptx.h"
#include "kernels/portable/fill.cl"
#include "self_test.h"
#include <bit>
#include <cmath>

// c = a·b of one 16×8 tile and depth 16·steps: a row-major, b row-major (k × 8), both bf16, through shared memory as a GEMM does it.
KERNEL(tile_bf16, 32)(const unsigned short *a, const unsigned short *b, float *c, const int steps)
{
    LOCAL __attribute__((aligned(16))) unsigned short tile_a[16 * 16], tile_b[16 * 8];
    float d[4] = {};
    for (int step = 0; step < steps; step++)
    {
        for (int i = LANE; i < 32; i += 32)
            cp_async_16(shared_address(&tile_a[i / 2 * 16 + i % 2 * 8]), a + i / 2 * 16 * steps + step * 16 + i % 2 * 8, true);
        if (LANE < 16) cp_async_16(shared_address(&tile_b[LANE * 8]), b + (step * 16 + LANE) * 8, true);
        cp_async_commit();
        cp_async_wait<0>();
        BARRIER();
        uint ra[4], rb[4];
        // Matrices: rows 0-7 and 8-15 of columns 0-7, then the same of columns 8-15.
        ldmatrix_x4(ra, shared_address(&tile_a[(LANE % 16) * 16 + LANE / 16 * 8]));
        ldmatrix_x4_transposed(rb, shared_address(&tile_b[LANE % 16 * 8]));
        mma_bf16(d, ra, rb[0], rb[1]);
        BARRIER();
    }
    for (int i = 0; i < 4; i++) c[(LANE / 4 + i / 2 * 8) * 8 + LANE % 4 * 2 + i % 2] = d[i];
}

KERNEL(tile_tf32, 32)(const float *a, const float *b, float *c)
{
    uint ra[4];
    for (int i = 0; i < 4; i++) ra[i] = to_tf32(a[(LANE / 4 + i % 2 * 8) * 8 + LANE % 4 + i / 2 * 4]);
    float d[4] = {1, 2, 3, 4};
    mma_tf32(d, ra, to_tf32(b[LANE % 4 * 8 + LANE / 4]), to_tf32(b[(LANE % 4 + 4) * 8 + LANE / 4]));
    for (int i = 0; i < 4; i++) c[(LANE / 4 + i / 2 * 8) * 8 + LANE % 4 * 2 + i % 2] = d[i];
}

// y[group] = sum of the group's 256 elements, through shuffles and shared memory.
KERNEL(sum_groups, 256)(IN(float, x), OUT(float, y))
{
    BIND_IN(float, x);
    BIND_OUT(float, y);
    LOCAL float partial[8];
    auto sum = x[GROUP_X * 256 + LANE];
    for (int mask = 16; mask; mask /= 2) sum += shuffle_xor(sum, mask);
    if (LANE % 32 == 0) partial[LANE / 32] = sum;
    BARRIER();
    if (LANE == 0)
    {
        sum = 0;
        for (int i = 0; i < 8; i++) sum += partial[i];
        y[GROUP_X] = sum;
    }
}

// y[i] = x[i] through dynamic shared memory; `wait` false leaves out the wait for the copies.
KERNEL(through_shared, 64)(const float *x, float *y, const int wait, const int valid)
{
    DYNAMIC_SHARED(memory);
    cp_async_16(shared_address(memory + LANE * 16), x + LANE * 4, LANE < valid);
    cp_async_commit();
    if (wait) cp_async_wait<0>();
    BARRIER();
    auto other = 63 - LANE;
    for (int i = 0; i < 4; i++) y[other * 4 + i] = ((float *)memory)[other * 4 + i];
}

// Two stages in flight: y = x, one stage behind.
KERNEL(staged, 32)(const float *x, float *y, const int stages)
{
    DYNAMIC_SHARED(memory);
    auto issue = [&](int stage) {
        if (stage < stages) cp_async_16(shared_address(memory + (stage % 3 * 32 + LANE) * 16), x + (stage * 32 + LANE) * 4, true);
        cp_async_commit();
    };
    issue(0);
    issue(1);
    for (int stage = 0; stage < stages; stage++)
    {
        cp_async_wait<1>();
        BARRIER();
        auto other = 31 - LANE;
        for (int i = 0; i < 4; i++) y[(stage * 32 + other) * 4 + i] = ((float *)memory)[(stage % 3 * 32 + other) * 4 + i];
        issue(stage + 2);
    }
}

KERNEL(diverges, 64)(float *y)
{
    if (LANE != 40) y[LANE] = shuffle_xor(1, 1);
}

KERNEL(mixes, 32)(float *y)
{
    uint a[4] = {};
    float d[4] = {};
    if (LANE < 16) mma_bf16(d, a, 0, 0);
    else y[LANE] = shuffle_xor(1, 1);
}

KERNEL(skips_barrier, 64)(float *y)
{
    if (LANE == 63) return;
    BARRIER();
    y[LANE] = 1;
}

// Every thread writes its element and reads its neighbour's with no barrier between.
KERNEL(races, 64)(float *y)
{
    LOCAL float x[64];
    x[LANE] = (float)LANE;
    y[LANE] = x[LANE ^ 1];
}

KERNEL(writes_behind, 32)(float *y, const int count) { y[count + LANE] = 1; }
KERNEL(reads_unwritten, 32)(float *y, const int written)
{
    LOCAL float x[32];
    if (LANE < written) x[LANE] = 1;
    y[LANE] = x[LANE];
}
KERNEL(indexes_outside, 32)(float *y, const int offset)
{
    LOCAL float x[32];
    x[LANE + offset] = 1;
    y[LANE] = x[LANE];
}
KERNEL(misaligned, 32)(float *y) { *(float4 *)(y + 1) = (float4){1, 2, 3, 4}; }
KERNEL(copies_outside, 32)(const float *x, float *)
{
    DYNAMIC_SHARED(memory);
    cp_async_16(shared_address(memory), x + 1024, true);
}
KERNEL(copies_misaligned, 32)(const float *x, float *)
{
    DYNAMIC_SHARED(memory);
    cp_async_16(shared_address(memory), x + 1, true);
}
KERNEL(loads_outside, 32)(float *)
{
    DYNAMIC_SHARED(memory);
    uint r[4];
    ldmatrix_x4(r, shared_address(memory) + 16 * LANE);
}
KERNEL(writes_dynamic_behind, 32)(float *)
{
    DYNAMIC_SHARED(memory);
    memory[100 + LANE] = 1;
}

namespace {

void products()
{
    for (int steps : {1, 2, 5})
    {
        auto depth = 16 * steps;
        Array<unsigned short> a(16 * depth), b(depth * 8);
        Array<float> c(16 * 8);
        Numbers numbers;
        for (auto &x : a) x = emulated::to_bf16(numbers.next());
        for (auto &x : b) x = emulated::to_bf16(numbers.next());
        launch({1}, 32, 0, tile_bf16, a.data(), b.data(), c.data(), steps);
        for (int row = 0; row < 16; row++)
            for (int column = 0; column < 8; column++)
            {
                double sum = 0;
                for (int k = 0; k < depth; k++) sum += (double)value(a[row * depth + k]) * value(b[k * 8 + column]);
                expect(std::abs(c[row * 8 + column] - sum) <= 1e-5 * depth, "mma_bf16 differs from the loop");
            }
    }
    Array<float> a(16 * 8), b(8 * 8), c(16 * 8);
    Numbers numbers;
    for (auto &x : a) x = numbers.next();
    for (auto &x : b) x = numbers.next();
    launch({1}, 32, 0, tile_tf32, a.data(), b.data(), c.data());
    for (int row = 0; row < 16; row++)
        for (int column = 0; column < 8; column++)
        {
            double sum = 1 + column % 2 + row / 8 * 2;
            for (int k = 0; k < 8; k++) sum += (double)a[row * 8 + k] * b[k * 8 + column];
            expect(std::abs(c[row * 8 + column] - sum) <= 2e-2, "mma_tf32 differs from the loop");
        }
}

void rounding()
{
    auto bf16 = [](uint32_t bits) { return emulated::to_bf16(std::bit_cast<float>(bits)); };
    expect(bf16(0x3f800000) == 0x3f80 && bf16(0x3f808000) == 0x3f80 && bf16(0x3f818000) == 0x3f82 && bf16(0x3f808001) == 0x3f81
        && bf16(0xbf80ffff) == 0xbf81 && bf16(0x7f800000) == 0x7f80 && bf16(0x7f7fffff) == 0x7f80, "bf16 rounds to nearest even");
    auto tf32 = [](uint32_t bits) { return emulated::to_tf32(std::bit_cast<float>(bits)); };
    expect(tf32(0x3f800fff) == 0x3f800000 && tf32(0x3f801000) == 0x3f802000 && tf32(0xbf801000) == 0xbf802000, "tf32 rounds ties away from zero");
    expect(to_bf16x2(1, 2) == 0x40003f80, "the first of two is in the lower half");
}

void groups()
{
    constexpr int count = 50;
    Array<float> x(count * 256 + 1), y(count);
    for (size_t i = 0; i < x.size(); i++) x[i] = (float)(i % 7);
    launch({count}, 256, 0, sum_groups, x.data(), 4, y.data(), 0);
    for (int g = 0; g < count; g++)
    {
        float sum = 0;
        for (int i = 0; i < 256; i++) sum += x[g * 256 + i + 1];
        expect(y[g] == sum, "sums of groups");
    }
    Array<float> filled(1000);
    launch({2}, 256, 0, fill, filled.data(), 0, 2.5f, 1000);
    for (auto v : filled) expect(v == 2.5f, "fill");
}

void copies()
{
    Array<float> x(256), y(256);
    for (int i = 0; i < 256; i++) x[i] = (float)i;
    launch({1}, 64, 1024, through_shared, x.data(), y.data(), 1, 50);
    for (int i = 0; i < 256; i++) expect(y[i] == (i < 200 ? x[i] : 0), "cp_async");
    launch({1}, 64, 1024, through_shared, x.data(), y.data(), 0, 50);
    for (int i = 0; i < 256; i++) expect(std::isnan(y[i]), "data without a wait is poison");
    Array<float> many(7 * 128), same(7 * 128);
    for (int i = 0; i < 7 * 128; i++) many[i] = (float)i;
    launch({1}, 32, 3 * 512, staged, many.data(), same.data(), 7);
    for (int i = 0; i < 7 * 128; i++) expect(same[i] == many[i], "groups of copies in flight");
}

void faults()
{
    Array<float> y(64);
    expect_failure("threads 32-39, 41-63 wait at shuffle_xor; threads 0-31, 40 have ended", [&] { launch({1}, 64, 0, diverges, y.data()); });
    expect_failure("kernel diverges, group (0, 0, 0): ", [&] { launch({1}, 64, 0, diverges, y.data()); });
    expect_failure("is at shuffle_xor while thread 0 of the same warp is at mma_bf16", [&] { launch({1}, 32, 0, mixes, y.data()); });
    expect_failure("threads 0-62 wait at BARRIER; threads 63 have ended", [&] { launch({1}, 64, 0, skips_barrier, y.data()); });
    Array<float> small(3);
    expect_failure("writes_behind: wrote behind the block of 12 bytes", [&] { launch({1}, 1, 0, writes_behind, small.data(), 3); });
    small.data()[3] = std::bit_cast<float>(0xa5a5a5a5);
    expect_failure("touches memory behind the block of 256 bytes", [&] { launch({1}, 32, 0, writes_behind, y.data(), 64); });
    expect_failure("touches memory in front of the block", [&] { launch({1}, 32, 0, writes_behind, y.data(), -1100); });
    expect_failure("touches address", [&] { launch({1}, 32, 0, writes_behind, nullptr, 64); });
    expect_failure("indexes an array with 32, outside of it, at self_test.cpp:", [&] { launch({1}, 32, 0, indexes_outside, y.data(), 1); });
    expect_failure("misaligned pointer", [&] { launch({1}, 32, 0, misaligned, y.data()); });
    expect_failure("cp_async of 16 bytes outside of every block", [&] { launch({1}, 32, 16, copies_outside, y.data(), y.data()); });
    expect_failure("cp_async from an address that is no multiple of 16", [&] { launch({1}, 32, 16, copies_misaligned, y.data(), y.data()); });
    expect_failure("ldmatrix of 16 bytes at shared address 1280, outside", [&] { launch({1}, 32, 256, loads_outside, y.data()); });
    expect_failure("wrote behind the 100 bytes of dynamic", [&] { launch({1}, 32, 100, writes_dynamic_behind, y.data()); });
    expect_failure("uses dynamic shared memory, and the launch gives none", [&] { launch({1}, 32, 0, writes_dynamic_behind, y.data()); });
    launch({1}, 32, 0, reads_unwritten, y.data(), 1);
    expect(y[0] == 1 && std::isnan(y[1]), "unwritten shared memory is poison");
    launch({1}, 256, 0, fill, y.data(), 0, 1, 64);
    expect(y[63] == 1, "a launch after failures");
}

void orders()
{
    Array<float> y(64);
    int wrong = 0;
    for (int seed = 1; seed <= 20; seed++)
    {
        emulated::set_seed(seed);
        launch({1}, 64, 0, races, y.data());
        for (int i = 0; i < 64; i++) wrong += y[i] != (float)(i ^ 1);
        products();
        groups();
        copies();
    }
    emulated::set_seed(0);
    expect(wrong > 0, "a race shows in other orders");
}

}

int main()
{
    rounding();
    products();
    groups();
    copies();
    faults();
    orders();
    return report();
}
