using ActionableModels.Compute;
using ActionableModels.Networks;

namespace ActionableModels.Cli.Bench;

/// <summary>A convolution of a network: its input map and window.</summary>
/// <param name="Name">Name in checkpoints.</param>
/// <param name="Height">Input height.</param>
/// <param name="Width">Input width.</param>
/// <param name="In">Input channels.</param>
/// <param name="Out">Output channels.</param>
/// <param name="Window">The window.</param>
internal sealed record ConvolutionLayer(string Name, int Height, int Width, int In, int Out, Window Window)
{
    /// <summary>Convolution <paramref name="number"/> of a network, counted from 1 through tower and head.</summary>
    public static ConvolutionLayer Of(NetworkSpec spec, int number)
    {
        var shape = (spec.ImageHeight, spec.ImageWidth, spec.InputChannels);
        var conv = 0;
        foreach (var (i, layer) in spec.Tower.Concat(spec.Head).Index())
        {
            if (layer.Kind == LayerKind.Conv && ++conv == number)
                return new($"{(i < spec.Tower.Length ? "tower" : "head")}/conv{number}", shape.Item1, shape.Item2, shape.Item3, layer.Channels,
                    layer.Window);
            shape = layer.Output(shape);
        }
        throw new ArgumentOutOfRangeException(nameof(number));
    }

    /// <summary>Multiply-adds of the direct form for one map.</summary>
    public long MultiplyAdds => (long)Window.Output(Height) * Window.Output(Width) * Out * Window.Kernel * Window.Kernel * In;

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Window.Kernel}×{Window.Kernel} stride {Window.Stride} {Window.Padding.ToString().ToUpperInvariant()}, "
        + $"{Height}×{Width}×{In} to {Window.Output(Height)}×{Window.Output(Width)}×{Out}";
}
