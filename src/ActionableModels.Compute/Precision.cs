namespace ActionableModels.Compute;

/// <summary>How a device multiplies in convolutions and dense layers. Sums, and all that is stored, are float32 in every case.</summary>
public enum Precision
{
    /// <summary>Operands rounded to bfloat16 (8 bits of mantissa), on tensor cores.</summary>
    Bfloat16,
    /// <summary>Operands rounded to TensorFloat-32 (11 bits of mantissa), on tensor cores.</summary>
    TensorFloat32,
    /// <summary>Operands as they are.</summary>
    Float32,
}
