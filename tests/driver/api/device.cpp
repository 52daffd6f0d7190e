// Version, device, context, and the names of results.
#include "settings.h"
#include "state.h"
#include "../memory.h"
#include <algorithm>
#include <cstdio>
#include <cstring>

namespace standin {

State &state = *new State;
thread_local bool context_is_current = false;

long count(const char *name)
{
    std::lock_guard lock(state.mutex);
    struct { const char *name; long count; } all[] = {{"kernels", state.kernels}, {"copies", state.copies}, {"blocks", (long)state.blocks.size()},
        {"pinned", (long)state.pinned.size()}, {"modules", (long)state.modules.size()}, {"streams", (long)state.streams.size()},
        {"events", (long)state.events.size()}, {"graphs", (long)state.graphs.size()}, {"executables", (long)state.executables.size()}};
    for (auto &c : all)
        if (strcmp(c.name, name) == 0) return c.count;
    return -1;
}

Result fail(Result result, const std::string &message)
{
    fprintf(stderr, "stand-in: %s\n", message.c_str());
    state.fault = result;
    state.message = message;
    return result;
}

Result misuse(const std::string &message) { return fail(CUDA_ERROR_LAUNCH_FAILED, message); }

namespace {

void *const context = (void *)0x10;

size_t shared_limit()
{
    switch (settings.capability)
    {
    case 80: return 163 << 10;
    case 86: return 99 << 10;
    case 90: return 227 << 10;
    default: return static_shared;
    }
}

// The context ends with the last reference, and the error that stayed with it.
void end_context()
{
    state.streams.clear(), state.events.clear(), state.graphs.clear(), state.executables.clear(), state.modules.clear();
    for (auto &[block, bytes] : state.blocks) emulated::release(block);
    for (auto &[block, bytes] : state.pinned) emulated::release(block);
    state.blocks.clear(), state.pinned.clear();
    state.used = 0;
    state.fault = CUDA_SUCCESS;
    state.message.clear();
}

}

}

using namespace standin;

EXPORT cuInit(unsigned flags)
{
    std::lock_guard lock(state.mutex);
    if (flags != 0) return CUDA_ERROR_INVALID_VALUE;
    if (settings.devices == 0) return CUDA_ERROR_NO_DEVICE;
    state.started = true;
    return CUDA_SUCCESS;
}

EXPORT cuDriverGetVersion(int *version)
{
    *version = (int)settings.version;
    return CUDA_SUCCESS;
}

EXPORT cuGetErrorName(Result result, const char **name)
{
    switch (result)
    {
#define NAME(number, identifier, meaning)                                                                                              \
    case identifier: *name = #identifier; return CUDA_SUCCESS;
        RESULTS(NAME)
#undef NAME
    }
    *name = nullptr;
    return CUDA_ERROR_INVALID_VALUE;
}

// The meaning of the error that stays has the emulator's finding with it.
EXPORT cuGetErrorString(Result result, const char **meaning)
{
    std::lock_guard lock(state.mutex);
    static std::string text;
    switch (result)
    {
#define MEANING(number, identifier, meaning_text)                                                                                      \
    case identifier: text = meaning_text; break;
        RESULTS(MEANING)
#undef MEANING
    default: *meaning = nullptr; return CUDA_ERROR_INVALID_VALUE;
    }
    if (result == state.fault && !state.message.empty()) text += ": " + state.message;
    *meaning = text.c_str();
    return CUDA_SUCCESS;
}

EXPORT cuDeviceGetCount(int *count)
{
    Call call(false);
    if (call) *count = (int)settings.devices;
    return call.result;
}

EXPORT cuDeviceGet(int *device, int ordinal)
{
    Call call(false);
    if (!call) return call.result;
    if (ordinal < 0 || ordinal >= settings.devices) return CUDA_ERROR_INVALID_DEVICE;
    *device = ordinal;
    return CUDA_SUCCESS;
}

EXPORT cuDeviceGetName(char *name, int length, int device)
{
    Call call(false);
    if (!call) return call.result;
    if (device < 0 || device >= settings.devices) return CUDA_ERROR_INVALID_DEVICE;
    snprintf(name, (size_t)length, "Stand-in on the CPU");
    return CUDA_SUCCESS;
}

EXPORT cuDeviceTotalMem_v2(size_t *bytes, int device)
{
    Call call(false);
    if (!call) return call.result;
    if (device < 0 || device >= settings.devices) return CUDA_ERROR_INVALID_DEVICE;
    *bytes = (size_t)settings.memory;
    return CUDA_SUCCESS;
}

EXPORT cuDeviceGetAttribute(int *value, int attribute, int device)
{
    enum { threads_per_block = 1, shared_per_block = 8, warp_size = 10, multiprocessors = 16, major = 75, minor = 76, shared_opt_in = 97 };
    Call call(false);
    if (!call) return call.result;
    if (device < 0 || device >= settings.devices) return CUDA_ERROR_INVALID_DEVICE;
    switch (attribute)
    {
    case threads_per_block: *value = 1024; break;
    case shared_per_block: *value = (int)static_shared; break;
    case warp_size: *value = 32; break;
    case multiprocessors: *value = 4; break;
    case major: *value = (int)settings.capability / 10; break;
    case minor: *value = (int)settings.capability % 10; break;
    case shared_opt_in: *value = (int)shared_limit(); break;
    default: return CUDA_ERROR_INVALID_VALUE;
    }
    return CUDA_SUCCESS;
}

EXPORT cuDevicePrimaryCtxRetain(void **result, int device)
{
    Call call(false);
    if (!call) return call.result;
    if (device < 0 || device >= settings.devices) return CUDA_ERROR_INVALID_DEVICE;
    state.retained++;
    *result = context;
    return CUDA_SUCCESS;
}

EXPORT cuDevicePrimaryCtxRelease_v2(int)
{
    std::lock_guard lock(state.mutex);
    if (state.retained == 0) return CUDA_ERROR_INVALID_CONTEXT;
    auto result = state.fault ? state.fault : run_all();
    if (--state.retained == 0) end_context();
    return result;
}

EXPORT cuCtxSetCurrent(void *which)
{
    Call call(false);
    if (which != nullptr && (which != context || state.retained == 0)) return CUDA_ERROR_INVALID_CONTEXT;
    context_is_current = which != nullptr;
    return call.result;
}

EXPORT cuFuncSetAttribute(Function *function, int attribute, int value)
{
    constexpr int maximum_dynamic_shared = 8;
    Call call;
    if (!call) return call.result;
    if (attribute != maximum_dynamic_shared || value < 0 || (size_t)value + function->entry.shared > shared_limit()) return CUDA_ERROR_INVALID_VALUE;
    function->dynamic_limit = std::max((size_t)value, static_shared - function->entry.shared);
    return CUDA_SUCCESS;
}
