namespace ActionableModels.Compute.Cpu.Winograd;

/// <summary>
/// Convolutions by F(4×4, r×r), those with a stride on the phases of their input: blocks of tiles are transformed into the caches of one
/// worker, every point of the tile is one small matrix product over channels, and the products are transformed back. A tile's arithmetic does
/// not depend on its block.
/// </summary>
internal abstract unsafe class WinogradEngine : IDisposable
{
    /// <summary>Output pixels along one side of a tile.</summary>
    public const int Side = 4;

    /// <summary>y = act(bias + x ⋆ w).</summary>
    public abstract void Convolve(in ConvolutionShape s, float* x, float* w, float* bias, float* y, bool relu);

    /// <summary>dx of a convolution without stride: the same with the turned kernel and the margins swapped.</summary>
    public abstract void ConvolveBackwardData(in ConvolutionShape s, float* dy, float* w, float* dx);

    /// <summary>dw by the adjoint of the forward form.</summary>
    public abstract void ConvolveBackwardFilter(in ConvolutionShape s, float* x, float* dy, float* dw);

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>
    /// Whether a convolution to an output of a size is worth the transforms: whether its arithmetic is below <paramref name="share"/> of the direct
    /// path's. The answer depends on the shape alone. Channels are those of one pixel before and after.
    /// </summary>
    public static bool Pays(double share, int kernel, int stride, int batch, int outHeight, int outWidth, int channelsIn, int channelsOut)
    {
        // Per channel and point, transforms cost about as much as 6 more channels on the other side; the filter's about 5 tiles.
        const int transform = 6, filterTiles = 5, fewestChannels = 16;
        if (stride > kernel) return false;
        var order = new PhaseOrder(kernel, stride, channelsIn);
        if (order.Taps is not (2 or 3 or 5) || Math.Min(order.Channels, channelsOut) < fewestChannels) return false;
        var finite = order.Taps + Side - 2;
        var points = (finite + 1) * (finite + 1);
        int Length(bool row, bool column) => order.Run(row, column).End - order.Run(row, column).Begin;
        var products = (double)channelsOut * (finite * finite * Length(false, false) + finite * (Length(true, false) + Length(false, true))
            + Length(true, true));
        var tiles = (double)TileGrid.Count(batch, outHeight, outWidth);
        var winograd = tiles * (products + (double)points * transform * (order.Channels + channelsOut)) + filterTiles * products;
        var direct = (double)batch * outHeight * outWidth * kernel * kernel * channelsIn * channelsOut;
        return winograd < share * direct;
    }
}
