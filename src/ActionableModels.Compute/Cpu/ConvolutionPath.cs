namespace ActionableModels.Compute.Cpu;

/// <summary>How stride-1 convolutions with 3×3 and 5×5 kernels are computed.</summary>
public enum ConvolutionPath
{
    /// <summary>Winograd's minimal filtering where the layer's shape makes it faster, the direct path elsewhere.</summary>
    Auto,
    /// <summary>Always the direct path: every product of the definition, in one order.</summary>
    Direct,
}
