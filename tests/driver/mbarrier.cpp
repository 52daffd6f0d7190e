// Barriers with phases in shared memory (mbarrier) and the bulk copies that count on them.
#include "block.h"
#include "instructions.h"
#include "memory.h"
#include <cstring>

namespace emulated {

namespace {

constexpr unsigned most_arrivals = (1 << 20) - 1;
constexpr long most_bytes = (1 << 20) - 1;

std::string at(uint32_t barrier) { return " at shared address " + std::to_string(barrier); }

// Its 8 bytes hold a tag, so that a write to them is found out.
PhaseBarrier &find(uint32_t barrier, const char *instruction)
{
    auto bytes = shared_pointer(barrier, 8, 8, instruction);
    auto found = block->phase_barriers.find(barrier);
    if (found == block->phase_barriers.end()) fail(std::string(instruction) + at(barrier) + ", where no barrier was initialised");
    if (memcmp(bytes, &found->second.tag, 8) != 0) fail(std::string(instruction) + at(barrier) + ", where the barrier was overwritten");
    return found->second;
}

void end_phase_if_complete(PhaseBarrier &b)
{
    if (b.pending != 0 || b.bytes != 0) return;
    b.phase++;
    b.pending = b.count;
    make_ready(b.waiting);
}

}

void mbarrier_init(uint32_t barrier, unsigned arrivals)
{
    auto bytes = shared_pointer(barrier, 8, 8, "mbarrier_init");
    if (arrivals == 0 || arrivals > most_arrivals) fail("mbarrier_init for " + std::to_string(arrivals) + " arrivals");
    if (block->phase_barriers.contains(barrier)) fail("mbarrier_init" + at(barrier) + " for the second time");
    auto tag = 0xba441e4000000000ull + barrier;
    memcpy(bytes, &tag, 8);
    block->phase_barriers[barrier] = {tag, arrivals, arrivals, 0, 0, current->lane, false, {}};
}

void fence_mbarrier_init()
{
    for (auto &[address, b] : block->phase_barriers)
        if (b.initialiser == current->lane) b.fenced = true;
}

void mbarrier_arrive(uint32_t barrier, unsigned bytes)
{
    auto &b = find(barrier, "mbarrier_arrive");
    if (b.pending == 0) fail("mbarrier_arrive" + at(barrier) + ": more than " + std::to_string(b.count) + " arrivals in a phase");
    b.bytes += bytes;
    if (b.bytes > most_bytes) fail("mbarrier_arrive_expect" + at(barrier) + ": more than " + std::to_string(most_bytes) + " bytes in a phase");
    b.pending--;
    end_phase_if_complete(b);
}

bool mbarrier_try_wait(uint32_t barrier, unsigned parity)
{
    auto &b = find(barrier, "mbarrier_try_wait");
    if (parity > 1) fail("mbarrier_try_wait" + at(barrier) + " for parity " + std::to_string(parity));
    if (chance()) complete_bulk_copy();
    if ((b.phase & 1) != parity) return true;
    b.waiting.push_back(current);
    wait("mbarrier_try_wait");
    return !chance();
}

void bulk_load(uint32_t destination, const void *source, unsigned bytes, uint32_t barrier)
{
    auto to = shared_pointer(destination, bytes, 16, "bulk_load");
    check_bulk(source, bytes, "bulk_load");
    auto &b = find(barrier, "bulk_load");
    if (!b.fenced) fail("bulk_load counts on the barrier" + at(barrier) + " that no fence_mbarrier_init followed");
    async_write(to, std::vector<unsigned char>(bytes, poison).data(), bytes);
    block->bulk.push_back({{to, (const unsigned char *)source, bytes}, &b});
}

void bulk_prefetch(const void *source, unsigned bytes) { check_bulk(source, bytes, "bulk_prefetch"); }

bool complete_bulk_copy()
{
    auto &bulk = block->bulk;
    if (bulk.empty()) return false;
    auto i = pick(bulk.size());
    auto [copy, barrier] = bulk[i];
    bulk.erase(bulk.begin() + i);
    async_write(copy.to, copy.from, copy.bytes);
    barrier->bytes -= copy.bytes;
    end_phase_if_complete(*barrier);
    return true;
}

void check_nothing_pending()
{
    size_t stores = 0, accumulators = 0;
    for (auto &t : block->threads) stores += t.stores.size(), accumulators += t.accumulators.size();
    if (!block->bulk.empty()) block->error = place() + "ended before " + std::to_string(block->bulk.size()) + " bulk_load that nothing waited for";
    else if (stores) block->error = place() + "ended before " + std::to_string(stores) + " bulk_store that nothing waited for";
    else if (accumulators) block->error = place() + "ended before matrix products that nothing waited for";
}

}
