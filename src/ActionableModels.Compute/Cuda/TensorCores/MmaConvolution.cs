using System.Runtime.InteropServices;

namespace ActionableModels.Compute.Cuda;

/// <summary>struct Convolution of kernels/nvidia/mma_convolution.cu, field for field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MmaConvolution
{
    public MmaPatch Patch;
    public int TileImages, TileRows, TileColumns, TilesDown, TilesAcross, Taps, Slices, Steps, Stages, Rows, Columns, Outputs;
    public int Phases, Top, Left, Height, Width, Channels, Pairs, Relu, TablesStart, StepsStart, PatchStart;
}
