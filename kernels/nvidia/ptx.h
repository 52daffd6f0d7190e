// The instructions of NVIDIA tensor cores and asynchronous copies, one function each, for sm_80 and later. What they do is in NVIDIA's
// "Parallel Thread Execution ISA", chapters 9.7.9 (data movement), 9.7.13 (mbarrier) and 9.7.14 (warp-level matrix multiply).
// Tests compile the kernels for the host, where functions of the same names emulate the instructions.
#ifndef ACTIONABLE_PTX_H
#define ACTIONABLE_PTX_H
#include "../portable/common.h"

#if defined(EMULATED)
#include "emulated_ptx.h"
#else

#define DEVICE static inline __attribute__((device)) __attribute__((always_inline))
// The shared memory that a launch asks for; declared within a kernel.
#define DYNAMIC_SHARED(name) extern __attribute__((shared)) __attribute__((aligned(1024))) uchar name[]

// The address of shared memory as the instructions below take it.
DEVICE uint shared_address(const void *pointer)
{
    return (uint)(ulong)(__attribute__((address_space(3))) const void *)pointer;
}

// Copies 16 bytes from global to shared memory, asynchronously; valid false writes zeros and reads nothing. Both addresses are multiples of 16.
DEVICE void cp_async_16(uint destination, const void *source, bool valid)
{
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(destination), "l"(source), "r"(valid ? 16 : 0) : "memory");
}

// Ends the group of this thread's copies since the last one.
DEVICE void cp_async_commit() { asm volatile("cp.async.commit_group;" ::: "memory"); }

// Waits until at most Pending of this thread's groups are unfinished; other threads see the data after a barrier.
template <int Pending> DEVICE void cp_async_wait() { asm volatile("cp.async.wait_group %0;" ::"n"(Pending) : "memory"); }

// Four 8×8 matrices of 16-bit elements: lanes 8k … 8k+7 give the addresses of the rows of matrix k; lane l gets elements 2(l mod 4), +1 of
// row l / 4 of each.
DEVICE void ldmatrix_x4(uint (&r)[4], uint row)
{
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(row) : "memory");
}

// The same with each matrix transposed.
DEVICE void ldmatrix_x4_transposed(uint (&r)[4], uint row)
{
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(row) : "memory");
}

// d += a·b with a 16×16 (row-major fragments), b 16×8 (column-major fragments) of bf16, d 16×8 of float.
DEVICE void mma_bf16(float (&d)[4], const uint (&a)[4], uint b0, uint b1)
{
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
                 : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3]) : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

// d += a·b with a 16×8 and b 8×8 of TensorFloat-32 (floats rounded by to_tf32), d 16×8 of float.
DEVICE void mma_tf32(float (&d)[4], const uint (&a)[4], uint b0, uint b1)
{
    asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
                 : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3]) : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

// Two floats rounded to nearest even as bf16, the first in the lower half.
DEVICE uint to_bf16x2(float low, float high)
{
    uint packed;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(packed) : "f"(high), "f"(low));
    return packed;
}

// A float rounded to TensorFloat-32, as its bits.
DEVICE uint to_tf32(float x)
{
    uint bits;
    asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(bits) : "f"(x));
    return bits;
}

// The warp's number in its group. A shuffle tells the compiler that it is the same in all lanes, which what is computed from it then is too.
DEVICE int warp_index() { return __nvvm_shfl_sync_idx_i32(0xffffffff, LANE / 32, 0, 31); }

// Lane l gets the value of lane l xor mask.
DEVICE float shuffle_xor(float x, int mask) { return __nvvm_shfl_sync_bfly_f32(0xffffffff, x, mask, 31); }

#endif
#endif
