namespace ActionableModels.Compute;

internal static partial class Operands
{
    /// <summary>Input, weights, bias and output of a convolution, or their gradients.</summary>
    public static ConvolutionShape Convolution(Tensor x, Tensor w, Tensor? bias, Tensor y, Window window)
    {
        Check.That(x.Shape.Rank == 4, "a convolution's input must be [N, H, W, C]", x);
        Check.That(window is { Kernel: > 0, Stride: > 0 }, "a window must have a positive kernel and stride", w);
        Check.That(w.Shape.Rank == 4 && w.Shape[1] == window.Kernel && w.Shape[2] == window.Kernel && w.Shape[3] == x.Shape[3],
            "a convolution's weights must be [O, kernel, kernel, C] with the C of its input", w);
        var s = new ConvolutionShape(x.Shape, w.Shape[0], window);
        Check.That(y.Shape.Rank == 4 && y.Shape[0] == s.Batch && y.Shape[1] == s.OutHeight && y.Shape[2] == s.OutWidth && y.Shape[3] == s.Out,
            "a convolution's output must be [N, H', W', O] by the window's padding rule", y);
        Check.That(bias is null || bias.Count == s.Out, "a convolution's bias must have one entry per output channel", bias ?? w);
        return s;
    }

    /// <summary>Input, weights, start and output of a convolution that goes on from another's sums.</summary>
    public static ConvolutionShape ConvolutionAdd(Tensor x, Tensor w, Tensor start, Tensor y, Window window)
    {
        Check.That(start.Shape == y.Shape, "Conv2DAdd: start must have the shape of y", start);
        Check.That(start.Memory != y.Memory || Math.Abs(start.Offset - y.Offset) >= y.Count * y.Type.Size(),
            "Conv2DAdd: start must not overlap y", start);
        return Convolution(x, w, null, y, window);
    }

    /// <summary>Input, weights, bias and output of a dense layer, or their gradients.</summary>
    public static (int Rows, int Depth, int Outputs) Dense(Tensor x, Tensor w, Tensor? bias, Tensor y)
    {
        int outputs = w.Shape[0], depth = checked((int)w.Shape.RowCount);
        Check.That(depth > 0 && x.Count % depth == 0, "a dense layer's input must be rows of the inputs that its weights [out, in] have", x);
        var rows = checked((int)(x.Count / depth));
        Check.That(y.Count == (long)rows * outputs, "a dense layer's output must be [R, out]", y);
        Check.That(bias is null || bias.Count == outputs, "a dense layer's bias must have one entry per output", bias ?? w);
        return (rows, depth, outputs);
    }

    /// <summary>Input and output of a pool.</summary>
    public static ConvolutionShape Pool(Tensor x, Tensor y, Window window)
    {
        Check.That(x.Shape.Rank == 4, "a pool's input must be [N, H, W, C]", x);
        Check.That(window is { Kernel: > 0, Stride: > 0 }, "a window must have a positive kernel and stride", x);
        var s = new ConvolutionShape(x.Shape, x.Shape[3], window);
        Check.That(y.Shape.Rank == 4 && y.Shape[0] == s.Batch && y.Shape[1] == s.OutHeight && y.Shape[2] == s.OutWidth && y.Shape[3] == s.Out,
            "a pool's output must be [N, H', W', C] by the window's padding rule", y);
        return s;
    }

    /// <summary>Input, gradient of the output and gradient of the input of a pool.</summary>
    public static ConvolutionShape PoolBackward(Tensor x, Tensor dy, Tensor dx, Window window)
    {
        Check.That(dx.Shape == x.Shape, "MaxPoolBackward: dx must have the shape of x", dx);
        return Pool(x, dy, window);
    }
}
