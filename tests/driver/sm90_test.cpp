// Tests the emulated instructions of sm_90a: layouts of matrices in shared memory as a bulk or tensor copy leaves them, written down here
// apart from the emulator's, and that it finds missing waits, fences and barriers.
#include "harness.h"
#include "kernels/nvidia/ptx90.h"
#include "self_test.h"
#include <cmath>
#include <cstring>

#define IMAGE 32768u

struct Matrix { ulong descriptor; int transposed; };

// d = (a·b, steps times 16 deep) with the image of shared memory loaded by bulk copies; descriptors are for an image at address 0.
template <int N, bool TransposeA, bool TransposeB>
DEVICE void product(uchar *memory, const uchar *image, float *y, ulong a, ulong b, int steps, ulong a_step, ulong b_step)
{
    const uint base = shared_address(memory), barrier = base + IMAGE;
    if (LANE == 0)
    {
        mbarrier_init(barrier, 1);
        fence_mbarrier_init();
    }
    BARRIER();
    if (LANE == 0)
    {
        mbarrier_arrive_expect(barrier, IMAGE);
        for (uint part = 0; part < IMAGE; part += IMAGE / 4) bulk_load(base + part, image + part, IMAGE / 4, barrier);
    }
    mbarrier_wait(barrier, 0);
    float d[N / 2] = {};
    wgmma_pin(d);
    wgmma_fence();
    for (int step = 0; step < steps; step++)
        emulated::wgmma(d, N, nullptr, a + (base >> 4) + step * a_step, b + (base >> 4) + step * b_step, TransposeA, TransposeB);
    wgmma_commit();
    wgmma_finish(d);
    for (int i = 0; i < N / 2; i++) y[(LANE / 32 * 16 + LANE % 32 / 4 + i / 2 % 2 * 8) * N + i / 4 * 8 + LANE % 4 * 2 + i % 2] = d[i];
}

#define PRODUCT(name, TransposeA, TransposeB)                                                                                           \
    KERNEL(name, 128)(const uchar *image, float *y, const ulong a, const ulong b, const int steps, const ulong a_step, const ulong b_step) \
    {                                                                                                                                   \
        DYNAMIC_SHARED(memory);                                                                                                         \
        product<96, TransposeA, TransposeB>(memory, image, y, a, b, steps, a_step, b_step);                                             \
    }
PRODUCT(product_k_k, false, false)
PRODUCT(product_mn_mn, true, true)

// a from registers, b MN-major without swizzle: columns in pieces of 8, [column / 8][k][8].
KERNEL(product_registers, 128)(const unsigned short *a, const uchar *image, float *y)
{
    DYNAMIC_SHARED(memory);
    for (int i = LANE; i < 16 * 64 * 2; i += 128) memory[i] = image[i];
    fence_proxy_async();
    BARRIER();
    uint fragment[4];
    for (int i = 0; i < 4; i++)
    {
        auto at = (LANE / 32 * 16 + LANE % 32 / 4 + i % 2 * 8) * 16 + LANE % 4 * 2 + i / 2 * 8;
        fragment[i] = a[at] | (uint)a[at + 1] << 16;
    }
    float d[32];
    for (int i = 0; i < 32; i++) d[i] = (float)i;
    wgmma_fence();
    wgmma_bf16_transposed(d, fragment, wgmma_descriptor(shared_address(memory), 128, 256));
    wgmma_commit();
    wgmma_finish(d);
    for (int i = 0; i < 32; i++) y[(LANE / 32 * 16 + LANE % 32 / 4 + i / 2 % 2 * 8) * 64 + i / 4 * 8 + LANE % 4 * 2 + i % 2] = d[i] - (float)i;
}

// One way to be wrong for each bit of `fault`.
KERNEL(faulty, 256)(const float *x, float *y, const int fault)
{
    DYNAMIC_SHARED(memory);
    const uint base = shared_address(memory), barrier = base + 8192;
    if (LANE == 0)
    {
        mbarrier_init(barrier, 1);
        if (fault != 1) fence_mbarrier_init();
    }
    BARRIER();
    if (LANE == 0)
    {
        mbarrier_arrive_expect(barrier, fault == 2 ? 8192 : 4096);
        bulk_load(base, x, 4096, barrier);
        if (fault == 3) mbarrier_arrive(barrier);
        if (fault == 4) ((volatile float *)memory)[2048] = 1;
    }
    if (fault != 5) mbarrier_wait(barrier, 0);
    if (fault == 6) mbarrier_wait(barrier, 1);
    y[LANE] = ((volatile float *)memory)[LANE];
    if (LANE < 128 && fault != 5)
    {
        float d[32] = {};
        if (fault != 7) wgmma_fence();
        wgmma_bf16(d, wgmma_descriptor(base, 128, 256), wgmma_descriptor(fault == 8 ? base + 16384 : base, 128, 256));
        wgmma_commit();
        if (fault == 9) ((volatile float *)memory)[LANE] = 5;
        if (fault == 10) d[3] = 1;
        if (fault != 11) wgmma_wait<0>();
        y[LANE] = ((volatile float *)d)[3];
    }
    if (fault == 12 && LANE != 7) named_barrier(1, 128);
    if (fault == 16)
    {
        BARRIER();
        ((volatile float *)memory)[LANE] = 2;
        BARRIER();
        if (LANE == 0) bulk_store(y, base, 1024), bulk_store_commit(), bulk_store_wait();
    }
    if (fault == 17 && LANE < 128)
    {
        cp_async_16(base + 4096 + LANE * 16, x, true);
        cp_async_commit();
        cp_async_wait<0>();
        named_barrier(1, 128);
        float d[32] = {};
        wgmma_fence();
        wgmma_bf16(d, wgmma_descriptor(base, 128, 256), wgmma_descriptor(base + 4096, 128, 256));
        wgmma_commit();
        wgmma_wait<0>();
    }
    if (fault == 13) bulk_store(y, base, 1024), bulk_store_commit();
    if (fault == 14) mbarrier_try_wait(barrier + 8, 0);
    if (fault == 15 && LANE == 0) bulk_load(base, x, 4096, barrier);
}

