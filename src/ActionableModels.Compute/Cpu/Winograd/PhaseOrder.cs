namespace ActionableModels.Compute.Cpu.Winograd;

/// <summary>
/// A stride-s convolution is a stride-1 convolution with ⌈k/s⌉ taps over maps whose channels are the s×s phases of the image. Phases below
/// k − s·(taps − 1) use all taps along their axis, the others lack the last one, and so need no product at the point ∞. The channels are ordered
/// so that those of every kind of point are one run: full rows with short columns, full with full, short with full, short with short.
/// </summary>
internal readonly struct PhaseOrder(int kernel, int stride, int channels)
{
    public readonly int Stride = stride, Taps = (kernel + stride - 1) / stride, Full = kernel - (kernel + stride - 1) / stride * stride + stride;

    /// <summary>All channels: s²·C.</summary>
    public int Channels => Stride * Stride * channels;

    /// <summary>First channel of a phase; its C channels follow, and those of the next column phase of the same kind behind them.</summary>
    public int Offset(int row, int column)
    {
        int full = Full, rest = Stride - Full;
        var place = (row < full, column < full) switch
        {
            (true, false) => row * rest + column - full,
            (true, true) => full * rest + row * full + column,
            (false, true) => full * Stride + (row - full) * full + column,
            (false, false) => full * Stride + rest * full + (row - full) * rest + column - full,
        };
        return place * channels;
    }

    /// <summary>The run of channels with a product at a point, by whether its row and column are ∞.</summary>
    public (int Begin, int End) Run(bool lastRow, bool lastColumn) =>
        (lastColumn ? Full * (Stride - Full) * channels : 0,
            lastRow ? Full * Stride * channels : lastColumn ? (Full * Stride + (Stride - Full) * Full) * channels : Channels);
}
