// Tests the stand-in's driver API: that work waits until it is asked for, that graphs keep their order, and that faults stay.
#include "api/results.h"
#include "self_test.h"
#include <cmath>
#include <cstddef>
#include <cstring>
#include <vector>

#define API extern "C" int
API cuInit(unsigned), cuDriverGetVersion(int *), cuDeviceGetCount(int *), cuDeviceGet(int *, int), cuDevicePrimaryCtxRetain(void **, int),
    cuDevicePrimaryCtxRelease_v2(int), cuCtxSetCurrent(void *), cuDeviceGetAttribute(int *, int, int), cuGetErrorName(int, const char **),
    cuGetErrorString(int, const char **), cuModuleLoadDataEx(void **, const char *, unsigned, const int *, void **), cuModuleUnload(void *),
    cuModuleGetFunction(void **, void *, const char *), cuFuncSetAttribute(void *, int, int), cuMemAlloc_v2(void **, size_t), cuMemFree_v2(void *),
    cuMemGetInfo_v2(size_t *, size_t *), cuMemHostAlloc(void **, size_t, unsigned), cuMemFreeHost(void *),
    cuMemsetD8Async(void *, unsigned char, size_t, void *),
    cuMemcpyHtoDAsync_v2(void *, const void *, size_t, void *), cuMemcpyDtoHAsync_v2(void *, const void *, size_t, void *),
    cuStreamCreate(void **, unsigned),
    cuStreamSynchronize(void *), cuStreamDestroy_v2(void *), cuEventCreate(void **, unsigned), cuEventRecord(void *, void *), cuEventQuery(void *),
    cuEventSynchronize(void *), cuEventDestroy_v2(void *),
    cuLaunchKernel(void *, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void *, void **, void **),
    cuGraphCreate(void **, unsigned),
    cuGraphDestroy(void *), cuGraphAddKernelNode_v2(void **, void *, void *const *, size_t, const void *),
    cuGraphAddMemcpyNode(void **, void *, void *const *, size_t, const void *, void *), cuGraphInstantiateWithFlags(void **, void *, uint64_t),
    cuGraphExecKernelNodeSetParams_v2(void *, void *, const void *), cuGraphLaunch(void *, void *), cuGraphExecDestroy(void *);
extern "C" int standinSet(const char *, long);
extern "C" long standinGet(const char *);

