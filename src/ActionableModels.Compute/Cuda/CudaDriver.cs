using System.Runtime.InteropServices;

namespace ActionableModels.Compute.Cuda;

/// <summary>
/// The functions of NVIDIA's driver library that are used, under the names of its reference manual, "CUDA Driver API". A handle is an nint, an
/// address on the device a ulong, a device an int, a result an int that is 0 for success. Functions that changed over time are taken in the
/// version that the name says.
/// </summary>
internal sealed unsafe partial class CudaDriver
{
    public readonly delegate* unmanaged<uint, int> Init;
    public readonly delegate* unmanaged<int*, int> DeviceGetCount;
    public readonly delegate* unmanaged<int*, int, int> DeviceGet;
    public readonly delegate* unmanaged<byte*, int, int, int> DeviceGetName;
    public readonly delegate* unmanaged<int*, int, int, int> DeviceGetAttribute;
    public readonly delegate* unmanaged<nuint*, int, int> DeviceTotalMem;
    public readonly delegate* unmanaged<nint*, int, int> PrimaryContextRetain;
    public readonly delegate* unmanaged<int, int> PrimaryContextRelease;
    public readonly delegate* unmanaged<nint, int> ContextSetCurrent;
    public readonly delegate* unmanaged<nint*, void*, uint, int*, void**, int> ModuleLoad;
    public readonly delegate* unmanaged<nint, int> ModuleUnload;
    public readonly delegate* unmanaged<nint*, nint, byte*, int> ModuleGetFunction;
    public readonly delegate* unmanaged<nint, int, int, int> FunctionSetAttribute;
    public readonly delegate* unmanaged<nuint*, nuint*, int> MemoryInfo;
    public readonly delegate* unmanaged<ulong*, nuint, int> MemoryAllocate;
    public readonly delegate* unmanaged<ulong, int> MemoryFree;
    public readonly delegate* unmanaged<ulong, byte, nuint, nint, int> MemorySet;
    public readonly delegate* unmanaged<void**, nuint, uint, int> HostAllocate;
    public readonly delegate* unmanaged<void*, int> HostFree;
    public readonly delegate* unmanaged<ulong, void*, nuint, nint, int> CopyToDevice;
    public readonly delegate* unmanaged<void*, ulong, nuint, nint, int> CopyToHost;
    public readonly delegate* unmanaged<nint*, uint, int> StreamCreate;
    public readonly delegate* unmanaged<nint, int> StreamSynchronize;
    public readonly delegate* unmanaged<nint, int> StreamDestroy;
    public readonly delegate* unmanaged<nint*, uint, int> EventCreate;
    public readonly delegate* unmanaged<nint, nint, int> EventRecord;
    public readonly delegate* unmanaged<nint, int> EventQuery;
    public readonly delegate* unmanaged<nint, int> EventSynchronize;
    public readonly delegate* unmanaged<nint, int> EventDestroy;
    public readonly delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int> LaunchKernel;
    public readonly delegate* unmanaged<nint*, uint, int> GraphCreate;
    public readonly delegate* unmanaged<nint, int> GraphDestroy;
    public readonly delegate* unmanaged<nint*, nint, nint*, nuint, KernelNodeParameters*, int> GraphAddKernelNode;
    public readonly delegate* unmanaged<nint*, nint, nint*, nuint, CopyNodeParameters*, nint, int> GraphAddCopyNode;
    public readonly delegate* unmanaged<nint*, nint, ulong, int> GraphInstantiate;
    public readonly delegate* unmanaged<nint, nint, KernelNodeParameters*, int> ExecutableSetKernelNode;
    public readonly delegate* unmanaged<nint, nint, CopyNodeParameters*, nint, int> ExecutableSetCopyNode;
    public readonly delegate* unmanaged<nint, nint, int> GraphLaunch;
    public readonly delegate* unmanaged<nint, int> ExecutableDestroy;
    private readonly delegate* unmanaged<int*, int> driverGetVersion;
    private readonly delegate* unmanaged<int, byte**, int> getErrorName, getErrorString;

