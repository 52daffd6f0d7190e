// Modules: PTX texts, whose entries are found among the kernels of this library.
#include "settings.h"
#include "state.h"
#include <cstdio>
#include <cstring>
#include <stdexcept>

namespace standin {

namespace {

// PTX 8.0 came with CUDA 12.0, 8.6 with 12.7 (12.6 brought none), 9.0 with 13.0.
int newest_ptx(long version)
{
    auto minor = version % 1000 / 10;
    if (version >= 13000) return 90 + (int)minor;
    if (version >= 12000) return 80 + (int)(minor >= 6 ? minor - 1 : minor);
    return 70 + (int)minor;
}

struct Rejected : std::runtime_error {
    Result result;
    Rejected(Result result, const std::string &message) : runtime_error(message), result(result) {}
};

std::unique_ptr<Module> load(const char *image)
{
    if (settings.reject) throw Rejected(CUDA_ERROR_INVALID_PTX, "ptxas fatal   : the stand-in was told to reject this PTX");
    Ptx ptx;
    try { ptx = parse_ptx(image); }
    catch (const std::runtime_error &e) { throw Rejected(CUDA_ERROR_INVALID_PTX, e.what()); }
    if (ptx.version > newest_ptx(settings.version))
        throw Rejected(CUDA_ERROR_UNSUPPORTED_PTX_VERSION, "ptxas application ptx input, line 1; fatal   : Unsupported .version "
            + std::to_string(ptx.version / 10) + "." + std::to_string(ptx.version % 10));
    if (ptx.exact ? ptx.target != settings.capability : ptx.target > settings.capability)
        throw Rejected(CUDA_ERROR_NO_BINARY_FOR_GPU, "ptxas fatal   : the device cannot run .target sm_" + std::to_string(ptx.target)
            + (ptx.exact ? "a" : ""));

    auto module = std::make_unique<Module>();
    for (auto &entry : ptx.entries)
    {
        auto kernel = find_kernel(entry.name.c_str());
        if (!kernel)
        {
            fprintf(stderr, "stand-in: it was built without the kernel %s: make -C tests/driver\n", entry.name.c_str());
            continue;
        }
        if (kernel->sizes != entry.sizes || (entry.threads != 0 && entry.threads != kernel->threads))
            throw Rejected(CUDA_ERROR_INVALID_IMAGE, "stand-in: the PTX of " + entry.name
                + " was not made from the source that the stand-in was built with");
        if (entry.shared > static_shared)
            throw Rejected(CUDA_ERROR_INVALID_PTX, "ptxas error   : Entry function '" + entry.name + "' uses too much shared data ("
                + std::to_string(entry.shared) + " bytes, 49152 max)");
        module->functions[entry.name] = std::make_unique<Function>(Function{kernel, entry, static_shared - entry.shared});
    }
    return module;
}

}

}

using namespace standin;

EXPORT cuModuleLoadDataEx(Module **module, const char *image, unsigned options, const int *names, void **values)
{
    enum { error_log = 5, error_log_bytes = 6 };
    Call call;
    if (!call) return call.result;
    char *log = nullptr;
    size_t length = 0;
    for (unsigned i = 0; i < options; i++)
    {
        if (names[i] == error_log) log = (char *)values[i];
        if (names[i] == error_log_bytes) length = (size_t)values[i];
    }
    try { *module = add(state.modules, load(image)); }
    catch (const Rejected &e)
    {
        if (log && length) snprintf(log, length, "%s\n", e.what());
        return e.result;
    }
    if (log && length) *log = 0;
    return CUDA_SUCCESS;
}

EXPORT cuModuleUnload(Module *module)
{
    Call call;
    if (!call) return call.result;
    if (auto result = run_all()) return result;
    return state.modules.erase(module) ? CUDA_SUCCESS : CUDA_ERROR_INVALID_HANDLE;
}

EXPORT cuModuleGetFunction(Function **function, Module *module, const char *name)
{
    Call call;
    if (!call) return call.result;
    if (!state.modules.contains(module)) return CUDA_ERROR_INVALID_HANDLE;
    auto found = module->functions.find(name);
    if (found == module->functions.end()) return CUDA_ERROR_NOT_FOUND;
    *function = found->second.get();
    return CUDA_SUCCESS;
}
