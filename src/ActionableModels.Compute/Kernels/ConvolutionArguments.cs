using System.Runtime.InteropServices;

namespace ActionableModels.Compute.Kernels;

/// <summary>One layer as kernels/portable/convolution.h has it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct ConvolutionArguments
{
    private readonly int batch, height, width, inputs, outHeight, outWidth, outputs, side, stride, top, left, taps;
    private readonly Divisor byIn, byOut, bySide, byOutWidth, byOutPixels, byTaps, byFewerTaps;

    public ConvolutionArguments(in ConvolutionShape s)
    {
        (batch, height, width, inputs) = (s.Batch, s.Height, s.Width, s.In);
        (outHeight, outWidth, outputs) = (s.OutHeight, s.OutWidth, s.Out);
        (side, stride, top, left) = (s.Kernel, s.Stride, s.Top, s.Left);
        taps = (s.Kernel - 1) / s.Stride + 1;
        (byIn, byOut, bySide) = (new(s.In), new(s.Out), new(s.Kernel));
        (byOutWidth, byOutPixels) = (new(s.OutWidth), new(s.OutHeight * s.OutWidth));
        (byTaps, byFewerTaps) = (new(taps), new(taps - 1));
    }
}
