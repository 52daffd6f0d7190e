// Who goes on next: threads as fibers that switch only where they wait.
#include "block.h"
#include "fiber.h"
#include "memory.h"
#include <algorithm>
#include <new>
#include <utility>

namespace emulated {

struct Fiber { unsigned char *top; };

constinit thread_local Thread *current = nullptr;
constinit thread_local Block *block = nullptr;

namespace {

uint64_t next_random()
{
    auto &r = block->random;
    r ^= r << 13, r ^= r >> 7, r ^= r << 17;
    return r * 0x2545f4914f6cdd1dull >> 33;
}

Fiber *take_fiber()
{
    if (block->free_fibers.empty())
    {
        auto stack = map_guarded(stack_bytes);
        if (!stack) throw std::bad_alloc();
        // Tops differ in their lines, so that the stacks of a block do not compete for the same set of the cache.
        auto fiber = new Fiber{stack + stack_bytes - block->fibers.size() % 32 * 128};
        block->fibers.push_back(fiber);
        block->free_fibers.push_back(fiber);
    }
    auto fiber = block->free_fibers.back();
    block->free_fibers.pop_back();
    return fiber;
}

bool all_started() { return block->started == (int)block->order.size(); }

Thread *pop_ready()
{
    auto thread = block->ready.front();
    block->ready.pop_front();
    return thread;
}

// "0-30, 32"
std::string lanes(const char *waiting)
{
    std::string text;
    auto &threads = block->threads;
    auto is = [&](int i) { return i < (int)threads.size() && (waiting ? threads[i].waiting == waiting : threads[i].ended); };
    for (int i = 0; i < (int)threads.size(); i++)
    {
        if (!is(i)) continue;
        auto first = i;
        while (is(i + 1)) i++;
        text += (text.empty() ? "" : ", ") + std::to_string(first) + (i > first ? "-" + std::to_string(i) : "");
    }
    return text;
}

std::string deadlock()
{
    std::string text = "no thread can go on:";
    std::vector<const char *> seen;
    for (auto &t : block->threads)
    {
        if (t.ended || std::find(seen.begin(), seen.end(), t.waiting) != seen.end()) continue;
        seen.push_back(t.waiting);
        text += std::string(" threads ") + lanes(t.waiting) + " wait at " + t.waiting + ";";
    }
    auto ended = lanes(nullptr);
    return text + (ended.empty() ? " none has ended" : " threads " + ended + " have ended");
}

void run_threads();

void *resume() { return (current = pop_ready())->context; }

// Where the block goes on when the running thread does not.
void *next()
{
    for (;;)
    {
        if (!block->ready.empty() && (all_started() || !chance())) return resume();
        if (!all_started())
        {
            block->next_fiber = take_fiber();
            return prepare(block->next_fiber->top, run_threads);
        }
        if (block->ended == (int)block->order.size()) return block->home;
        if (complete_bulk_copy()) continue;
        current = nullptr;
        block->error = place() + deadlock();
        return block->home;
    }
}

// The life of a fiber: threads one after another, until others go on instead.
void run_threads()
{
    auto fiber = block->next_fiber;
    for (;;)
    {
        auto thread = current = &block->threads[block->order[block->started++]];
        block->launch->run(block->launch->closure);
        thread->ended = true;
        block->ended++;
        if (!all_started() && (block->ready.empty() || chance())) continue;
        block->free_fibers.push_back(fiber);
        emulated_switch(&block->scrap, block->ready.empty() ? next() : resume());
    }
}

}

size_t pick(size_t n) { return seed() == 0 ? 0 : next_random() % n; }

bool chance() { return seed() != 0 && (next_random() & 1); }

std::string place()
{
    auto &p = block->position;
    auto text = std::string("kernel ") + block->launch->name + ", group (" + std::to_string(p.x) + ", " + std::to_string(p.y) + ", "
        + std::to_string(p.z) + ")";
    return text + (current ? ", thread " + std::to_string(current->lane) + ": " : ": ");
}

void fail(const std::string &message)
{
    if (block->error.empty()) block->error = place() + message;
    emulated_switch(&block->scrap, block->home);
    __builtin_unreachable();
}

void wait(const char *what)
{
    auto thread = current;
    thread->waiting = what;
    auto to = next();
    // A thread that is picked itself has no newer context and goes on here.
    if (to != thread->context) emulated_switch(&thread->context, to);
    current = thread;
    thread->waiting = nullptr;
}

void make_ready(std::vector<Thread *> &threads)
{
    if (seed() != 0)
        for (size_t i = threads.size(); i > 1; i--) std::swap(threads[i - 1], threads[next_random() % i]);
    if (chance()) block->ready.insert(block->ready.end(), threads.begin(), threads.end());
    else block->ready.insert(block->ready.begin(), threads.begin(), threads.end());
    threads.clear();
}

void run_threads_of_block()
{
    block->free_fibers = block->fibers;
    block->ready.clear();
    block->started = block->ended = 0;
    block->next_fiber = take_fiber();
    emulated_switch(&block->home, prepare(block->next_fiber->top, run_threads));
    current = nullptr;
}

}
