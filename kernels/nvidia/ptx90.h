// The instructions of sm_90a that ptx.h lacks, one function each: barriers in shared memory, bulk copies and matrix products of a warpgroup.
// What they do is in NVIDIA's "Parallel Thread Execution ISA": mbarrier, cp.async.bulk and "asynchronous warpgroup level matrix instructions".
// Tests compile the kernels for the host, where functions of the same names emulate the instructions.
#ifndef ACTIONABLE_PTX90_H
#define ACTIONABLE_PTX90_H
#include "ptx.h"

#if defined(EMULATED)
#include "emulated_ptx90.h"
#else

// A kernel of which one block at a time runs on a multiprocessor: its threads may share all registers out anew (registers_less and _more).
#define KERNEL_ALONE(name, group) extern "C" __attribute__((global)) __attribute__((launch_bounds(group, 1))) void name

// A barrier of 8 bytes in shared memory, a multiple of 8: a phase ends when `arrivals` arrivals and all announced bytes have come. One thread
// does this; the others see it after fence_mbarrier_init here and a block barrier.
DEVICE void mbarrier_init(uint barrier, uint arrivals)
{
    asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(barrier), "r"(arrivals) : "memory");
}

// Makes the barriers this thread initialised visible to bulk copies.
DEVICE void fence_mbarrier_init() { asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory"); }

// One arrival. What this thread did to shared memory before is seen by those who wait for the phase.
DEVICE void mbarrier_arrive(uint barrier)
{
    asm volatile("{ .reg .b64 state; mbarrier.arrive.shared::cta.b64 state, [%0]; }" ::"r"(barrier) : "memory");
}

// One arrival that announces bytes which bulk copies will bring in this phase.
DEVICE void mbarrier_arrive_expect(uint barrier, uint bytes)
{
    asm volatile("{ .reg .b64 state; mbarrier.arrive.expect_tx.shared::cta.b64 state, [%0], %1; }" ::"r"(barrier), "r"(bytes) : "memory");
}

// Whether the phase of this parity has ended; may take a while before it says no. The first phase has parity 0, and parity 1 counts as ended
// before it.
DEVICE bool mbarrier_try_wait(uint barrier, uint parity)
{
    uint ended;
    asm volatile("{ .reg .pred p; mbarrier.try_wait.parity.shared::cta.b64 p, [%1], %2; selp.u32 %0, 1, 0, p; }"
                 : "=r"(ended) : "r"(barrier), "r"(parity) : "memory");
    return ended != 0;
}

// Waits for the end of the phase of this parity.
DEVICE void mbarrier_wait(uint barrier, uint parity)
{
    while (!mbarrier_try_wait(barrier, parity)) { }
}

// Copies bytes from global to shared memory by the copy engine, which then counts them on the barrier. Addresses and bytes are multiples of 16.
DEVICE void bulk_load(uint destination, const void *source, uint bytes, uint barrier)
{
    asm volatile("cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1], %2, [%3];"
                 ::"r"(destination), "l"(source), "r"(bytes), "r"(barrier) : "memory");
}

// Copies bytes from shared to global memory by the copy engine, in this thread's current group. Addresses and bytes are multiples of 16.
DEVICE void bulk_store(void *destination, uint source, uint bytes)
{
    asm volatile("cp.async.bulk.global.shared::cta.bulk_group [%0], [%1], %2;" ::"l"(destination), "r"(source), "r"(bytes) : "memory");
}

// Asks the copy engine to bring bytes of global memory into the L2 cache. Address and bytes are multiples of 16.
DEVICE void bulk_prefetch(const void *source, uint bytes)
{
    asm volatile("cp.async.bulk.prefetch.L2.global [%0], %1;" ::"l"(source), "r"(bytes) : "memory");
}

// Ends the group of this thread's bulk stores since the last one.
DEVICE void bulk_store_commit() { asm volatile("cp.async.bulk.commit_group;" ::: "memory"); }

// Waits until all of this thread's groups of bulk stores have read shared memory, which may then be written again.
DEVICE void bulk_store_wait_read() { asm volatile("cp.async.bulk.wait_group.read 0;" ::: "memory"); }

// Waits until all of this thread's groups of bulk stores have written global memory.
DEVICE void bulk_store_wait() { asm volatile("cp.async.bulk.wait_group 0;" ::: "memory"); }

// What this thread wrote to shared memory before is seen by bulk copies and matrix products that come after (after a barrier: those of others).
DEVICE void fence_proxy_async() { asm volatile("fence.proxy.async.shared::cta;" ::: "memory"); }

// Barrier 1 … 15 among `threads` threads, a multiple of 32 (barrier 0 is the whole block's).
DEVICE void named_barrier(uint barrier, uint threads) { asm volatile("bar.sync %0, %1;" ::"r"(barrier), "r"(threads) : "memory"); }

// Each thread of a warpgroup gives up registers until it has Count, a multiple of 8, or waits until it can have that many.
template <int Count> DEVICE void registers_less() { asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(Count)); }
template <int Count> DEVICE void registers_more() { asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(Count)); }

// Orders a warpgroup's registers before the matrix products that follow: before the first one, and after any other access to them.
DEVICE void wgmma_fence() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }

// Ends the group of the warpgroup's matrix products since the last one.
DEVICE void wgmma_commit() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }

// Waits until at most Pending groups are unfinished.
template <int Pending> DEVICE void wgmma_wait() { asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(Pending) : "memory"); }

