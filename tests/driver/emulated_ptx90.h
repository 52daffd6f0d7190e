// The functions of kernels/nvidia/ptx90.h for kernels that are compiled for the host; their contracts are there.
#ifndef EMULATED_PTX90_H
#define EMULATED_PTX90_H
#include "instructions.h"

#define KERNEL_ALONE(name, group) KERNEL(name, group)

DEVICE void mbarrier_init(uint barrier, uint arrivals) { emulated::mbarrier_init(barrier, arrivals); }
DEVICE void fence_mbarrier_init() { emulated::fence_mbarrier_init(); }
DEVICE void mbarrier_arrive(uint barrier) { emulated::mbarrier_arrive(barrier, 0); }
DEVICE void mbarrier_arrive_expect(uint barrier, uint bytes) { emulated::mbarrier_arrive(barrier, bytes); }
DEVICE bool mbarrier_try_wait(uint barrier, uint parity) { return emulated::mbarrier_try_wait(barrier, parity); }
DEVICE void mbarrier_wait(uint barrier, uint parity)
{
    while (!mbarrier_try_wait(barrier, parity)) { }
}
DEVICE void bulk_load(uint destination, const void *source, uint bytes, uint barrier) { emulated::bulk_load(destination, source, bytes, barrier); }
DEVICE void bulk_store(void *destination, uint source, uint bytes) { emulated::bulk_store(destination, source, bytes); }
DEVICE void bulk_prefetch(const void *source, uint bytes) { emulated::bulk_prefetch(source, bytes); }
DEVICE void bulk_store_commit() { emulated::bulk_store_commit(); }
DEVICE void bulk_store_wait_read() { emulated::bulk_store_wait(0); }
DEVICE void bulk_store_wait() { emulated::bulk_store_wait(0); }
DEVICE void fence_proxy_async() { emulated::fence_proxy_async(); }
DEVICE void named_barrier(uint barrier, uint threads) { emulated::barrier((int)barrier, (int)threads); }
template <int Count> DEVICE void registers_less() { emulated::set_registers(Count); }
template <int Count> DEVICE void registers_more() { emulated::set_registers(Count); }
DEVICE void wgmma_fence() { emulated::wgmma_fence(); }
DEVICE void wgmma_commit() { emulated::wgmma_commit(); }
template <int Pending> DEVICE void wgmma_wait() { emulated::wgmma_wait(Pending); }
template <int Count> DEVICE void wgmma_finish(float (&)[Count]) { wgmma_wait<0>(); }
template <int Count> DEVICE void wgmma_pin(float (&)[Count]) {}
DEVICE ulong wgmma_descriptor(uint address, uint leading, uint stride)
{
    return (ulong)((address & 0x3ffff) >> 4) | (ulong)(leading >> 4) << 16 | (ulong)(stride >> 4) << 32;
}
template <int Count> DEVICE void wgmma_bf16(float (&d)[Count], ulong a, ulong b) { emulated::wgmma(d, 2 * Count, nullptr, a, b, false, false); }
DEVICE void wgmma_bf16_transposed(float (&d)[32], const uint (&a)[4], ulong b) { emulated::wgmma(d, 64, a, 0, b, false, true); }

#endif
