using System.Runtime.InteropServices;

namespace ActionableModels.Compute.Cuda;

/// <summary>struct Packing of kernels/nvidia/mma_pack.cu, field for field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MmaPacking
{
    public int Outputs, Kernel, Channels, Phases, Taps, Slices, Steps, Stages, Transposed;
    public long Chunks;
}