// Waits for all of the warpgroup's matrix products, after which their results may be read.
template <int Count> DEVICE void wgmma_finish(float (&d)[Count])
{
    wgmma_wait<0>();
#pragma unroll
    for (int i = 0; i < Count; i++) asm volatile("" : "+f"(d[i])::"memory");
}

// Keeps what wrote these registers before the fence that follows.
template <int Count> DEVICE void wgmma_pin(float (&d)[Count])
{
#pragma unroll
    for (int i = 0; i < Count; i++) asm volatile("" : "+f"(d[i])::"memory");
}

// A matrix of bf16 in shared memory without swizzle, as matrix products take it: core matrices of 8 pieces of 16 bytes, one piece after the other.
// K-major: a piece is 8 elements along k of one row of a (column of b), and a core matrix 8 neighbouring rows (columns).
// MN-major: a piece is 8 elements along the rows of a (columns of b) of one k, and a core matrix 8 neighbours along k.
// In both, `leading` bytes lead to the next 8 of k, and `stride` bytes to the next 8 rows (columns). Address, leading and stride are multiples
// of 16 below 2^18; the address needs no more, so that it may be any piece.
DEVICE ulong wgmma_descriptor(uint address, uint leading, uint stride)
{
    return (ulong)((address & 0x3ffff) >> 4) | (ulong)(leading >> 4) << 16 | (ulong)(stride >> 4) << 32;
}

// d += a·b for a 64×16 and b 16×N of bf16, both K-major in shared memory, d 64×N of float; by a warpgroup (4 warps, the first
// a multiple of 4), asynchronously. Warp w (0 … 3), lane l holds rows 16w + l/4 (h = 0) and 8 more (h = 1): d[4j + 2h + e] is
// column 8j + 2(l mod 4) + e.
#define WGMMA_TEXT(n) ", %" #n
#define WGMMA_OPERAND(n) , "+f"(d[n])
#define WGMMA_16(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)
#define WGMMA_32(X) WGMMA_16(X) X(16) X(17) X(18) X(19) X(20) X(21) X(22) X(23) X(24) X(25) X(26) X(27) X(28) X(29) X(30) X(31)
#define WGMMA_48(X) WGMMA_32(X) X(32) X(33) X(34) X(35) X(36) X(37) X(38) X(39) X(40) X(41) X(42) X(43) X(44) X(45) X(46) X(47)
#define WGMMA_64(X) WGMMA_48(X) X(48) X(49) X(50) X(51) X(52) X(53) X(54) X(55) X(56) X(57) X(58) X(59) X(60) X(61) X(62) X(63)
#define WGMMA_80(X) WGMMA_64(X) X(64) X(65) X(66) X(67) X(68) X(69) X(70) X(71) X(72) X(73) X(74) X(75) X(76) X(77) X(78) X(79)
#define WGMMA_96(X) WGMMA_80(X) X(80) X(81) X(82) X(83) X(84) X(85) X(86) X(87) X(88) X(89) X(90) X(91) X(92) X(93) X(94) X(95)
#define WGMMA_100(X) WGMMA_96(X) X(96) X(97) X(98) X(99)
#define WGMMA_120(X) WGMMA_100(X) X(100) X(101) X(102) X(103) X(104) X(105) X(106) X(107) X(108) X(109) X(110) X(111) X(112) X(113) X(114) \
    X(115) X(116) X(117) X(118) X(119)
#define WGMMA(N, REGISTERS)                                                                                                             \
    DEVICE void wgmma_bf16(float (&d)[N / 2], ulong a, ulong b)                                                                         \
    {                                                                                                                                   \
        asm volatile("{ .reg .pred p; setp.eq.b32 p, 0, 0; wgmma.mma_async.sync.aligned.m64n" #N "k16.f32.bf16.bf16 {%0"                \
                     REGISTERS(WGMMA_TEXT) "}, %[a], %[b], p, 1, 1, 0, 0; }"                                                            \
                     : "+f"(d[0]) REGISTERS(WGMMA_OPERAND) : [a] "l"(a), [b] "l"(b));                                                   \
    }
WGMMA(32, WGMMA_16)
WGMMA(64, WGMMA_32)
WGMMA(96, WGMMA_48)
WGMMA(128, WGMMA_64)
WGMMA(160, WGMMA_80)
WGMMA(192, WGMMA_96)
WGMMA(200, WGMMA_100)
WGMMA(240, WGMMA_120)

// d += a·b for a 64×16 in registers and b 16×64 in shared memory, MN-major. Warp w, lane l holds rows 16w + l/4 (h = 0) and 8 more (h = 1):
// a[h + 2k] is columns 8k + 2(l mod 4), the lower half, and 1 more.
DEVICE void wgmma_bf16_transposed(float (&d)[32], const uint (&a)[4], ulong b)
{
    asm volatile("{ .reg .pred p; setp.eq.b32 p, 0, 0; wgmma.mma_async.sync.aligned.m64n64k16.f32.bf16.bf16 {%0" WGMMA_32(WGMMA_TEXT)
                 "}, {%[a0], %[a1], %[a2], %[a3]}, %[b], p, 1, 1, 1; }"
                 : "+f"(d[0]) WGMMA_32(WGMMA_OPERAND) : [a0] "r"(a[0]), [a1] "r"(a[1]), [a2] "r"(a[2]), [a3] "r"(a[3]), [b] "l"(b));
}

#undef WGMMA
#undef WGMMA_TEXT
#undef WGMMA_OPERAND
#undef WGMMA_16
#undef WGMMA_32
#undef WGMMA_48
#undef WGMMA_64
#undef WGMMA_80
#undef WGMMA_96
#undef WGMMA_100
#undef WGMMA_120
#endif
#endif
