// The functions of kernels/nvidia/ptx.h for kernels that are compiled for the host; their contracts are there.
#ifndef EMULATED_PTX_H
#define EMULATED_PTX_H
#include "instructions.h"

#define DEVICE static inline __attribute__((always_inline))
// Within a kernel only: the braces do not compile elsewhere.
#define DYNAMIC_SHARED(name) uchar *const name = ({ emulated::dynamic_shared(); })

DEVICE uint shared_address(const void *pointer) { return emulated::shared_address(pointer); }
DEVICE void cp_async_16(uint destination, const void *source, bool valid) { emulated::cp_async(destination, source, 16, valid); }
DEVICE void cp_async_commit() { emulated::cp_async_commit(); }
template <int Pending> DEVICE void cp_async_wait() { emulated::cp_async_wait(Pending); }
DEVICE void ldmatrix_x4(uint (&r)[4], uint row) { emulated::ldmatrix(r, row, false); }
DEVICE void ldmatrix_x4_transposed(uint (&r)[4], uint row) { emulated::ldmatrix(r, row, true); }
DEVICE void mma_bf16(float (&d)[4], const uint (&a)[4], uint b0, uint b1) { emulated::mma_bf16(d, a, b0, b1); }
DEVICE void mma_tf32(float (&d)[4], const uint (&a)[4], uint b0, uint b1) { emulated::mma_tf32(d, a, b0, b1); }
DEVICE uint to_bf16x2(float low, float high) { return emulated::to_bf16(low) | (uint)emulated::to_bf16(high) << 16; }
DEVICE uint to_tf32(float x) { return emulated::to_tf32(x); }
DEVICE int warp_index() { return LANE / 32; }
DEVICE float shuffle_xor(float x, int mask) { return emulated::shuffle_xor(x, mask); }

#endif