namespace {

// The head of the PTX of kernels/portable/fill.cl; the stand-in does not look into bodies.
std::string ptx(const char *version = "8.0", const char *target = "sm_80",
    const char *parameters = ".param .u64 a, .param .u64 b, .param .f32 c, .param .u64 d")
{
    return std::string("//\n.version ") + version + "\n.target " + target + "\n.address_size 64\n.visible .entry fill(\n" + parameters
        + ")\n.maxntid 256, 1, 1\n{\n ret; // }\n}\n";
}

void ok(int result, const char *what) { expect(result == CUDA_SUCCESS, std::string(what) + " returned " + std::to_string(result)); }
void is(int result, Result expected, const char *what) { expect(result == expected, std::string(what) + " returned " + std::to_string(result)); }

// A device with a stream and the kernel fill, given back at the end.
struct Device {
    void *context = nullptr, *stream = nullptr, *module = nullptr, *fill = nullptr;
    Device()
    {
        ok(cuInit(0), "cuInit");
        ok(cuDevicePrimaryCtxRetain(&context, 0), "retain");
        ok(cuCtxSetCurrent(context), "cuCtxSetCurrent");
        ok(cuStreamCreate(&stream, 1), "cuStreamCreate");
        ok(cuModuleLoadDataEx(&module, ptx().c_str(), 0, nullptr, nullptr), "cuModuleLoadDataEx");
        ok(cuModuleGetFunction(&fill, module, "fill"), "cuModuleGetFunction");
    }
    ~Device() { cuDevicePrimaryCtxRelease_v2(0); }
    float *allocate(size_t count)
    {
        void *p = nullptr;
        ok(cuMemAlloc_v2(&p, count * 4), "cuMemAlloc");
        return (float *)p;
    }
    float *pin(size_t count)
    {
        void *p = nullptr;
        ok(cuMemHostAlloc(&p, count * 4, 0), "cuMemHostAlloc");
        return (float *)p;
    }
    int launch(void *y, float value, long count, unsigned threads = 256, unsigned shared = 0)
    {
        long offset = 0;
        void *arguments[] = {&y, &offset, &value, &count};
        return cuLaunchKernel(fill, 1, 1, 1, threads, 1, 1, shared, stream, arguments, nullptr);
    }
};

void deferred()
{
    Device d;
    auto x = d.allocate(8);
    auto in = d.pin(8), out = d.pin(8);
    in[0] = 1;
    ok(cuMemcpyHtoDAsync_v2(x, in, 32, d.stream), "upload");
    in[0] = 2;
    ok(cuMemcpyDtoHAsync_v2(out, x, 32, d.stream), "download");
    expect(std::isnan(out[0]), "a download has not happened before the host waits");
    ok(cuStreamSynchronize(d.stream), "synchronize");
    expect(out[0] == 2, "a copy reads pinned memory when it runs, not when it is queued");

    void *event;
    ok(cuEventCreate(&event, 2), "cuEventCreate");
    is(cuEventQuery(event), CUDA_SUCCESS, "query of an event that was not recorded");
    ok(d.launch(x, 5, 8), "launch");
    ok(cuEventRecord(event, d.stream), "record");
    ok(d.launch(x, 6, 8), "launch");
    is(cuEventQuery(event), CUDA_ERROR_NOT_READY, "query");
    is(cuEventQuery(event), CUDA_ERROR_NOT_READY, "query");
    is(cuEventQuery(event), CUDA_SUCCESS, "query");
    expect(x[7] == 5, "work after the event has not happened");
    ok(cuEventSynchronize(event), "synchronize");
    expect(x[7] == 5, "work after the event has not happened");
    ok(cuStreamSynchronize(d.stream), "synchronize");
    expect(x[7] == 6, "the last launch");

    ok(d.launch(x, 1, 9), "launch behind the block");
    is(cuStreamSynchronize(d.stream), CUDA_ERROR_LAUNCH_FAILED, "a kernel that writes behind its block");
    const char *meaning;
    ok(cuGetErrorString(CUDA_ERROR_LAUNCH_FAILED, &meaning), "cuGetErrorString");
    expect(strstr(meaning, "kernel fill: wrote behind the block of 32 bytes") != nullptr, meaning);
    is(cuMemFree_v2(x), CUDA_ERROR_LAUNCH_FAILED, "every call after a fault");
    is(d.launch(x, 1, 1), CUDA_ERROR_LAUNCH_FAILED, "every call after a fault");
}

void misuses()
{
    {
        Device d;
        auto x = d.allocate(8);
        float plain[8] = {};
        is(cuMemcpyHtoDAsync_v2(x, plain, 32, d.stream), CUDA_ERROR_LAUNCH_FAILED, "a copy from memory that is not pinned");
    }
    {
        Device d;
        auto x = d.allocate(8);
        auto in = d.pin(8);
        ok(cuMemcpyHtoDAsync_v2(x, in, 32, d.stream), "upload");
        is(cuMemFreeHost(in), CUDA_ERROR_LAUNCH_FAILED, "pinned memory given back while a copy is queued");
    }
    Device d;
    auto x = d.allocate(8);
    auto in = d.pin(16);
    is(cuMemcpyHtoDAsync_v2(x, in, 36, d.stream), CUDA_ERROR_INVALID_VALUE, "a copy behind the block");
    is(cuMemFree_v2(x + 1), CUDA_ERROR_INVALID_VALUE, "free of no block");
    is(d.launch(x, 1, 8, 512), CUDA_ERROR_INVALID_VALUE, "more threads than the kernel's");
    is(d.launch(x, 1, 8, 256, 49153), CUDA_ERROR_INVALID_VALUE, "more shared memory than was asked for");
    is(cuFuncSetAttribute(d.fill, 8, 232449), CUDA_ERROR_INVALID_VALUE, "more shared memory than there is");
    ok(cuFuncSetAttribute(d.fill, 8, 232448), "all shared memory");
    ok(d.launch(x, 1, 8, 256, 232448), "launch with all shared memory");
    void *none;
    is(cuModuleGetFunction(&none, d.module, "full"), CUDA_ERROR_NOT_FOUND, "a kernel that is not there");
    is(cuStreamSynchronize(d.fill), CUDA_ERROR_INVALID_HANDLE, "no stream");
    ok(cuStreamSynchronize(d.stream), "synchronize");
    expect(x[7] == 1, "launches after misuses");
    cuCtxSetCurrent(nullptr);
    is(cuMemAlloc_v2(&none, 4), CUDA_ERROR_INVALID_CONTEXT, "no context");
    cuCtxSetCurrent(d.context);
}

void modules()
{
    Device d;
    void *module;
    char log[256];
    int names[] = {5, 6};
    void *values[] = {log, (void *)sizeof log};
    auto load = [&](const std::string &text) { return cuModuleLoadDataEx(&module, text.c_str(), 2, names, values); };
    auto logs = [&](const char *part) { expect(strstr(log, part) != nullptr, log); };
    is(load("no ptx"), CUDA_ERROR_INVALID_PTX, "what is no PTX");
    logs("ptxas application ptx input, line 1; fatal");
    is(load(ptx() + "{"), CUDA_ERROR_INVALID_PTX, "PTX with an open brace");
    is(load(ptx("8.0", "sm_90a")), CUDA_SUCCESS, "sm_90a on 9.0");
    is(load(ptx("8.0", "sm_100")), CUDA_ERROR_NO_BINARY_FOR_GPU, "a later target");
    is(load(ptx("8.5")), CUDA_ERROR_UNSUPPORTED_PTX_VERSION, "a later PTX than 12.4's");
    is(load(ptx("8.4")), CUDA_SUCCESS, "12.4's PTX");
    is(load(ptx("8.0", "sm_80", ".param .u64 a, .param .u64 b")), CUDA_ERROR_INVALID_IMAGE, "other parameters than the source's");
    logs("PTX of fill was not made from the source");
    standinSet("capability", 80);
    is(load(ptx("8.0", "sm_90a")), CUDA_ERROR_NO_BINARY_FOR_GPU, "sm_90a on 8.0");
    standinSet("capability", 90);
    standinSet("reject", 1);
    is(load(ptx()), CUDA_ERROR_INVALID_PTX, "PTX that is rejected on request");
    logs("told to reject");
    standinSet("reject", 0);
}

// The driver's structures as bytes, written by offset as "CUDA Driver API" gives them.
template <size_t size> struct Bytes {
    alignas(8) unsigned char bytes[size] = {};
    template <typename T> void put(size_t offset, T value) { memcpy(bytes + offset, &value, sizeof value); }
};

void graphs()
{
    Device d;
    auto x = d.allocate(8);
    auto in = d.pin(8), out = d.pin(8);
    void *graph, *copy, *first, *second, *executable;
    ok(cuGraphCreate(&graph, 0), "cuGraphCreate");
    Bytes<200> upload;
    upload.put(32, 1), upload.put(40, in), upload.put(120, 2), upload.put(136, x);
    upload.put(176, size_t{32}), upload.put(184, size_t{1}), upload.put(192, size_t{1});
    ok(cuGraphAddMemcpyNode(&copy, graph, nullptr, 0, upload.bytes, d.context), "cuGraphAddMemcpyNode");
    float value = 3;
    long offset = 0, count = 4;
    void *arguments[] = {&x, &offset, &value, &count};
    Bytes<72> kernel;
    kernel.put(0, d.fill);
    for (int i = 0; i < 6; i++) kernel.put(8 + 4 * i, i == 3 ? 256 : 1);
    kernel.put(40, (void **)arguments);
    ok(cuGraphAddKernelNode_v2(&first, graph, &copy, 1, kernel.bytes), "cuGraphAddKernelNode");
    value = 4, count = 2;
    ok(cuGraphAddKernelNode_v2(&second, graph, &first, 1, kernel.bytes), "cuGraphAddKernelNode");
    ok(cuGraphInstantiateWithFlags(&executable, graph, 0), "cuGraphInstantiate");
    for (int i = 0; i < 8; i++) in[i] = (float)i;
    ok(cuGraphLaunch(executable, d.stream), "cuGraphLaunch");
    value = 9;
    ok(cuGraphExecKernelNodeSetParams_v2(executable, second, kernel.bytes), "cuGraphExecKernelNodeSetParams");
    ok(cuMemcpyDtoHAsync_v2(out, x, 32, d.stream), "download");
    ok(cuStreamSynchronize(d.stream), "synchronize");
    expect(out[0] == 4 && out[1] == 4 && out[2] == 3 && out[3] == 3 && out[4] == 4 && out[7] == 7, "a launch keeps the parameters it had");
    ok(cuGraphLaunch(executable, d.stream), "cuGraphLaunch");
    ok(cuStreamSynchronize(d.stream), "synchronize");
    expect(x[1] == 9 && x[2] == 3 && x[7] == 7, "the next launch has the new ones");
    upload.put(176, size_t{36});
    is(cuGraphAddMemcpyNode(&copy, graph, nullptr, 0, upload.bytes, d.context), CUDA_ERROR_INVALID_VALUE, "a copy behind the block");

    // Two nodes without an edge between them come in either order.
    void *loose, *loose_executable;
    ok(cuGraphCreate(&loose, 0), "cuGraphCreate");
    value = 1;
    ok(cuGraphAddKernelNode_v2(&first, loose, nullptr, 0, kernel.bytes), "cuGraphAddKernelNode");
    value = 2;
    ok(cuGraphAddKernelNode_v2(&second, loose, nullptr, 0, kernel.bytes), "cuGraphAddKernelNode");
    for (int seed : {0, 1})
    {
        standinSet("seed", seed);
        ok(cuGraphInstantiateWithFlags(&loose_executable, loose, 0), "cuGraphInstantiate");
        ok(cuGraphLaunch(loose_executable, d.stream), "cuGraphLaunch");
        ok(cuStreamSynchronize(d.stream), "synchronize");
        expect(x[0] == (seed ? 1 : 2), "the order of nodes without an edge follows the seed");
    }
    standinSet("seed", 0);
    ok(cuGraphExecDestroy(executable), "cuGraphExecDestroy");
    is(cuGraphLaunch(executable, d.stream), CUDA_ERROR_INVALID_HANDLE, "a graph that is gone");
}

void faults()
{
    {
        Device d;
        auto x = d.allocate(8);
        standinSet("fail_launch", 2), standinSet("fail_result", CUDA_ERROR_UNKNOWN);
        ok(d.launch(x, 1, 8), "launch");
        ok(d.launch(x, 2, 8), "launch");
        is(cuStreamSynchronize(d.stream), CUDA_ERROR_UNKNOWN, "the second launch");
        expect(x[0] == 1, "the first launch");
        is(cuStreamSynchronize(d.stream), CUDA_ERROR_UNKNOWN, "the fault stays");
        is(cuDevicePrimaryCtxRelease_v2(0), CUDA_ERROR_UNKNOWN, "release after the fault");
        void *again;
        ok(cuDevicePrimaryCtxRetain(&again, 0), "a new context");
    }
    Device d;
    size_t free, total;
    void *big;
    standinSet("memory", 1 << 20);
    is(cuMemAlloc_v2(&big, (1 << 20) + 1), CUDA_ERROR_OUT_OF_MEMORY, "too much memory");
    ok(cuMemAlloc_v2(&big, 1 << 19), "half the memory");
    ok(cuMemGetInfo_v2(&free, &total), "cuMemGetInfo");
    expect(free == 1 << 19 && total == 1 << 20, "free memory");
    standinSet("devices", 0);
    is(cuInit(0), CUDA_ERROR_NO_DEVICE, "no device");
    standinSet("devices", 1), standinSet("memory", 4l << 30), standinSet("version", 11080);
    int version;
    ok(cuDriverGetVersion(&version), "cuDriverGetVersion");
    expect(version == 11080, "an old driver");
    standinSet("version", 12040);
    expect(!standinSet("nothing", 1) && standinGet("nothing") == -1 && standinGet("blocks") == 1 && standinGet("kernels") > 0, "settings and counts");
    const char *name;
    ok(cuGetErrorName(700, &name), "cuGetErrorName");
    expect(strcmp(name, "CUDA_ERROR_ILLEGAL_ADDRESS") == 0, name);
    is(cuGetErrorName(12345, &name), CUDA_ERROR_INVALID_VALUE, "the name of no error");
}

}

int main()
{
    void *none;
    is(cuDevicePrimaryCtxRetain(&none, 0), CUDA_ERROR_NOT_INITIALIZED, "before cuInit");
    deferred();
    misuses();
    modules();
    graphs();
    faults();
    for (auto what : {"blocks", "pinned", "modules", "streams", "events", "graphs", "executables"}) expect(standinGet(what) == 0, what);
    return report();
}
