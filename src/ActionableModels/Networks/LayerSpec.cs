using ActionableModels.Compute;

namespace ActionableModels.Networks;

/// <summary>What a layer of a tower or head is.</summary>
public enum LayerKind
{
    /// <summary>Convolution, normalisation (if the network has it), ReLU.</summary>
    Conv,
    /// <summary>Max-pooling.</summary>
    Pool,
    /// <summary>Flatten, dense, normalisation (if the network has it), ReLU.</summary>
    Dense,
}

/// <summary>One layer of the declarative network.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Channels">Output channels; 0 for pooling.</param>
/// <param name="Kernel">Side of the window; 0 for dense.</param>
/// <param name="Stride">Step of the window; 0 for dense.</param>
/// <param name="Padding">Padding of the window.</param>
public sealed record LayerSpec(LayerKind Kind, int Channels, int Kernel, int Stride, Padding Padding)
{
    /// <summary>The window of a convolution or pool.</summary>
    public Window Window => new(Kernel, Stride, Padding);

    /// <summary>A convolution with SAME padding.</summary>
    public static LayerSpec Conv(int channels, int kernel, int stride = 1, Padding padding = Padding.Same) =>
        new(LayerKind.Conv, channels, kernel, stride, padding);
    /// <summary>Max-pooling with SAME padding and a stride as wide as the window.</summary>
    public static LayerSpec Pool(int kernel) => new(LayerKind.Pool, 0, kernel, kernel, Padding.Same);
    /// <summary>A dense layer.</summary>
    public static LayerSpec Dense(int channels) => new(LayerKind.Dense, channels, 0, 0, Padding.Valid);

    /// <summary>Numbers in the largest output of a sequence of layers; 1 without layers.</summary>
    internal static long Widest(ReadOnlySpan<LayerSpec> layers, (int Height, int Width, int Channels) shape)
    {
        var most = 1L;
        foreach (var layer in layers)
        {
            shape = layer.Output(shape);
            most = Math.Max(most, (long)shape.Height * shape.Width * shape.Channels);
        }
        return most;
    }

    /// <summary>Output height, width and channels for an input map.</summary>
    public (int Height, int Width, int Channels) Output((int Height, int Width, int Channels) input) => Kind switch
    {
        LayerKind.Conv => (Window.Output(input.Height), Window.Output(input.Width), Channels),
        LayerKind.Pool => (Window.Output(input.Height), Window.Output(input.Width), input.Channels),
        _ => (1, 1, Channels),
    };
}
