namespace ActionableModels.Compute.Cuda;

/// <summary>A layer's extents and what its tensors are aligned to: what a plan follows from.</summary>
internal readonly record struct MmaKey(int Batch, int Height, int Width, int In, int OutHeight, int OutWidth, int Out, int Kernel, int Stride,
    int Top, int Left, bool Aligned, bool Pairs)
{
    /// <summary>The key of a layer.</summary>
    public MmaKey(in ConvolutionShape s, bool aligned, bool pairs)
        : this(s.Batch, s.Height, s.Width, s.In, s.OutHeight, s.OutWidth, s.Out, s.Kernel, s.Stride, s.Top, s.Left, aligned, pairs)
    {
    }
}
