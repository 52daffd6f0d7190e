using System.Runtime.InteropServices;

namespace ActionableModels.Compute.Kernels;

/// <summary>One pool as kernels/portable/max_pool.cl has it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct PoolArguments
{
    private readonly int height, width, channels, outHeight, outWidth, side, stride, top, left, groups;
    private readonly Divisor byChannels, byWidth, byOutWidth, byStride;

    /// <param name="s">The layer.</param>
    /// <param name="groups">Groups that share one image.</param>
    public PoolArguments(in ConvolutionShape s, int groups)
    {
        (height, width, channels, outHeight, outWidth) = (s.Height, s.Width, s.In, s.OutHeight, s.OutWidth);
        (side, stride, top, left, this.groups) = (s.Kernel, s.Stride, s.Top, s.Left, groups);
        (byChannels, byWidth, byOutWidth, byStride) = (new(s.In), new(s.Width), new(s.OutWidth), new(s.Stride));
    }
}
