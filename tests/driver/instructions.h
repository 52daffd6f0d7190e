// The instructions of kernels/nvidia/ptx.h, performed by the emulator.
#ifndef INSTRUCTIONS_H
#define INSTRUCTIONS_H
#include "emulator.h"

namespace emulated {

// Asynchronous copies: the destination is poisoned at once and written at the wait that covers the copy.
void cp_async(uint32_t destination, const void *source, unsigned bytes, bool valid);
void cp_async_commit();
void cp_async_wait(size_t pending);

void ldmatrix(uint32_t (&r)[4], uint32_t row, bool transposed);
void mma_bf16(float (&d)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1);
void mma_tf32(float (&d)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1);
float shuffle_xor(float x, int mask);

// Bulk copies to device memory: done at the wait.
void bulk_prefetch(const void *source, unsigned bytes);
void bulk_store(void *destination, uint32_t source, unsigned bytes);
void bulk_store_commit();
void bulk_store_wait(size_t pending);
void check_bulk(const void *pointer, unsigned bytes, const char *instruction);

// Barriers with phases, and bulk copies that count on them: done when no thread can go on, or earlier where the seed says so.
void mbarrier_init(uint32_t barrier, unsigned arrivals);
void fence_mbarrier_init();
void mbarrier_arrive(uint32_t barrier, unsigned bytes);
bool mbarrier_try_wait(uint32_t barrier, unsigned parity);
void bulk_load(uint32_t destination, const void *source, unsigned bytes, uint32_t barrier);

// The asynchronous proxy: what threads wrote is seen by bulk copies and products after a fence. One fence counts for all threads.
void fence_proxy_async();
void check_async_read(const unsigned char *pointer, size_t bytes, const char *instruction);
void async_write(unsigned char *to, const unsigned char *from, size_t bytes);

// Products of a warpgroup: d holds poison until the wait that covers them, and the operands must not change until then. a is null for a
// matrix in shared memory, else the 4 registers of the thread.
void wgmma(float *d, int columns, const uint32_t *a, uint64_t a_descriptor, uint64_t b_descriptor, bool transpose_a, bool transpose_b);
void wgmma_fence();
void wgmma_commit();
void wgmma_wait(size_t pending);

// setmaxnreg: only that the warpgroup is there and the number a legal one.
void set_registers(int count);

uint16_t to_bf16(float x);
uint32_t to_tf32(float x);

}
#endif
