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

uint16_t to_bf16(float x);
uint32_t to_tf32(float x);

}
#endif
