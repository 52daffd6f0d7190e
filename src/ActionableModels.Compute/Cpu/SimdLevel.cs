namespace ActionableModels.Compute.Cpu;

/// <summary>The vector instructions that the contraction kernels of <see cref="CpuDevice"/> use.</summary>
public enum SimdLevel
{
    /// <summary>The widest that this processor and the runtime's settings offer.</summary>
    Auto,
    /// <summary>512-bit vectors (AVX-512).</summary>
    Avx512,
    /// <summary>256-bit vectors with fused multiply-add (AVX2 and FMA).</summary>
    Avx2,
    /// <summary>128-bit vectors: SSE on x64, AdvSimd on Arm.</summary>
    Vector128,
    /// <summary>No vectors.</summary>
    Scalar,
}
