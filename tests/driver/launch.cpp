// Runs the blocks of a launch on the threads of the host.
#include "block.h"
#include "faults.h"
#include "memory.h"
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>

namespace emulated {

namespace {

uint64_t number(const char *variable, uint64_t otherwise)
{
    auto text = getenv(variable);
    return text && *text ? strtoull(text, nullptr, 10) : otherwise;
}

std::atomic<uint64_t> order_seed{number("EMULATOR_SEED", 0)};

uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15ull;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ x >> 27) * 0x94d049bb133111ebull;
    return x ^ x >> 31;
}

template <typename T> void shuffle(std::vector<T> &items, uint64_t state)
{
    for (size_t i = items.size(); i > 1; i--) std::swap(items[i - 1], items[(state = mix(state)) % i]);
}

void prepare_block(const Launch &launch, long index)
{
    auto x = index % launch.groups_x, y = index / launch.groups_x % launch.groups_y, z = index / launch.groups_x / launch.groups_y;
    block->position = {(int)x, (int)y, (int)z, launch.groups_x, launch.groups_y, launch.groups_z};
    block->launch = &launch;
    block->random = mix(seed() ^ mix(index)) | 1;
    block->threads.resize(launch.threads);
    block->order.resize(launch.threads);
    for (int i = 0; i < launch.threads; i++)
    {
        auto &t = block->threads[i];
        t.lane = i, t.position = &block->position, t.context = nullptr, t.waiting = nullptr, t.ended = false;
        t.copies.clear(), t.groups.clear(), t.stores.clear(), t.store_groups.clear(), t.accumulators.clear();
        t.products = 0, t.fenced = false;
        block->order[i] = i;
    }
    if (seed() != 0) shuffle(block->order, block->random);
    block->warps.assign((launch.threads + 31) / 32, {});
    block->warpgroups.assign((launch.threads + 127) / 128, {});
    block->barriers.assign(16, {});
    block->bulk.clear();
    block->operands.clear();
    block->phase_barriers.clear();
}

// One host thread per core, started with the first launch and kept until the process ends.
class Pool {
public:
    explicit Pool(int count)
    {
        for (int i = 0; i < count; i++) std::thread([this] { work(); }).detach();
        workers = count;
    }

    std::string run(const Launch &what)
    {
        std::lock_guard one(launching);
        std::unique_lock lock(mutex);
        launch = &what;
        next = 0;
        error.clear();
        busy = tickets = (int)std::min<long>(workers, (long)what.groups_x * what.groups_y * what.groups_z);
        for (int i = 0; i < busy; i++) start.notify_one();
        done.wait(lock, [&] { return busy == 0; });
        if (error.empty())
            if (auto damage = damaged_block(); !damage.empty()) error = std::string("kernel ") + what.name + ": " + damage;
        return error;
    }

private:
    std::mutex launching, mutex;
    std::condition_variable start, done;
    const Launch *launch = nullptr;
    std::atomic<long> next = 0;
    std::string error;
    int workers = 0, busy = 0, tickets = 0;

    void work()
    {
        block = new Block{};
        catch_faults_of_thread();
        for (;;)
        {
            std::unique_lock lock(mutex);
            start.wait(lock, [&] { return tickets > 0; });
            tickets--;
            auto &what = *launch;
            lock.unlock();
            auto failure = run_blocks(what);
            lock.lock();
            if (error.empty()) error = failure;
            if (--busy == 0) done.notify_all();
        }
    }

    std::string run_blocks(const Launch &what)
    {
        auto count = (long)what.groups_x * what.groups_y * what.groups_z;
        auto i = next++;
        if (i >= count) return {};
        map_dynamic(what.shared);
        poison_locals();
        block->error.clear();
        for (; i < count; i = next++)
        {
            prepare_block(what, seed() % 2 ? count - 1 - i : i);
            poison_dynamic();
            run_threads_of_block();
            if (block->error.empty()) check_nothing_pending();
            if (block->error.empty()) check_dynamic();
            if (block->error.empty()) continue;
            next = count;
            return block->error;
        }
        return {};
    }
};

}

void set_seed(uint64_t value) { order_seed = value; }
uint64_t seed() { return order_seed; }

std::string run(const Launch &launch)
{
    static auto &pool = *new Pool((int)number("EMULATOR_THREADS", std::max(1u, std::thread::hardware_concurrency())));
    if (launch.threads < 1 || launch.threads > 1024)
        return std::string("kernel ") + launch.name + ": a block of " + std::to_string(launch.threads) + " threads";
    return pool.run(launch);
}

}
