using System.Runtime.InteropServices;

namespace ActionableModels.Compute.Cuda;

/// <summary>CUDA_KERNEL_NODE_PARAMS_v2 of the driver API: 72 bytes, grid at 8, block at 20, shared at 32, arguments at 40.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct KernelNodeParameters
{
    public nint Function;
    public uint GridX, GridY, GridZ, BlockX, BlockY, BlockZ, SharedBytes;
    public void** Arguments;
    public void** Extra;
    public nint Kernel, Context;
}

/// <summary>
/// CUDA_MEMCPY3D (version 2) of the driver API: 200 bytes, the source's kind of memory at 32, host at 40, device at 48; the destination's kind
/// at 120, host at 128, device at 136; the extents at 176.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CopyNodeParameters
{
    public nuint SourceX, SourceY, SourceZ, SourceLevel;
    public int SourceKind;
    public void* SourceHost;
    public ulong SourceDevice;
    public nint SourceArray, SourceReserved;
    public nuint SourcePitch, SourceHeight;
    public nuint DestinationX, DestinationY, DestinationZ, DestinationLevel;
    public int DestinationKind;
    public void* DestinationHost;
    public ulong DestinationDevice;
    public nint DestinationArray, DestinationReserved;
    public nuint DestinationPitch, DestinationHeight;
    public nuint Width, Height, Depth;

    /// <summary>A copy of bytes in one row from host to device.</summary>
    public static CopyNodeParameters ToDevice(void* source, ulong destination, long bytes)
    {
        const int host = 1, device = 2;
        return new CopyNodeParameters
        {
            SourceKind = host, SourceHost = source, DestinationKind = device, DestinationDevice = destination,
            Width = (nuint)bytes, Height = 1, Depth = 1,
        };
    }
}
