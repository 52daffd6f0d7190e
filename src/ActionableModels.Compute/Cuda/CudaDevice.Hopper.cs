using ActionableModels.Compute.Kernels;

namespace ActionableModels.Compute.Cuda;

/// <summary>
/// Convolutions of 64 to 64 channels at stride 1 on the tensor cores of Hopper (compute capability 9.0): kernels/nvidia/conv_matrices.cu,
/// conv_wgmma.cu and conv_wgmma_filter.cu. Each method does the work and returns true, or does nothing and returns false where the device, the
/// precision or the layer is another; shapes have been checked. The environment variable ACTIONABLE_HOPPER=0 leaves these kernels out.
/// </summary>
public sealed unsafe partial class CudaDevice
{
    private const int HopperChannels = 64, BytesOfPosition = 2 * HopperChannels, MultiprocessorCount = 16;
    // Positions of a step of the filter gradient, its buffers and barriers; and the multiprocessors of an H100 or H200, so that sums have one order
    // on both.
    private const int Step = 192, StepSlots = 3, StepBarriers = 128, PlannedMultiprocessors = 132;
    private static readonly Kernel matrices = new("conv_matrices", "conv_matrices", 256);
    private static readonly Kernel[] convolve3 = HopperKernels(3), convolve5 = HopperKernels(5);
    private static readonly Kernel filter3 = FilterKernel(3), filter5 = FilterKernel(5);
    private static readonly Kernel filterSum = new("conv_wgmma_filter", "conv_wgmma_filter_sum", 256);
    private int multiprocessors;

    /// <summary>Whether convolutions that fit take the kernels for Hopper; the others take over where it is false.</summary>
    internal bool UsesHopper { get; set; } = Environment.GetEnvironmentVariable("ACTIONABLE_HOPPER") != "0";

    private int Multiprocessors
    {
        get
        {
            if (multiprocessors != 0) return multiprocessors;
            int count;
            Check(Driver.DeviceGetAttribute(&count, MultiprocessorCount, handle), "cuDeviceGetAttribute");
            return multiprocessors = count;
        }
    }

    internal bool TryHopperConv2D(Tensor x, Tensor w, Tensor? bias, Tensor y, Window window, bool relu) =>
        FitsHopper(x, w, y, window) && Convolve(HopperLine.Forward(x.Shape, y.Shape, window), x, null, null, w, bias, y, relu, transposed: false);

    internal bool TryHopperConv2DBackwardData(Tensor dy, Tensor w, Tensor dx, Window window) =>
        FitsHopper(dx, w, dy, window)
        && Convolve(HopperLine.Backward(dx.Shape, dy.Shape, window), dy, null, null, w, null, dx, relu: false, transposed: true);

    internal bool TryHopperBorderTableConv2D(Tensor map, Tensor table, Tensor? tableBias, Tensor w, Tensor? bias, Tensor y, Window window, bool relu)
    {
        var x = Shape.Of(y.Shape[0], map.Shape[1], map.Shape[2], map.Shape[3]);
        return FitsHopper(map, w, y, window) && IsAligned(table) && (tableBias is null || IsAligned(tableBias))
            && Convolve(HopperLine.Forward(x, y.Shape, window), map, table, tableBias, w, bias, y, relu, transposed: false);
    }

    internal bool TryHopperConv2DBackwardFilter(Tensor x, Tensor dy, Tensor dw, Tensor? dbias, Window window)
    {
        if (!FitsHopper(x, dw, dy, window)) return false;
        var line = HopperLine.Forward(x.Shape, dy.Shape, window);
        var xPitch = Step + (line.Pitch + line.Kernel - 1 + 7) / 8 * 8 + 1;
        var shared = StepBarriers + StepSlots * (Step + 1 + xPitch) * BytesOfPosition + (Step + xPitch) * sizeof(int);
        if (shared > HopperTiles.SharedBytes || line.Length > HopperLine.Longest) return false;

        // Two rows of taps a block for each part; the last row, alone, takes two parts a block: their number is even.
        var steps = (int)((line.Length + Step - 1) / Step);
        var pairs = line.Kernel / 2;
        var most = PlannedMultiprocessors / (2 * pairs + 1) * 2;
        var each = (steps + most - 1) / most;
        var parts = ((steps + each - 1) / each + 1) / 2 * 2;
        var partials = Scratch(parts * dw.Count * sizeof(float));
        Call(line.Kernel == 3 ? filter3 : filter5).Add(x).Add(dy).Add(partials, 0).Add(parts).Add(steps).Add(line.Images).Add(line.Height)
            .Add(line.Width).Add(line.Margin).Add(line.Rows).Add(line.Pitch).Add(line.OutHeight).Add(line.OutWidth).Run(parts * pairs + parts / 2);
        Call(filterSum).Add(partials, 0).Add(dw).Add(parts).Add((int)dw.Count).Run((dw.Count + filterSum.Group - 1) / filterSum.Group);
        if (dbias is not null) SumRows(dy, dbias, 1, dy.Count / HopperChannels, HopperChannels);
        return true;
    }

    private bool FitsHopper(Tensor x, Tensor w, Tensor y, Window window) =>
        UsesHopper && Capability == 90 && Precision == Precision.Bfloat16 && window is { Stride: 1, Kernel: 3 or 5 } && y.Count > 0
        && w.Shape[0] == HopperChannels && w.Shape[3] == HopperChannels && IsAligned(x) && IsAligned(y);

    private bool Convolve(in HopperLine line, Tensor x, Tensor? table, Tensor? tableBias, Tensor w, Tensor? bias, Tensor y, bool relu,
        bool transposed)
    {
        if (line.Length > HopperLine.Longest || HopperTiles.For(line, Multiprocessors) is not { } tiles) return false;
        var scratch = Scratch(w.Count * 2);
        var taps = line.Kernel * line.Kernel;
        Call(matrices).Add(w).Add(scratch, 0).Add(taps).Add(transposed ? 1 : 0).Run(2 * taps);
        var kernel = (line.Kernel == 3 ? convolve3 : convolve5)[HopperTiles.Sizes(line.Kernel).IndexOf(tiles.Size)];
        Call(kernel).Add(x).Add(table).Add(tableBias).Add(scratch, 0).Add(bias).Add(y).Add(line.Images).Add(line.Images / x.Shape[0])
            .Add(line.Height).Add(line.Width).Add(line.Margin).Add(line.Rows).Add(line.Pitch).Add(line.OutHeight).Add(line.OutWidth)
            .Add(tiles.Count).Add(tiles.PixelSlots).Add(tiles.WeightSlots).Add(relu ? 1 : 0).Run(Math.Min(tiles.Count, Multiprocessors));
        return true;
    }

    private static Kernel FilterKernel(int kernel) => new("conv_wgmma_filter", $"conv_wgmma_filter_{kernel}", 384, HopperTiles.SharedBytes);

    private static Kernel[] HopperKernels(int kernel)
    {
        var sizes = HopperTiles.Sizes(kernel);
        var kernels = new Kernel[sizes.Length];
        for (var i = 0; i < sizes.Length; i++) kernels[i] = new("conv_wgmma", $"conv_wgmma_{kernel}_{sizes[i]}", 384, HopperTiles.SharedBytes);
        return kernels;
    }
}
