namespace ActionableModels.Compute.Cpu;

/// <summary>A copy of a layer's weights in the panels of <see cref="Packing"/>, so that no operation has to make them.</summary>
/// <param name="Panels">The panels' floats.</param>
/// <param name="Lanes">Width of the vectors that they are made for.</param>
internal sealed record PackedWeights(Tensor Panels, int Lanes);
