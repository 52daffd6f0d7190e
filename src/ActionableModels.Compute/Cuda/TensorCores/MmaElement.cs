namespace ActionableModels.Compute.Cuda;

/// <summary>How operands are rounded for the tensor cores; see kernels/nvidia/mma.h.</summary>
/// <param name="Suffix">Last part of the kernels' names.</param>
/// <param name="Chunk">Elements of 16 bytes.</param>
internal sealed record MmaElement(string Suffix, int Chunk)
{
    /// <summary>Rounded to bfloat16.</summary>
    public static readonly MmaElement Bfloat16 = new("bf16", 8);

    /// <summary>Rounded to TensorFloat-32.</summary>
    public static readonly MmaElement TensorFloat32 = new("tf32", 4);

    /// <summary>The depth of one instruction's product.</summary>
    public int Unit => 2 * Chunk;
}
