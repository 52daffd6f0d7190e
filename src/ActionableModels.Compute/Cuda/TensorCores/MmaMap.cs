namespace ActionableModels.Compute.Cuda;

/// <summary>
/// A feature map as the tensor-core kernels see it: pixels that are squares of <see cref="Phases"/>² of its pixels, <see cref="Stride"/> apart, the
/// first one beginning at (−<see cref="Top"/>, −<see cref="Left"/>). A convolution of any stride has stride 1 over them. <see cref="Vectors"/>:
/// whether every four elements of such a pixel are 16 aligned bytes, inside the map or outside together.
/// </summary>
internal readonly record struct MmaMap(int Batch, int Height, int Width, int Channels, int Phases, int Stride, int Top, int Left, bool Vectors)
{
    /// <summary>Elements of a pixel.</summary>
    public int Depth => Phases * Phases * Channels;

    /// <summary>The input of a convolution.</summary>
    public static MmaMap Input(in ConvolutionShape s, bool aligned)
    {
        var phases = Math.Min(s.Kernel, s.Stride);
        var whole = phases == s.Stride && s.Left % s.Stride == 0 && s.Width % s.Stride == 0 && s.Stride * s.In % 4 == 0 && s.Width * s.In % 4 == 0;
        return new(s.Batch, s.Height, s.Width, s.In, phases, s.Stride, s.Top, s.Left, aligned && (s.In % 4 == 0 || whole));
    }

    /// <summary>The output of a convolution, or its gradient, with a margin.</summary>
    public static MmaMap Output(in ConvolutionShape s, int top, int left, bool aligned) =>
        new(s.Batch, s.OutHeight, s.OutWidth, s.Out, 1, 1, top, left, aligned && s.Out % 4 == 0);
}