    private CudaDriver(nint library, string file)
    {
        driverGetVersion = (delegate* unmanaged<int*, int>)Export("cuDriverGetVersion");
        getErrorName = (delegate* unmanaged<int, byte**, int>)Export("cuGetErrorName");
        getErrorString = (delegate* unmanaged<int, byte**, int>)Export("cuGetErrorString");
        Init = (delegate* unmanaged<uint, int>)Export("cuInit");
        // Before the rest, some of which an old driver lacks.
        Version = CheckedVersion();

        DeviceGetCount = (delegate* unmanaged<int*, int>)Export("cuDeviceGetCount");
        DeviceGet = (delegate* unmanaged<int*, int, int>)Export("cuDeviceGet");
        DeviceGetName = (delegate* unmanaged<byte*, int, int, int>)Export("cuDeviceGetName");
        DeviceGetAttribute = (delegate* unmanaged<int*, int, int, int>)Export("cuDeviceGetAttribute");
        DeviceTotalMem = (delegate* unmanaged<nuint*, int, int>)Export("cuDeviceTotalMem_v2");
        PrimaryContextRetain = (delegate* unmanaged<nint*, int, int>)Export("cuDevicePrimaryCtxRetain");
        PrimaryContextRelease = (delegate* unmanaged<int, int>)Export("cuDevicePrimaryCtxRelease_v2");
        ContextSetCurrent = (delegate* unmanaged<nint, int>)Export("cuCtxSetCurrent");
        ModuleLoad = (delegate* unmanaged<nint*, void*, uint, int*, void**, int>)Export("cuModuleLoadDataEx");
        ModuleUnload = (delegate* unmanaged<nint, int>)Export("cuModuleUnload");
        ModuleGetFunction = (delegate* unmanaged<nint*, nint, byte*, int>)Export("cuModuleGetFunction");
        FunctionSetAttribute = (delegate* unmanaged<nint, int, int, int>)Export("cuFuncSetAttribute");
        MemoryInfo = (delegate* unmanaged<nuint*, nuint*, int>)Export("cuMemGetInfo_v2");
        MemoryAllocate = (delegate* unmanaged<ulong*, nuint, int>)Export("cuMemAlloc_v2");
        MemoryFree = (delegate* unmanaged<ulong, int>)Export("cuMemFree_v2");
        MemorySet = (delegate* unmanaged<ulong, byte, nuint, nint, int>)Export("cuMemsetD8Async");
        HostAllocate = (delegate* unmanaged<void**, nuint, uint, int>)Export("cuMemHostAlloc");
        HostFree = (delegate* unmanaged<void*, int>)Export("cuMemFreeHost");
        CopyToDevice = (delegate* unmanaged<ulong, void*, nuint, nint, int>)Export("cuMemcpyHtoDAsync_v2");
        CopyToHost = (delegate* unmanaged<void*, ulong, nuint, nint, int>)Export("cuMemcpyDtoHAsync_v2");
        StreamCreate = (delegate* unmanaged<nint*, uint, int>)Export("cuStreamCreate");
        StreamSynchronize = (delegate* unmanaged<nint, int>)Export("cuStreamSynchronize");
        StreamDestroy = (delegate* unmanaged<nint, int>)Export("cuStreamDestroy_v2");
        EventCreate = (delegate* unmanaged<nint*, uint, int>)Export("cuEventCreate");
        EventRecord = (delegate* unmanaged<nint, nint, int>)Export("cuEventRecord");
        EventQuery = (delegate* unmanaged<nint, int>)Export("cuEventQuery");
        EventSynchronize = (delegate* unmanaged<nint, int>)Export("cuEventSynchronize");
        EventDestroy = (delegate* unmanaged<nint, int>)Export("cuEventDestroy_v2");
        LaunchKernel = (delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int>)Export("cuLaunchKernel");
        GraphCreate = (delegate* unmanaged<nint*, uint, int>)Export("cuGraphCreate");
        GraphDestroy = (delegate* unmanaged<nint, int>)Export("cuGraphDestroy");
        GraphAddKernelNode = (delegate* unmanaged<nint*, nint, nint*, nuint, KernelNodeParameters*, int>)Export("cuGraphAddKernelNode_v2");
        GraphAddCopyNode = (delegate* unmanaged<nint*, nint, nint*, nuint, CopyNodeParameters*, nint, int>)Export("cuGraphAddMemcpyNode");
        GraphInstantiate = (delegate* unmanaged<nint*, nint, ulong, int>)Export("cuGraphInstantiateWithFlags");
        ExecutableSetKernelNode = (delegate* unmanaged<nint, nint, KernelNodeParameters*, int>)Export("cuGraphExecKernelNodeSetParams_v2");
        ExecutableSetCopyNode = (delegate* unmanaged<nint, nint, CopyNodeParameters*, nint, int>)Export("cuGraphExecMemcpyNodeSetParams");
        GraphLaunch = (delegate* unmanaged<nint, nint, int>)Export("cuGraphLaunch");
        ExecutableDestroy = (delegate* unmanaged<nint, int>)Export("cuGraphExecDestroy");

        nint Export(string name) => NativeLibrary.TryGetExport(library, name, out var address)
            ? address
            : throw new DeviceException($"{file} is not NVIDIA's driver of CUDA 12.0 or later: it has no {name}; {HowToInstall}");
    }
}
