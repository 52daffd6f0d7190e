// Device memory, pinned memory, and copies between them.
#include "settings.h"
#include "state.h"
#include "../memory.h"
#include <cstring>

namespace standin {

namespace {

bool within(const std::map<void *, size_t> &blocks, const void *pointer, size_t bytes)
{
    auto after = blocks.upper_bound((void *)pointer);
    if (after == blocks.begin()) return false;
    auto &[start, size] = *--after;
    return (const char *)pointer + bytes <= (const char *)start + size;
}

bool queued_copy_touches(const void *block, size_t bytes)
{
    auto inside = [&](const void *p) { return p >= block && p < (const char *)block + bytes; };
    for (auto &[raw, stream] : state.streams)
        for (auto &w : stream->queue)
            if (w.kind == Work::copy && (inside(w.copying.to) || inside(w.copying.from))) return true;
    return false;
}

}

bool on_device(const void *pointer, size_t bytes) { return within(state.blocks, pointer, bytes); }
bool is_pinned(const void *pointer, size_t bytes) { return within(state.pinned, pointer, bytes); }

}

using namespace standin;

EXPORT cuMemGetInfo_v2(size_t *free, size_t *total)
{
    Call call;
    if (!call) return call.result;
    *total = (size_t)settings.memory;
    *free = *total - std::min(*total, state.used);
    return CUDA_SUCCESS;
}

EXPORT cuMemAlloc_v2(void **address, size_t bytes)
{
    Call call;
    if (!call) return call.result;
    if (bytes == 0) return CUDA_ERROR_INVALID_VALUE;
    if (state.used + bytes > (size_t)settings.memory) return CUDA_ERROR_OUT_OF_MEMORY;
    *address = emulated::allocate(bytes);
    if (!*address) return CUDA_ERROR_OUT_OF_MEMORY;
    state.blocks[*address] = bytes;
    state.used += bytes;
    return CUDA_SUCCESS;
}

// Waits for the device, as drivers do.
EXPORT cuMemFree_v2(void *address)
{
    Call call;
    if (!call) return call.result;
    auto found = state.blocks.find(address);
    if (found == state.blocks.end()) return CUDA_ERROR_INVALID_VALUE;
    if (auto result = run_all()) return result;
    state.used -= found->second;
    emulated::release(address);
    state.blocks.erase(found);
    return CUDA_SUCCESS;
}

EXPORT cuMemHostAlloc(void **pointer, size_t bytes, unsigned)
{
    Call call;
    if (!call) return call.result;
    *pointer = emulated::allocate(bytes);
    if (!*pointer) return CUDA_ERROR_OUT_OF_MEMORY;
    state.pinned[*pointer] = bytes;
    return CUDA_SUCCESS;
}

EXPORT cuMemFreeHost(void *pointer)
{
    Call call;
    if (!call) return call.result;
    auto found = state.pinned.find(pointer);
    if (found == state.pinned.end()) return CUDA_ERROR_INVALID_VALUE;
    if (queued_copy_touches(pointer, found->second)) return misuse("pinned memory is given back while a copy that needs it is queued");
    emulated::release(pointer);
    state.pinned.erase(found);
    return CUDA_SUCCESS;
}

EXPORT cuMemcpyHtoDAsync_v2(void *to, const void *from, size_t bytes, Stream *stream)
{
    Call call;
    if (!call) return call.result;
    if (!on_device(to, bytes)) return CUDA_ERROR_INVALID_VALUE;
    if (!is_pinned(from, bytes)) return misuse("an asynchronous copy from memory that is not pinned");
    return queue(stream, {Work::copy, {}, {to, from, bytes}, {}});
}

// What is to be overwritten is poisoned at once, so that it is not read before the copy.
EXPORT cuMemcpyDtoHAsync_v2(void *to, const void *from, size_t bytes, Stream *stream)
{
    Call call;
    if (!call) return call.result;
    if (!on_device(from, bytes)) return CUDA_ERROR_INVALID_VALUE;
    if (!is_pinned(to, bytes)) return misuse("an asynchronous copy to memory that is not pinned");
    memset(to, emulated::poison, bytes);
    return queue(stream, {Work::copy, {}, {to, from, bytes}, {}});
}

EXPORT cuMemsetD8Async(void *to, unsigned char value, size_t bytes, Stream *stream)
{
    Call call;
    if (!call) return call.result;
    if (!on_device(to, bytes)) return CUDA_ERROR_INVALID_VALUE;
    return queue(stream, {Work::set, {}, {}, {to, value, bytes}});
}