// Two buffers from one producer warp to one consumer warpgroup and out again by bulk stores.
KERNEL(pipeline, 160)(const float *x, float *y, const int stages)
{
    DYNAMIC_SHARED(memory);
    const uint base = shared_address(memory);
    auto full = [&](int s) { return base + 4096 + 16 * (s % 2); };
    auto free = [&](int s) { return full(s) + 8; };
    if (LANE == 0)
    {
        for (int s = 0; s < 2; s++) mbarrier_init(full(s), 1), mbarrier_init(free(s), 128);
        fence_mbarrier_init();
    }
    BARRIER();
    if (LANE >= 128)
    {
        if (LANE != 128) return;
        for (int s = 0; s < stages; s++)
        {
            mbarrier_wait(free(s), (s / 2 & 1) ^ 1);
            mbarrier_arrive_expect(full(s), 512);
            bulk_load(base + s % 2 * 512, x + s * 128, 512, full(s));
        }
        return;
    }
    for (int s = 0; s < stages; s++)
    {
        mbarrier_wait(full(s), s / 2 & 1);
        const float value = ((float *)memory)[s % 2 * 128 + 127 - LANE];
        mbarrier_arrive(free(s));
        bulk_store_wait_read();
        named_barrier(1, 128);
        ((float *)memory)[512 + LANE] = value;
        fence_proxy_async();
        named_barrier(1, 128);
        if (LANE == 0) bulk_store(y + s * 128, base + 2048, 512), bulk_store_commit();
    }
    bulk_store_wait();
}

