using System.Runtime.InteropServices;

namespace ActionableModels.Compute.Cuda;

/// <summary>struct Product of kernels/nvidia/mma_dense.cu, field for field: y [M, N] from operands that lie as ARows × AColumns and so on.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MmaProduct
{
    public int ARows, AColumns, AVectors, BRows, BColumns, BVectors, M, N, Depth, Shares, Relu;
}
