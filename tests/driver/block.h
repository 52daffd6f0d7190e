// The inside of the emulator: one block, its threads, and who goes on next.
#ifndef BLOCK_H
#define BLOCK_H
#include "emulator.h"
#include <deque>
#include <map>

namespace emulated {

// One launch: `run` calls the kernel with its arguments, once in every thread.
struct Launch {
    const char *name;
    int groups_x, groups_y, groups_z, threads;
    size_t shared;
    void (*run)(const void *closure);
    const void *closure;
};

// Runs all blocks. Empty, or what went wrong first.
std::string run(const Launch &launch);

// Order of threads and blocks: 0 is the plain order, others are permutations.
void set_seed(uint64_t seed);
uint64_t seed();

struct Rendezvous {
    const char *instruction;
    int arrived;
    std::vector<Thread *> waiting;
};

// A barrier in shared memory (mbarrier): what its phase still waits for, and the threads that wait for it. Tag is what its 8 bytes hold.
struct PhaseBarrier {
    uint64_t tag;
    unsigned count, pending;
    long bytes;
    uint64_t phase;
    int initialiser;
    bool fenced;
    std::vector<Thread *> waiting;
};

// A bulk copy whose bytes count on a barrier in shared memory once they are there.
struct BulkCopy { Copy copy; PhaseBarrier *barrier; };

// The operands of an unfinished product, as they were when it was issued.
struct Operands {
    int warpgroup;
    size_t group;
    uint64_t a, b;
    bool a_in_registers, transpose_a, transpose_b;
    int columns;
    std::vector<uint16_t> elements;
};

// What the processor found wrong, and the stack on which that is reported.
struct Fault { int signal; const void *address; unsigned char *stack_top; };

struct Fiber;

struct Block {
    const Launch *launch;
    Position position;
    std::vector<Thread> threads;
    std::vector<int> order;
    int started, ended;
    std::deque<Thread *> ready;
    std::vector<Rendezvous> warps, warpgroups, barriers;
    std::map<uint32_t, PhaseBarrier> phase_barriers;
    std::vector<BulkCopy> bulk;
    std::vector<Operands> operands;
    std::vector<Fiber *> fibers, free_fibers;
    Fiber *next_fiber;
    void *home, *scrap;
    uint64_t random;
    std::string error;
    Fault fault;
    // Dynamic shared memory, the pages it ends at the end of, and what bulk copies and matrix products see of them: a copy as old as the last
    // fence, which is made when it is asked for.
    unsigned char *dynamic, *window, *async_window;
    size_t window_bytes;
    bool async_fenced;
    unsigned char *locals;
    size_t local_bytes;
};

extern constinit thread_local Block *block;

// Puts the thread that runs aside until something makes it ready.
void wait(const char *what);

// Threads that may go on, in an order that the seed picks.
void make_ready(std::vector<Thread *> &threads);

// Starts the threads in their order and returns when all have ended or the launch has failed.
void run_threads_of_block();

// Shared memory of a launch and of a block: what is undefined holds poison, and what was written outside is an error afterwards.
void map_dynamic(size_t bytes);
void poison_locals();
void poison_dynamic();
void check_dynamic();

// True by chance; never where the seed is 0.
bool chance();

// "kernel NAME, group (x, y, z), thread l: "
std::string place();

// A number below n that the seed picks.
size_t pick(size_t n);

// Completes one bulk copy of the block that runs; false where there is none.
bool complete_bulk_copy();

// Sets the error where the block leaves copies or products that nothing waited for.
void check_nothing_pending();

}
#endif
