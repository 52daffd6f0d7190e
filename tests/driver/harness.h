// Calls kernels from a C++ program without a driver: includes a kernel's source after this file and calls launch.
#ifndef HARNESS_H
#define HARNESS_H
#include "block.h"
#include "memory.h"
#include <dlfcn.h>
#include <new>
#include <stdexcept>
#include <tuple>
#include <type_traits>

struct Groups { int x = 1, y = 1, z = 1; };

// An array in device memory. Kernels may touch no other memory, and asynchronous copies check it. New elements are NaN or -1.
template <typename T> class Array {
public:
    explicit Array(size_t count) : elements((T *)emulated::allocate(count * sizeof(T))), count(count)
    {
        if (!elements) throw std::bad_alloc();
    }

    ~Array() { emulated::release(elements); }
    Array(const Array &) = delete;
    Array &operator=(const Array &) = delete;
    T *data() const { return elements; }
    size_t size() const { return count; }
    T &operator[](size_t i) const { return elements[i]; }
    T *begin() const { return elements; }
    T *end() const { return elements + count; }

private:
    T *elements;
    size_t count;
};

// Runs a kernel on groups of `threads` threads with `shared` bytes of dynamic shared memory and returns when it has ended. Throws
// std::runtime_error with what the emulator found wrong.
template <typename... Parameters>
void launch(Groups groups, int threads, size_t shared, void (*kernel)(Parameters...), std::type_identity_t<Parameters>... arguments)
{
    Dl_info symbol{};
    dladdr((const void *)kernel, &symbol);
    struct Call { void (*kernel)(Parameters...); std::tuple<Parameters...> arguments; } call{kernel, {arguments...}};
    auto run = [](const void *closure) {
        auto &c = *(const Call *)closure;
        std::apply(c.kernel, c.arguments);
    };
    auto error = emulated::run({symbol.dli_sname ? symbol.dli_sname : "?", groups.x, groups.y, groups.z, threads, shared, run, &call});
    if (!error.empty()) throw std::runtime_error(error);
}

#endif
