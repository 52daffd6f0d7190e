// Streams and events. Work is done when the host waits or asks for it, and not before: what it reads must still be there then.
#include "settings.h"
#include "state.h"
#include "../block.h"
#include <cstring>

namespace standin {

namespace {

Stream *of(Stream *stream)
{
    static Stream default_stream;
    return stream ? stream : &default_stream;
}

bool is_known(Stream *stream) { return stream == nullptr || state.streams.contains(stream); }

bool is_one_of(Function *function)
{
    for (auto &[raw, module] : state.modules)
        for (auto &[name, f] : module->functions)
            if (f.get() == function) return true;
    return false;
}

struct Arguments { const HostKernel *kernel; void **values; };

Result run_kernel(const KernelWork &w)
{
    state.kernels++;
    if (settings.fail_launch > 0 && --settings.fail_launch == 0)
        return fail((Result)settings.fail_result, "the fault that was asked for, at kernel " + w.function->entry.name);
    std::vector<void *> values;
    for (auto offset : w.offsets) values.push_back((char *)w.values.data() + offset);
    Arguments arguments{w.function->kernel, values.data()};
    auto call = [](const void *closure) {
        auto &a = *(const Arguments *)closure;
        a.kernel->call(a.kernel->function, a.values);
    };
    auto error = emulated::run({w.function->kernel->name, (int)w.x, (int)w.y, (int)w.z, (int)w.threads, w.shared, call, &arguments});
    return error.empty() ? CUDA_SUCCESS : fail(CUDA_ERROR_LAUNCH_FAILED, error);
}

Result run_copy(const CopyWork &w)
{
    state.copies++;
    auto there = [&](const void *p) { return on_device(p, w.bytes) || is_pinned(p, w.bytes); };
    if (!there(w.to) || !there(w.from)) return fail(CUDA_ERROR_ILLEGAL_ADDRESS, "a queued copy whose memory was given back before it was done");
    memmove(w.to, w.from, w.bytes);
    return CUDA_SUCCESS;
}

Result run_work(const Work &work)
{
    switch (work.kind)
    {
    case Work::kernel: return run_kernel(work.launch);
    case Work::copy: return run_copy(work.copying);
    case Work::set:
        if (!on_device(work.setting.to, work.setting.bytes)) return fail(CUDA_ERROR_ILLEGAL_ADDRESS, "memory that was given back before it was set");
        memset(work.setting.to, work.setting.value, work.setting.bytes);
        return CUDA_SUCCESS;
    default: return CUDA_SUCCESS;
    }
}

}

Result queue(Stream *stream, Work work)
{
    if (!is_known(stream)) return CUDA_ERROR_INVALID_HANDLE;
    of(stream)->queue.push_back(std::move(work));
    of(stream)->queued++;
    return CUDA_SUCCESS;
}

Result run(Stream &stream, uint64_t to)
{
    while (stream.done < to && !stream.queue.empty())
    {
        auto work = std::move(stream.queue.front());
        stream.queue.pop_front();
        stream.done++;
        if (auto result = run_work(work)) return result;
    }
    return CUDA_SUCCESS;
}

Result run_all()
{
    if (auto result = run(*of(nullptr), UINT64_MAX)) return result;
    for (auto &[raw, stream] : state.streams)
        if (auto result = run(*stream, UINT64_MAX)) return result;
    return CUDA_SUCCESS;
}

Result launch_work(Work &work, Function *function, unsigned x, unsigned y, unsigned z, unsigned block_x, unsigned block_y, unsigned block_z,
    unsigned shared, void **arguments, void **extra)
{
    if (!is_one_of(function)) return CUDA_ERROR_INVALID_HANDLE;
    auto &entry = function->entry;
    if (x == 0 || x > INT32_MAX || y == 0 || y > 65535 || z == 0 || z > 65535 || block_x == 0 || block_x > 1024) return CUDA_ERROR_INVALID_VALUE;
    // The kernels number their threads in one dimension.
    if (block_y != 1 || block_z != 1 || extra) return CUDA_ERROR_INVALID_VALUE;
    if (entry.threads != 0 && block_x > (unsigned)entry.threads) return CUDA_ERROR_INVALID_VALUE;
    if (shared > function->dynamic_limit) return CUDA_ERROR_INVALID_VALUE;
    work.kind = Work::kernel;
    work.launch = {function, x, y, z, block_x, shared, {}, {}};
    auto &values = work.launch.values;
    for (size_t i = 0; i < entry.sizes.size(); i++)
    {
        auto words = (entry.sizes[i] + 7) / 8;
        work.launch.offsets.push_back(values.size() * 8);
        values.resize(values.size() + words);
        memcpy(&values[values.size() - words], arguments[i], entry.sizes[i]);
    }
    return CUDA_SUCCESS;
}

}

using namespace standin;

EXPORT cuStreamCreate(Stream **stream, unsigned)
{
    Call call;
    if (call) *stream = add(state.streams, std::make_unique<Stream>());
    return call.result;
}

EXPORT cuStreamSynchronize(Stream *stream)
{
    Call call;
    if (!call) return call.result;
    return is_known(stream) ? run(*of(stream), UINT64_MAX) : CUDA_ERROR_INVALID_HANDLE;
}

EXPORT cuStreamDestroy_v2(Stream *stream)
{
    Call call;
    if (!call) return call.result;
    if (!state.streams.contains(stream)) return CUDA_ERROR_INVALID_HANDLE;
    auto result = run(*stream, UINT64_MAX);
    for (auto &[raw, event] : state.events)
        if (event->stream == stream) event->stream = nullptr;
    state.streams.erase(stream);
    return result;
}

EXPORT cuEventCreate(Event **event, unsigned)
{
    Call call;
    if (call) *event = add(state.events, std::make_unique<Event>());
    return call.result;
}

EXPORT cuEventRecord(Event *event, Stream *stream)
{
    Call call;
    if (!call) return call.result;
    if (!state.events.contains(event)) return CUDA_ERROR_INVALID_HANDLE;
    if (auto result = queue(stream, {})) return result;
    *event = {of(stream), of(stream)->queued};
    return CUDA_SUCCESS;
}

// One work is done between two questions, so that who asks again and again gets there.
EXPORT cuEventQuery(Event *event)
{
    Call call;
    if (!call) return call.result;
    if (!state.events.contains(event)) return CUDA_ERROR_INVALID_HANDLE;
    if (!event->stream || event->stream->done >= event->at) return CUDA_SUCCESS;
    auto result = run(*event->stream, event->stream->done + 1);
    return result ? result : CUDA_ERROR_NOT_READY;
}

EXPORT cuEventSynchronize(Event *event)
{
    Call call;
    if (!call) return call.result;
    if (!state.events.contains(event)) return CUDA_ERROR_INVALID_HANDLE;
    return event->stream ? run(*event->stream, event->at) : CUDA_SUCCESS;
}

EXPORT cuEventDestroy_v2(Event *event)
{
    Call call;
    if (!call) return call.result;
    return state.events.erase(event) ? CUDA_SUCCESS : CUDA_ERROR_INVALID_HANDLE;
}

EXPORT cuLaunchKernel(Function *function, unsigned x, unsigned y, unsigned z, unsigned block_x, unsigned block_y, unsigned block_z, unsigned shared,
    Stream *stream, void **arguments, void **extra)
{
    Call call;
    if (!call) return call.result;
    Work work;
    auto result = launch_work(work, function, x, y, z, block_x, block_y, block_z, shared, arguments, extra);
    return result ? result : queue(stream, std::move(work));
}
