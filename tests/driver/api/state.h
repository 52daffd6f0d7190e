// The one device of the stand-in: its objects, its queues, and the error that stays.
#ifndef STATE_H
#define STATE_H
#include "ptx.h"
#include "registry.h"
#include "results.h"
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#define EXPORT extern "C" __attribute__((visibility("default"))) Result

namespace standin {

// Shared memory that every kernel may use, its arrays and the dynamic part together.
constexpr size_t static_shared = 48 << 10;

struct Function {
    const HostKernel *kernel;
    Entry entry;
    // Most dynamic shared memory of a launch.
    size_t dynamic_limit;
};

struct Module { std::map<std::string, std::unique_ptr<Function>> functions; };

// A launch with the values of its arguments.
struct KernelWork {
    Function *function;
    unsigned x, y, z, threads, shared;
    std::vector<uint64_t> values;
    std::vector<size_t> offsets;
};

struct CopyWork { void *to; const void *from; size_t bytes; };
struct SetWork { void *to; unsigned char value; size_t bytes; };

// One thing that a stream does, when it comes to it.
struct Work {
    enum { kernel, copy, set, nothing } kind = nothing;
    KernelWork launch;
    CopyWork copying;
    SetWork setting;
};

struct Stream {
    std::deque<Work> queue;
    // Works queued and done since it was made.
    uint64_t queued = 0, done = 0;
};

// Has happened once `done` of the stream has come to `at`.
struct Event { Stream *stream = nullptr; uint64_t at = 0; };

struct Node { Work work; std::vector<Node *> after; };
struct Graph { std::vector<std::unique_ptr<Node>> nodes; };

// Nodes in an order that keeps every node after those it depends on.
struct Executable { std::vector<std::pair<const Node *, Work>> works; };

template <typename T> using Objects = std::map<T *, std::unique_ptr<T>>;

struct State {
    std::recursive_mutex mutex;
    bool started = false;
    int retained = 0;
    Result fault = CUDA_SUCCESS;
    std::string message;
    size_t used = 0;
    long kernels = 0, copies = 0;
    std::map<void *, size_t> blocks, pinned;
    Objects<Module> modules;
    Objects<Stream> streams;
    Objects<Event> events;
    Objects<Graph> graphs;
    Objects<Executable> executables;
};

extern State &state;
extern thread_local bool context_is_current;

long count(const char *name);

// Prints what is wrong and keeps it: every call from now on returns the result.
Result fail(Result result, const std::string &message);

// A mistake of the caller that a driver would not notice at once or not at all.
Result misuse(const std::string &message);

// Queues work; null is the default stream.
Result queue(Stream *stream, Work work);

// Does the stream's works up to the one numbered `to`.
Result run(Stream &stream, uint64_t to);
Result run_all();

Result launch_work(Work &work, Function *function, unsigned x, unsigned y, unsigned z, unsigned block_x, unsigned block_y, unsigned block_z,
    unsigned shared, void **arguments, void **extra);

// Whether the bytes lie in one block of device memory, or of pinned memory.
bool on_device(const void *pointer, size_t bytes);
bool is_pinned(const void *pointer, size_t bytes);

// The start of every function: the lock, the error that stays, and a current context.
struct Call {
    std::lock_guard<std::recursive_mutex> lock{state.mutex};
    Result result;
    explicit Call(bool needs_context = true)
        : result(!state.started ? CUDA_ERROR_NOT_INITIALIZED : state.fault ? state.fault
                  : needs_context && (!context_is_current || state.retained == 0) ? CUDA_ERROR_INVALID_CONTEXT : CUDA_SUCCESS) {}
    explicit operator bool() const { return result == CUDA_SUCCESS; }
};

template <typename T> T *add(Objects<T> &objects, std::unique_ptr<T> object)
{
    auto raw = object.get();
    objects.emplace(raw, std::move(object));
    return raw;
}

}
#endif