namespace {

constexpr int n = 96;

ulong descriptor(uint address, uint leading, uint stride, int swizzle) { return wgmma_descriptor(address, leading, stride) | (ulong)swizzle << 62; }

struct Case {
    const char *name;
    Array<unsigned short> image{IMAGE / 2};
    Array<unsigned short> a{64 * 64}, b{n * 64};
    int depth;
    Case(const char *name, int depth) : name(name), depth(depth)
    {
        Numbers numbers;
        for (auto &v : a) v = emulated::to_bf16(numbers.next());
        for (auto &v : b) v = emulated::to_bf16(numbers.next());
    }
    // Places every element at a byte of the image; a at 0, b at 16384.
    template <typename Place> void place(Place byte)
    {
        for (int k = 0; k < depth; k++)
        {
            for (int m = 0; m < 64; m++) image[byte(m, k, 64) / 2] = a[m * 64 + k];
            for (int j = 0; j < n; j++) image[(16384 + byte(j, k, n)) / 2] = b[j * 64 + k];
        }
    }
    template <typename Kernel> void run(Kernel kernel, ulong da, ulong db, int steps, ulong a_step, ulong b_step)
    {
        Array<float> y(64 * n);
        launch({1}, 128, IMAGE + 16, kernel, (const uchar *)image.data(), y.data(), da, db, steps, a_step, b_step);
        for (int m = 0; m < 64; m++)
            for (int j = 0; j < n; j++)
            {
                double sum = 0;
                for (int k = 0; k < depth; k++) sum += (double)value(a[m * 64 + k]) * value(b[j * 64 + k]);
                expect(std::abs(y[m * n + j] - sum) <= 1e-5 * depth, name);
            }
    }
};

// K-major with swizzle: rows of `width` bytes as a tensor copy writes them, 8 of them to a pattern, pieces exchanged by the row's number.
void k_major_swizzled(int mode, int width)
{
    const int depth = width / 2, pattern = 8 * width;
    Case c("K-major swizzled", depth);
    c.place([&](int mn, int k, int) {
        auto piece = k / 8, line = mn % 8 * width / 128;
        auto within = mn % 8 * width % 128 / 16 + piece;
        return mn / 8 * pattern + line * 128 + (within ^ line % (width / 16)) * 16 + k % 8 * 2;
    });
    c.run(product_k_k, descriptor(0, 16, pattern, mode), descriptor(16384, 16, pattern, mode), depth / 16, 2, 2);
}

// MN-major with swizzle: lines of width / 2 rows (columns) for one k, 8 of k to a pattern; then the next 8 of k, then the next rows.
void mn_major_swizzled(int mode, int width)
{
    const int depth = 32, run = width / 2, pattern = 8 * width, leading = depth / 8 * pattern;
    Case c("MN-major swizzled", depth);
    c.place([&](int mn, int k, int) {
        auto byte = k % 8 * width + mn % run * 2, line = byte / 128;
        auto piece = byte % 128 / 16 ^ line % (width / 16);
        return mn / run * leading + k / 8 * pattern + line * 128 + piece * 16 + mn % 8 * 2;
    });
    c.run(product_mn_mn, descriptor(0, leading, pattern, mode), descriptor(16384, leading, pattern, mode), 2, 2 * pattern / 16, 2 * pattern / 16);
}

void layouts()
{
    {
        // Core matrices of 8 rows × 16 bytes; along k they follow each other by 8 rows' worth of all rows.
        Case c("K-major", 48);
        c.place([](int mn, int k, int extent) { return k / 8 * (extent * 16) + mn / 8 * 128 + mn % 8 * 16 + k % 8 * 2; });
        c.run(product_k_k, descriptor(0, 64 * 16, 128, 0), descriptor(16384, n * 16, 128, 0), 3, 2 * 64, 2 * n);
    }
    {
        // Core matrices of 8 k × 16 bytes of rows; the two along k are neighbours, then come the next 8 rows.
        Case c("MN-major", 16);
        c.place([](int mn, int k, int) { return mn / 8 * 256 + k / 8 * 128 + k % 8 * 16 + mn % 8 * 2; });
        c.run(product_mn_mn, descriptor(0, 128, 256, 0), descriptor(16384, 128, 256, 0), 1, 0, 0);
    }
    k_major_swizzled(1, 128);
    k_major_swizzled(2, 64);
    k_major_swizzled(3, 32);
    mn_major_swizzled(1, 128);
    mn_major_swizzled(2, 64);
    mn_major_swizzled(3, 32);
}

void registers()
{
    Array<unsigned short> a(64 * 16), image(16 * 64);
    Array<float> y(64 * 64);
    Numbers numbers;
    for (auto &v : a) v = emulated::to_bf16(numbers.next());
    for (auto &v : image) v = emulated::to_bf16(numbers.next());
    launch({1}, 128, 4096, product_registers, a.data(), (const uchar *)image.data(), y.data());
    for (int m = 0; m < 64; m++)
        for (int j = 0; j < 64; j++)
        {
            double sum = 0;
            for (int k = 0; k < 16; k++) sum += (double)value(a[m * 16 + k]) * value(image[j / 8 * 128 + k * 8 + j % 8]);
            expect(std::abs(y[m * 64 + j] - sum) <= 1e-4, "a from registers");
        }
}

void pipelines()
{
    for (int stages : {1, 2, 3, 9})
    {
        Array<float> x(stages * 128), y(stages * 128);
        for (size_t i = 0; i < x.size(); i++) x[i] = (float)i;
        launch({1}, 160, 8192, pipeline, x.data(), y.data(), stages);
        for (size_t i = 0; i < y.size(); i++) expect(y[i] == x[i / 128 * 128 + 127 - i % 128], "pipeline");
    }
}

void faults()
{
    Array<float> x(1024), y(256);
    for (auto &v : x) v = 1;
    auto fault = [&](int which, const char *message) {
        expect_failure(message, [&] { launch({1}, 256, 8192 + 64, faulty, x.data(), y.data(), which); });
    };
    launch({1}, 256, 8192 + 64, faulty, x.data(), y.data(), 0);
    expect(y[200] == 1, "the kernel without a fault");
    fault(1, "that no fence_mbarrier_init followed");
    fault(2, "threads 0-255 wait at mbarrier_try_wait; none has ended");
    fault(3, "more than 1 arrivals in a phase");
    fault(4, "where the barrier was overwritten");
    fault(6, "wait at mbarrier_try_wait");
    fault(7, "wgmma of thread 0 without a wgmma_fence");
    fault(8, "wgmma of 16 bytes at shared address");
    fault(9, "operands of a wgmma changed in shared memory before it had ended");
    fault(10, "changed registers of an unfinished wgmma");
    fault(11, "ended before matrix products that nothing waited for");
    fault(12, "wait at barrier 1");
    fault(13, "ended before 256 bulk_store that nothing waited for");
    fault(14, "where no barrier was initialised");
    fault(15, "ended before 1 bulk_load that nothing waited for");
    fault(16, "bulk_store reads what was written to shared memory with no fence_proxy_async after it");
    fault(17, "wgmma reads what was written to shared memory with no fence_proxy_async after it");
    // Barriers of a block that ended before its copies came.
    fault(5, "ended before 1 bulk_load");
    expect(std::isnan(y[0]), "data before the end of the phase is poison");
}

}

int main()
{
    for (int seed = 0; seed < 12; seed++)
    {
        emulated::set_seed(seed);
        layouts();
        registers();
        pipelines();
        if (seed == 0) faults();
    }
    return report();
}
