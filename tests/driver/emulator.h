// What kernels compiled for the host see of the emulator: the thread that runs, where threads meet, and shared memory.
//
// A block runs on one thread of the host, its threads as fibers that switch only where they meet, so that a thread runs alone in between.
#ifndef EMULATOR_H
#define EMULATOR_H
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace emulated {

struct Position { int x, y, z, groups_x, groups_y, groups_z; };

// Bytes on their way; from is null for zeros.
struct Copy { unsigned char *to; const unsigned char *from; unsigned bytes; };

// Accumulators of a warpgroup's products as they will be at the wait that covers group `group`.
struct Accumulator { float *d; std::vector<float> values; size_t group; };

struct Thread {
    int lane;
    const Position *position;
    // Where it goes on.
    void *context;
    // What it waits for; null while it can go on.
    const char *waiting;
    bool ended;
    // What it brings to the instruction at which it meets the others.
    void *operand;
    // Asynchronous copies that it issued and that no wait completed, and where each committed group of them ends.
    std::vector<Copy> copies;
    std::vector<size_t> groups;
    // The same of bulk copies to device memory.
    std::vector<Copy> stores;
    std::vector<size_t> store_groups;
    // Unfinished matrix products of its warpgroup, the groups of them that were committed, and whether a fence came since registers were free.
    std::vector<Accumulator> accumulators;
    size_t products;
    bool fenced;
};

extern constinit thread_local Thread *current;

// Ends the launch with this message.
[[noreturn]] void fail(const std::string &message);

// Waits until `threads` of the block are at this barrier; 0 stands for all of them.
void barrier(int id = 0, int threads = 0);

// Counts as one that is at the barrier without waiting.
void barrier_arrive(int id, int threads);

// Waits for the other 31 (127) threads of the warp (warpgroup) to be at the same instruction; the last performs it for all of them.
void meet_warp(const char *instruction, void *operand, void (*perform)(Thread *first));
void meet_warpgroup(const char *instruction, void *operand, void (*perform)(Thread *first));

// The start of what the launch gave as dynamic shared memory: a multiple of 1024.
unsigned char *dynamic_shared();

// Shared memory as 32-bit addresses. A pointer must lie in shared memory, and so must all bytes at an address.
uint32_t shared_address(const void *pointer);
unsigned char *shared_pointer(uint32_t address, size_t bytes, size_t alignment, const char *instruction);

// Fails unless the bytes lie in one block of device memory and at a multiple of the alignment.
void check_global(const void *pointer, size_t bytes, size_t alignment, const char *instruction);

}
#endif
