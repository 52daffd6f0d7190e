namespace ActionableModels.Compute;

/// <summary>The extents of one convolution.</summary>
internal readonly struct ConvolutionShape
{
    public readonly int Batch, Height, Width, In, OutHeight, OutWidth, Out, Kernel, Stride, Top, Left;

    public ConvolutionShape(Shape x, int outputs, Window window)
    {
        (Batch, Height, Width, In) = (x[0], x[1], x[2], x[3]);
        (OutHeight, OutWidth, Out) = (window.Output(Height), window.Output(Width), outputs);
        (Kernel, Stride, Top, Left) = (window.Kernel, window.Stride, window.Before(Height), window.Before(Width));
    }

    private ConvolutionShape(int rows, int inputs, int outputs)
    {
        (Batch, Height, Width, In, OutHeight, OutWidth, Out) = (rows, 1, 1, inputs, 1, 1, outputs);
        (Kernel, Stride) = (1, 1);
    }

    /// <summary>A dense layer: a 1×1 convolution of rows that are maps of one pixel.</summary>
    public static ConvolutionShape Dense(int rows, int inputs, int outputs) => new(rows, inputs, outputs);

    /// <summary>Terms of one output's sum.</summary>
    public int Depth => Kernel * Kernel * In;

    /// <summary>Whether each output pixel sees one contiguous run of its own: then the layer is a dense one on rows of that run.</summary>
    public bool IsDense =>
        (Kernel == 1 && Stride == 1) || (Kernel == Height && Kernel == Width && Top == 0 && Left == 0 && OutHeight == 1 && OutWidth == 1);

    /// <summary>The taps [first, end) of an output row (or column) that lie on the map, given the map's extent and the margin before it.</summary>
    public (int First, int End) Taps(int output, int extent, int margin)
    {
        var start = output * Stride - margin;
        return (Math.Max(0, -start), Math.Max(0, Math.Min(Kernel, extent - start)));
    }

    /// <summary>The end, at most <paramref name="end"/>, of the run of outputs from a first one whose taps on the map are the same.</summary>
    public int SameTaps(int begin, int end, int extent, int margin)
    {
        var taps = Taps(begin, extent, margin);
        var next = begin + 1;
        while (next < end && Taps(next, extent, margin) == taps) next++;
        return next;
    }
}
