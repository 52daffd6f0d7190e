namespace ActionableModels.Compute;

/// <summary>TensorFlow's padding rules.</summary>
public enum Padding
{
    /// <summary>No padding: out = ceil((in − kernel + 1) / stride).</summary>
    Valid,
    /// <summary>out = ceil(in / stride); the odd extra pixel goes to the bottom and right.</summary>
    Same,
}

/// <summary>A square window sliding over a feature map: shared by convolution and pooling.</summary>
/// <param name="Kernel">Side of the window in pixels.</param>
/// <param name="Stride">Step in pixels.</param>
/// <param name="Padding">Padding rule.</param>
public readonly record struct Window(int Kernel, int Stride, Padding Padding)
{
    /// <summary>Output extent for an input extent.</summary>
    public int Output(int input) => Padding == Padding.Same ? (input + Stride - 1) / Stride : Math.Max(0, (input - Kernel) / Stride + 1);

    /// <summary>Pixels of padding before the first input pixel (top, left).</summary>
    public int Before(int input) => Padding == Padding.Same ? Math.Max((Output(input) - 1) * Stride + Kernel - input, 0) / 2 : 0;
}
