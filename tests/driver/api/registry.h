// The kernels of this library by name, each with what a launch from a list of argument addresses needs.
#ifndef REGISTRY_H
#define REGISTRY_H
#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

namespace standin {

struct HostKernel {
    const char *name;
    int threads;
    std::vector<size_t> sizes;
    void (*function)();
    void (*call)(void (*function)(), void *const *arguments);
};

// Null where the library has no such kernel.
const HostKernel *find_kernel(const char *name);

struct Registration {
    template <typename... Parameters> Registration(const char *name, int threads, void (*kernel)(Parameters...))
    {
        add({name, threads, {sizeof(Parameters)...}, (void (*)())kernel, [](void (*function)(), void *const *arguments) {
                 [&]<size_t... i>(std::index_sequence<i...>) {
                     ((void (*)(Parameters...))function)(*(std::remove_const_t<Parameters> *)arguments[i]...);
                 }(std::index_sequence_for<Parameters...>{});
             }});
    }

private:
    static void add(HostKernel kernel);
};

}
#endif
