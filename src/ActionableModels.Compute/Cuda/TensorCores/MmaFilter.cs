using System.Runtime.InteropServices;

namespace ActionableModels.Compute.Cuda;

/// <summary>struct Filter of kernels/nvidia/mma_filter.cu, field for field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MmaFilter
{
    public MmaPatch X, Dy;
    public int Tiles, TilesDown, TilesAcross, Parts, Taps, Group, OutputBlocks, Outputs, Pixels, TileBytes, PatchStart;
    public int TablesStart, StepsStart, TileStart;
}
