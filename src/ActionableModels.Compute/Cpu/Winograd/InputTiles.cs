using System.Runtime.CompilerServices;

namespace ActionableModels.Compute.Cpu.Winograd;

/// <summary>Brings the input patches of tiles, padded with zeros and with phases as channels, before the transform.</summary>
internal readonly unsafe struct InputTiles(FeatureMap map, PhaseOrder order, int top, int left, int lanes)
{
    /// <summary>Channels of a patch in whole vectors.</summary>
    public readonly int Padded = Packing.Padded(order.Channels, lanes);

    public readonly PhaseOrder Order = order;

    /// <summary>
    /// The n×n patch under the outputs of a tile and the pitches of its rows and pixels: in place where the map holds it, else in
    /// <paramref name="copy"/>, 2·n·n·<see cref="Padded"/> floats.
    /// </summary>
    public float* Patch((int Image, int Row, int Column) tile, int n, float* copy, out nint rowPitch, out nint pixelPitch)
    {
        int stride = Order.Stride, row = tile.Row * stride - top, column = tile.Column * stride - left;
        if (stride == 1 && Padded == map.Channels && map.Holds(row, column, n, n))
        {
            (rowPitch, pixelPitch) = (map.RowPitch, map.Channels);
            return map.Data + tile.Image * map.ImagePitch + row * rowPitch + column * pixelPitch;
        }
        (rowPitch, pixelPitch) = ((nint)n * Padded, Padded);
        if (stride == 1)
        {
            map.CutPadded(tile.Image, row, column, n, n, Padded, copy);
            return copy;
        }
        var side = n * stride;
        if (map.Holds(row, column, side, side))
        {
            Gather(map.Data + tile.Image * map.ImagePitch + row * map.RowPitch + (nint)column * map.Channels, map.RowPitch, n, copy);
            return copy;
        }
        var cut = copy + n * rowPitch;
        map.Cut(tile.Image, row, column, side, side, cut);
        Gather(cut, (nint)side * map.Channels, n, copy);
        return copy;
    }

    /// <summary>Sorts the pixels of a patch by phase.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Gather(float* corner, nint rowPitch, int n, float* copy)
    {
        int stride = Order.Stride, full = Order.Full * map.Channels, rest = stride * map.Channels - full, unused = Padded - Order.Channels;
        for (var phase = 0; phase < stride; phase++)
        {
            int first = Order.Offset(phase, 0), second = rest > 0 ? Order.Offset(phase, Order.Full) : 0;
            for (var i = 0; i < n; i++)
            {
                var source = corner + (i * stride + phase) * rowPitch;
                var destination = copy + (nint)i * n * Padded;
                for (var j = 0; j < n; j++, source += full + rest, destination += Padded)
                {
                    Raw.CopyRun(source, destination + first, full);
                    if (rest > 0) Raw.CopyRun(source + full, destination + second, rest);
                }
            }
        }
        if (unused == 0) return;
        for (var pixel = 0; pixel < n * n; pixel++) Raw.ClearRun(copy + (nint)pixel * Padded + Order.Channels, unused);
    }
}
