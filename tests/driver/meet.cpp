// Where threads meet: barriers, and instructions that a warp or a warpgroup executes as one.
#include "block.h"

namespace emulated {

namespace {

constexpr int warp_size = 32, warpgroup_size = 128;
constexpr const char *barrier_names[16] = {"BARRIER", "barrier 1", "barrier 2", "barrier 3", "barrier 4", "barrier 5", "barrier 6", "barrier 7",
    "barrier 8", "barrier 9", "barrier 10", "barrier 11", "barrier 12", "barrier 13", "barrier 14", "barrier 15"};

// The one that arrived last goes on at once, or takes its turn among the others where the seed says so.
void release(Rendezvous &r)
{
    r.arrived = 0;
    if (!chance()) { make_ready(r.waiting); return; }
    r.waiting.push_back(current);
    make_ready(r.waiting);
    wait("its turn");
}

void meet(Rendezvous &r, Thread *first, int size, const char *instruction, void *operand, void (*perform)(Thread *first))
{
    if (first + size > &block->threads.back() + 1)
        fail(std::string(instruction) + " in a block whose last " + (size == warp_size ? "warp" : "warpgroup") + " is not whole");
    if (r.arrived == 0) r.instruction = instruction;
    else if (std::string_view(r.instruction) != instruction)
        fail(std::string("is at ") + instruction + " while thread " + std::to_string(r.waiting.front()->lane) + " of the same "
            + (size == warp_size ? "warp" : "warpgroup") + " is at " + r.instruction);
    current->operand = operand;
    if (++r.arrived < size)
    {
        r.waiting.push_back(current);
        wait(instruction);
        return;
    }
    perform(first);
    release(r);
}

Rendezvous &barrier_of(int id, int &threads)
{
    auto all = (int)block->threads.size();
    if (threads == 0) threads = all;
    if (id < 0 || id >= 16 || threads < 0 || threads > all || (threads < all && threads % warp_size != 0))
        fail("barrier " + std::to_string(id) + " of " + std::to_string(threads) + " threads");
    return block->barriers[id];
}

}

void meet_warp(const char *instruction, void *operand, void (*perform)(Thread *first))
{
    auto warp = current->lane / warp_size;
    meet(block->warps[warp], &block->threads[warp * warp_size], warp_size, instruction, operand, perform);
}

void meet_warpgroup(const char *instruction, void *operand, void (*perform)(Thread *first))
{
    auto group = current->lane / warpgroup_size;
    meet(block->warpgroups[group], &block->threads[group * warpgroup_size], warpgroup_size, instruction, operand, perform);
}

void barrier(int id, int threads)
{
    auto &r = barrier_of(id, threads);
    if (++r.arrived == threads) return release(r);
    r.waiting.push_back(current);
    wait(barrier_names[id]);
}

void barrier_arrive(int id, int threads)
{
    auto &r = barrier_of(id, threads);
    if (++r.arrived < threads) return;
    r.arrived = 0;
    make_ready(r.waiting);
}

}
