namespace ActionableModels.Compute.Cpu.Winograd;

/// <summary>
/// Stride-1 convolutions by F(4×4, r×r): blocks of tiles are transformed into the caches of one worker, every point of the tile is one small
/// matrix product over channels, and the products are transformed back. A tile's arithmetic does not depend on its block.
/// </summary>
internal abstract unsafe class WinogradEngine : IDisposable
{
    /// <summary>Output pixels along one side of a tile.</summary>
    public const int Side = 4;

    /// <summary>y = act(bias + x ⋆ w).</summary>
    public abstract void Convolve(in ConvolutionShape s, float* x, float* w, float* bias, float* y, bool relu);

    /// <summary>dx: the same with the turned kernel and the margins swapped.</summary>
    public abstract void ConvolveBackwardData(in ConvolutionShape s, float* dy, float* w, float* dx);

    /// <summary>dw by the adjoint of the forward form.</summary>
    public abstract void ConvolveBackwardFilter(in ConvolutionShape s, float* x, float* dy, float* dw);

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Whether a convolution's output of a size is worth the transforms. The answer depends on the shape alone.</summary>
    public static bool Pays(int kernel, int stride, int batch, int outHeight, int outWidth, int channelsIn, int channelsOut)
    {
        // Per channel and point, transforms cost about as much as 6 more channels on the other side; the filter's about 5 tiles.
        const int transform = 6, filterTiles = 5, fewestChannels = 16;
        if (stride != 1 || kernel is not (3 or 5) || Math.Min(channelsIn, channelsOut) < fewestChannels) return false;
        var points = (kernel + Side - 1) * (kernel + Side - 1);
        var tiles = (double)batch * ((outHeight + Side - 1) / Side) * ((outWidth + Side - 1) / Side);
        var products = (double)channelsIn * channelsOut;
        var winograd = points * (tiles * (products + transform * (channelsIn + channelsOut)) + filterTiles * products);
        var direct = (double)batch * outHeight * outWidth * kernel * kernel * products;
        return winograd < 0.8 * direct;
    }
}
