// One spelling for OpenCL C 1.2 and CUDA: every portable kernel starts with this file.
//
// A kernel:   KERNEL(scale, 256)(IN(float, x), OUT(float, y), const float alpha, const long count) { BIND_IN(float, x); BIND_OUT(float, y); ... }
// A tensor argument is a memory block and a byte offset into it, so that windows of a block need no alignment of their own; a missing
// tensor is a null block with offset 0 and binds to a null pointer.
#ifndef ACTIONABLE_COMMON_H
#define ACTIONABLE_COMMON_H

#if defined(__OPENCL_VERSION__)

#define KERNEL(name, group) __kernel __attribute__((reqd_work_group_size(group, 1, 1))) void name
#define GLOBAL __global
#define LOCAL __local
#define INLINE static inline
// Work-items of a group wait here; what they wrote to local memory before is seen by all after.
#define BARRIER() barrier(CLK_LOCAL_MEM_FENCE)
#define LANE ((int)get_local_id(0))
#define GROUP_X ((int)get_group_id(0))
#define GROUP_Y ((int)get_group_id(1))
#define GROUP_Z ((int)get_group_id(2))
#define GROUPS_X ((int)get_num_groups(0))
#define RESTRICT restrict
#define FMA(a, b, c) fma(a, b, c)
#define SQRT(x) sqrt(x)
#define FLOOR(x) floor(x)
#define FLOAT_BITS(x) as_uint(x)
#define BITS_FLOAT(x) as_float(x)
#define MULTIPLY_HIGH(a, b) mul_hi(a, b)

#elif defined(__CUDA__)

#define KERNEL(name, group) extern "C" __attribute__((global)) __attribute__((launch_bounds(group))) void name
#define GLOBAL
#define LOCAL __attribute__((shared))
#define INLINE static inline __attribute__((device)) __attribute__((always_inline))
#define BARRIER() __nvvm_bar_sync(0)
#define LANE ((int)__nvvm_read_ptx_sreg_tid_x())
#define GROUP_X ((int)__nvvm_read_ptx_sreg_ctaid_x())
#define GROUP_Y ((int)__nvvm_read_ptx_sreg_ctaid_y())
#define GROUP_Z ((int)__nvvm_read_ptx_sreg_ctaid_z())
#define GROUPS_X ((int)__nvvm_read_ptx_sreg_nctaid_x())
#define RESTRICT __restrict__
#define FMA(a, b, c) __builtin_fmaf(a, b, c)
#define SQRT(x) __nvvm_sqrt_rn_f(x)
#define FLOOR(x) __builtin_floorf(x)
#define FLOAT_BITS(x) __builtin_bit_cast(unsigned int, x)
#define BITS_FLOAT(x) __builtin_bit_cast(float, x)
#define MULTIPLY_HIGH(a, b) ((unsigned int)(((unsigned long)(a) * (b)) >> 32))
typedef unsigned char uchar;
typedef unsigned int uint;
typedef unsigned long ulong;
typedef float float4 __attribute__((ext_vector_type(4)));

#elif defined(EMULATED)

// Tests run the kernels on the host: tests/driver.
#include <emulator.h>
#if defined(LIST_KERNELS)
#define KERNEL(name, group) @kernel name group @
#else
#define KERNEL(name, group) extern "C" void name
#endif
#define GLOBAL
#define LOCAL static thread_local
#define INLINE static inline
#define BARRIER() emulated::barrier()
#define LANE (emulated::current->lane)
#define GROUP_X (emulated::current->position->x)
#define GROUP_Y (emulated::current->position->y)
#define GROUP_Z (emulated::current->position->z)
#define GROUPS_X (emulated::current->position->groups_x)
#define RESTRICT __restrict__
#define FMA(a, b, c) __builtin_fmaf(a, b, c)
#define SQRT(x) __builtin_sqrtf(x)
#define FLOOR(x) __builtin_floorf(x)
#define FLOAT_BITS(x) __builtin_bit_cast(unsigned int, x)
#define BITS_FLOAT(x) __builtin_bit_cast(float, x)
#define MULTIPLY_HIGH(a, b) ((unsigned int)(((unsigned long)(a) * (b)) >> 32))
typedef unsigned char uchar;
typedef unsigned int uint;
typedef unsigned long ulong;
typedef float float4 __attribute__((ext_vector_type(4)));

#endif

// As BARRIER, for what was written to global memory too; and the type of a pointer to local memory.
#if defined(__OPENCL_VERSION__)
#define BARRIER_GLOBAL() barrier(CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE)
#define LOCAL_POINTER(type) __local type *
#else
#define BARRIER_GLOBAL() BARRIER()
#define LOCAL_POINTER(type) type *
#endif

#define UNROLL _Pragma("unroll")

#define IN(type, name) GLOBAL const type *name##_memory, const ulong name##_offset
#define OUT(type, name) GLOBAL type *name##_memory, const ulong name##_offset
// RESTRICT is promised here: use BIND_ALIAS_* where the operation may overwrite what it reads.
#define BIND_IN(type, name) GLOBAL const type *RESTRICT name = (GLOBAL const type *)((GLOBAL const uchar *)name##_memory + name##_offset)
#define BIND_OUT(type, name) GLOBAL type *RESTRICT name = (GLOBAL type *)((GLOBAL uchar *)name##_memory + name##_offset)
#define BIND_ALIAS_IN(type, name) GLOBAL const type *name = (GLOBAL const type *)((GLOBAL const uchar *)name##_memory + name##_offset)
#define BIND_ALIAS_OUT(type, name) GLOBAL type *name = (GLOBAL type *)((GLOBAL uchar *)name##_memory + name##_offset)

#endif
