namespace ActionableModels.Compute.Cpu;

/// <summary>How convolutions are computed.</summary>
public enum ConvolutionPath
{
    /// <summary>Winograd's minimal filtering where the layer's shape makes it faster (2, 3 or 5 taps per phase), the direct path elsewhere.</summary>
    Auto,
    /// <summary>Always the direct path: every product of the definition, in one order.</summary>
    Direct,
}
