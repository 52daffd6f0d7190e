namespace ActionableModels.Compute.Kernels;

public abstract partial class KernelDevice
{
    private static readonly TiledProduct forward = new("conv2d"), backwardData = new("conv2d_backward_data"),
        backwardFilter = new("conv2d_backward_filter");
    private static readonly Kernel sumParts = new("sum_parts", "sum_parts", 256);

    /// <inheritdoc/>
    public override void Conv2D(Tensor x, Tensor w, Tensor? bias, Tensor y, Window window, bool relu) =>
        Convolve(Operands.Convolution(x, w, bias, y, window), x, w, bias, y, relu);

    /// <inheritdoc/>
    public override void Conv2DBackwardData(Tensor dy, Tensor w, Tensor dx, Window window) =>
        ConvolveBackwardData(Operands.Convolution(dx, w, null, dy, window), dy, w, dx);

    /// <inheritdoc/>
    public override void Conv2DBackwardFilter(Tensor x, Tensor dy, Tensor dw, Tensor? dbias, Window window) =>
        ConvolveBackwardFilter(Operands.Convolution(x, dw, dbias, dy, window), x, dy, dw, dbias);

    /// <inheritdoc/>
    public override void Dense(Tensor x, Tensor w, Tensor? bias, Tensor y, bool relu)
    {
        var (rows, depth, outputs) = Operands.Dense(x, w, bias, y);
        Convolve(ConvolutionShape.Dense(rows, depth, outputs), x, w, bias, y, relu);
    }

    /// <inheritdoc/>
    public override void DenseBackwardData(Tensor dy, Tensor w, Tensor dx)
    {
        var (rows, depth, outputs) = Operands.Dense(dx, w, null, dy);
        ConvolveBackwardData(ConvolutionShape.Dense(rows, depth, outputs), dy, w, dx);
    }

    /// <inheritdoc/>
    public override void DenseBackwardFilter(Tensor x, Tensor dy, Tensor dw, Tensor? dbias)
    {
        var (rows, depth, outputs) = Operands.Dense(x, dw, dbias, dy);
        ConvolveBackwardFilter(ConvolutionShape.Dense(rows, depth, outputs), x, dy, dw, dbias);
    }

    private void Convolve(ConvolutionShape s, Tensor x, Tensor w, Tensor? bias, Tensor y, bool relu)
    {
        s = Flat(s, x);
        var pixels = s.Batch * s.OutHeight * s.OutWidth;
        var tile = forward.Choose(pixels, s.Out, s.In % 4 == 0 && IsAligned(x) && IsAligned(w));
        var (rows, columns) = tile.Tiles(pixels, s.Out);
        // Long sums of few outputs; by the layer alone, so that a row has the same bits in a batch of any size.
        var (terms, parts) = TiledProduct.Split(s.Depth, s.IsDense ? Math.Clamp(s.Depth / 512, 1, 8) : 1);
        if (parts == 1)
        {
            Call(tile.Kernel).Add(x).Add(w).Add(bias).Add(y).Add(new ConvolutionArguments(s)).Add(terms).Add(relu ? 1 : 0)
                .Add(s.Out % 4 == 0 && IsAligned(y) ? 1 : 0).Run(rows, columns, 1);
            return;
        }
        var partial = Scratch(parts * y.Count * sizeof(float));
        Call(tile.Kernel).Add(x).Add(w).Add(null).Add(partial, 0L).Add(new ConvolutionArguments(s)).Add(terms).Add(0)
            .Add(s.Out % 4 == 0 ? 1 : 0).Run(rows, columns, parts);
        Join(partial, parts, bias, y, s.Out, relu);
    }

    private void ConvolveBackwardData(ConvolutionShape s, Tensor dy, Tensor w, Tensor dx)
    {
        s = Flat(s, dx);
        int down = Math.Min(s.Stride, s.Height), across = Math.Min(s.Stride, s.Width);
        Check.That((long)down * across <= ushort.MaxValue, "a convolution's stride on this device must be at most 255 along a map", dx);
        // The first phase has the most pixels.
        var pixels = down == 0 || across == 0 ? 0 : s.Batch * ((s.Height - 1) / s.Stride + 1) * ((s.Width - 1) / s.Stride + 1);
        var tile = backwardData.Choose((long)pixels * down * across, s.In, s.Out % 4 == 0 && s.In % 4 == 0 && IsAligned(dy) && IsAligned(w));
        var (rows, columns) = tile.Tiles(pixels, s.In);
        Call(tile.Kernel).Add(dy).Add(w).Add(dx).Add(new ConvolutionArguments(s)).Add(s.In % 4 == 0 && IsAligned(dx) ? 1 : 0)
            .Run(rows, columns, down * across);
    }

    private void ConvolveBackwardFilter(ConvolutionShape s, Tensor x, Tensor dy, Tensor dw, Tensor? dbias)
    {
        s = Flat(s, x);
        var pixels = s.Batch * s.OutHeight * s.OutWidth;
        var most = pixels / 128;
        var tile = backwardFilter.Choose(s.Depth, s.Out, s.In % 4 == 0 && s.Out % 4 == 0 && IsAligned(x) && IsAligned(dy), most);
        var tiles = tile.Tiles(s.Depth, s.Out);
        var (each, parts) = TiledProduct.Split(pixels, TiledProduct.Parts(tiles, most));
        var partial = parts == 1 ? null : Scratch(parts * dw.Count * sizeof(float));
        var call = Call(tile.Kernel).Add(x).Add(dy);
        _ = partial is null ? call.Add(dw) : call.Add(partial, 0L);
        call.Add(new ConvolutionArguments(s)).Add(each).Add(s.Depth % 4 == 0 && (partial is not null || IsAligned(dw)) ? 1 : 0)
            .Run(tiles.Rows, tiles.Columns, parts);
        if (partial is not null) Join(partial, parts, null, dw, 1, false);
        if (dbias is not null) SumRows(dy, dbias, 1, pixels, s.Out);
    }

    /// <summary>y = act(bias + the sum of the parts), in order.</summary>
    private void Join(DeviceMemory partial, int parts, Tensor? bias, Tensor y, int columns, bool relu) =>
        Call(sumParts).Add(partial, 0L).Add(bias).Add(y).Add(y.Count).Add(parts).Add(columns).Add(relu ? 1 : 0).Run(GroupsFor(y.Count));

    /// <summary>A layer that is a dense one, as such; else itself. Checks that the kernels can count its elements.</summary>
    private static ConvolutionShape Flat(ConvolutionShape s, Tensor x)
    {
        // Double has room for products that int and long have not.
        var pixels = Math.Max((double)s.Batch * s.Height * s.Width, (double)s.Batch * s.OutHeight * s.OutWidth);
        var map = (s.Height + (double)s.Kernel) * (s.Width + (double)s.Kernel);
        Check.That(pixels < int.MaxValue - 1024 && map < 1 << 29 && map * Math.Max(s.In, s.Out) < int.MaxValue,
            "a convolution on this device has fewer than 2³¹ pixels in a batch, and in a map with a window's margin fewer than 2²⁹ and 2³¹ numbers", x);
        return s.IsDense ? ConvolutionShape.Dense(s.Batch * s.OutHeight * s.OutWidth, s.Depth, s.Out) : s;
    }

    private protected static bool IsAligned(Tensor x) => x.Offset % 16 == 0;
}
