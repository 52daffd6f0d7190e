using ActionableModels.Compute.Kernels;

namespace ActionableModels.Compute.Cuda;

/// <summary>
/// Convolutions and dense layers on tensor cores, where the device's precision is not float32: kernels/nvidia/mma_*.cu. A layer goes to the
/// kernels for Hopper where it fits them; else to these; else, if its few channels, filled up to blocks of 64 outputs and units of 16 (tf32: 8) inputs,
/// would take more than <see cref="MostPadding"/> times its multiply-adds, or if its extents are beyond what they count, to the portable ones, which
/// multiply in float32. The rule knows nothing of the batch, and neither has the order of sums: a row of the output has the same bits in any batch.
/// </summary>
public sealed unsafe partial class CudaDevice
{
    private const int ProductSide = 64, ProductUnits = 4;
    private static readonly Kernel reduceDense = new("mma_reduce", "reduce_dense", 256), reduceFilter = new("mma_reduce", "reduce_filter", 256);
    private static readonly Kernel[] dense = Products(""), denseData = Products("data_"), denseFilter = Products("filter_");
    private readonly Dictionary<MmaKey, MmaConvolutionPlan?> forwardPlans = [], backwardPlans = [];
    private readonly Dictionary<MmaKey, MmaFilterPlan?> filterPlans = [];

    /// <summary>Most multiply-adds on tensor cores for one of the layer; the portable kernels need about 16 times as long for each.</summary>
    internal double MostPadding { get; set; } = 8;

    private MmaElement? Element => Precision switch
    {
        Precision.Bfloat16 => MmaElement.Bfloat16,
        Precision.TensorFloat32 => MmaElement.TensorFloat32,
        _ => null,
    };

    /// <inheritdoc/>
    public override void Conv2D(Tensor x, Tensor w, Tensor? bias, Tensor y, Window window, bool relu)
    {
        var s = Operands.Convolution(x, w, bias, y, window);
        if (TryHopperConv2D(x, w, bias, y, window, relu)) return;
        if (IsDense(s) ? TryDense(s.Batch * s.OutHeight * s.OutWidth, s.Depth, s.Out, x, w, bias, y, relu) : TryConvolve(s, 1, x, null, null, w, bias, y, relu))
            return;
        base.Conv2D(x, w, bias, y, window, relu);
    }

    /// <inheritdoc/>
    public override void BorderTableConv2D(Tensor map, Tensor table, Tensor? tableBias, Tensor sum, Tensor w, Tensor? bias, Tensor y, Window window, bool relu)
    {
        var actions = Operands.BorderTableAdd(map, table, tableBias, sum).Actions;
        var s = Operands.Convolution(sum, w, bias, y, window);
        if (TryHopperBorderTableConv2D(map, table, tableBias, w, bias, y, window, relu)) return;
        // Where strides become channels a pixel has no one class.
        if (Math.Min(s.Kernel, s.Stride) == 1 && TryConvolve(s, actions, map, table, tableBias, w, bias, y, relu)) return;
        base.BorderTableConv2D(map, table, tableBias, sum, w, bias, y, window, relu);
    }

    /// <inheritdoc/>
    public override void Conv2DBackwardData(Tensor dy, Tensor w, Tensor dx, Window window)
    {
        var s = Operands.Convolution(dx, w, null, dy, window);
        if (TryHopperConv2DBackwardData(dy, w, dx, window)) return;
        if (IsDense(s) ? TryDenseBackwardData(s.Batch * s.OutHeight * s.OutWidth, s.Depth, s.Out, dy, w, dx) : TryConvolveBackwardData(s, dy, w, dx)) return;
        base.Conv2DBackwardData(dy, w, dx, window);
    }

    /// <inheritdoc/>
    public override void Conv2DBackwardFilter(Tensor x, Tensor dy, Tensor dw, Tensor? dbias, Window window)
    {
        var s = Operands.Convolution(x, dw, dbias, dy, window);
        if (TryHopperConv2DBackwardFilter(x, dy, dw, dbias, window)) return;
        var rows = s.Batch * s.OutHeight * s.OutWidth;
        if (IsDense(s) ? TryDenseBackwardFilter(rows, s.Depth, s.Out, x, dy, dw) : TryConvolveBackwardFilter(s, x, dy, dw))
        {
            if (dbias is not null) SumRows(dy, dbias, 1, rows, s.Out);
            return;
        }
        base.Conv2DBackwardFilter(x, dy, dw, dbias, window);
    }

    /// <inheritdoc/>
    public override void Dense(Tensor x, Tensor w, Tensor? bias, Tensor y, bool relu)
    {
        var (rows, depth, outputs) = Operands.Dense(x, w, bias, y);
        if (!TryDense(rows, depth, outputs, x, w, bias, y, relu)) base.Dense(x, w, bias, y, relu);
    }

    /// <inheritdoc/>
    public override void DenseBackwardData(Tensor dy, Tensor w, Tensor dx)
    {
        var (rows, depth, outputs) = Operands.Dense(dx, w, null, dy);
        if (!TryDenseBackwardData(rows, depth, outputs, dy, w, dx)) base.DenseBackwardData(dy, w, dx);
    }

    /// <inheritdoc/>
    public override void DenseBackwardFilter(Tensor x, Tensor dy, Tensor dw, Tensor? dbias)
    {
        var (rows, depth, outputs) = Operands.Dense(x, dw, dbias, dy);
        if (!TryDenseBackwardFilter(rows, depth, outputs, x, dy, dw)) base.DenseBackwardFilter(x, dy, dw, dbias);
        else if (dbias is not null) SumRows(dy, dbias, 1, rows, outputs);
    }

    private bool TryConvolve(in ConvolutionShape s, int actions, Tensor x, Tensor? table, Tensor? tableBias, Tensor w, Tensor? bias, Tensor y, bool relu)
    {
        if (Element is not { } element || !IsCountable(s)) return false;
        var aligned = IsAligned(x) && (table is null || IsAligned(table)) && (tableBias is null || IsAligned(tableBias));
        var key = new MmaKey(s, aligned, y.Offset % 8 == 0);
        if (!forwardPlans.TryGetValue(key, out var plan))
            forwardPlans[key] = plan = MmaConvolutionPlan.Forward(s, element, aligned, key.Pairs) is { } made && made.Padding <= MostPadding ? made : null;
        if (plan is null) return false;
        Launch(plan, actions, x, table, tableBias, w, bias, y, relu);
        return true;
    }

    private bool TryConvolveBackwardData(in ConvolutionShape s, Tensor dy, Tensor w, Tensor dx)
    {
        if (Element is not { } element || !IsCountable(s)) return false;
        var key = new MmaKey(s, IsAligned(dy), dx.Offset % 8 == 0);
        if (!backwardPlans.TryGetValue(key, out var plan))
            backwardPlans[key] = plan = MmaConvolutionPlan.Backward(s, element, key.Aligned, key.Pairs) is { } made && made.Padding <= MostPadding ? made : null;
        if (plan is null) return false;
        Launch(plan, 1, dy, null, null, w, null, dx, false);
        return true;
    }

    private void Launch(MmaConvolutionPlan plan, int actions, Tensor x, Tensor? table, Tensor? tableBias, Tensor w, Tensor? bias, Tensor y, bool relu)
    {
        var packed = Scratch(plan.PackedBytes);
        Call(plan.Pack).Add(w).Add(packed, 0L).Add(plan.Packing).Run(GroupsFor(plan.Packing.Chunks));
        var arguments = plan.Convolution;
        arguments.Relu = relu ? 1 : 0;
        Call(plan.Kernel).Add(x).Add(table).Add(tableBias).Add(packed, 0L).Add(bias).Add(y).Add(arguments).Add(actions).Run(plan.Tiles, plan.Blocks, 1);
    }

    private bool TryConvolveBackwardFilter(in ConvolutionShape s, Tensor x, Tensor dy, Tensor dw)
    {
        if (Element is not { } element || !IsCountable(s)) return false;
        var key = new MmaKey(s, IsAligned(x) && IsAligned(dy), false);
        if (!filterPlans.TryGetValue(key, out var plan))
            filterPlans[key] = plan = MmaFilterPlan.Of(s, element, key.Aligned) is { } made && made.Padding <= MostPadding ? made : null;
        if (plan is null) return false;
        var parts = Scratch(plan.ShareBytes);
        Call(plan.Kernel).Add(x).Add(dy).Add(parts, 0L).Add(plan.Filter).Run(plan.Filter.Parts, plan.Groups, plan.Blocks);
        Call(reduceFilter).Add(parts, 0L).Add(dw).Add(plan.Filter.Parts).Add(s.Out).Add(s.Kernel).Add(s.In).Add(Math.Min(s.Kernel, s.Stride))
            .Add(plan.Filter.Taps).Run(GroupsFor(dw.Count));
        return true;
    }

    private bool TryDense(int rows, int depth, int outputs, Tensor x, Tensor w, Tensor? bias, Tensor y, bool relu) =>
        // Shares by the layer alone, so that a row has the same bits in a batch of any size.
        TryProduct(dense, new() { ARows = rows, AColumns = depth, BRows = outputs, BColumns = depth, M = rows, N = outputs, Depth = depth },
            Math.Clamp(depth / 256, 1, 16), depth, outputs, x, w, bias, y, relu);

    private bool TryDenseBackwardData(int rows, int depth, int outputs, Tensor dy, Tensor w, Tensor dx) =>
        TryProduct(denseData, new() { ARows = rows, AColumns = outputs, BRows = outputs, BColumns = depth, M = rows, N = depth, Depth = outputs },
            Math.Clamp(outputs / 256, 1, 16), depth, outputs, dy, w, null, dx, false);

    private bool TryDenseBackwardFilter(int rows, int depth, int outputs, Tensor x, Tensor dy, Tensor dw)
    {
        // As many shares of the rows as fill the machine.
        var blocks = ((outputs + ProductSide - 1L) / ProductSide) * ((depth + ProductSide - 1L) / ProductSide);
        return TryProduct(denseFilter, new() { ARows = rows, AColumns = outputs, BRows = rows, BColumns = depth, M = outputs, N = depth, Depth = rows },
            (int)Math.Clamp(MmaTile.Multiprocessors / blocks, 1, Math.Max(1, rows / 256)), depth, outputs, dy, x, null, dw, false);
    }

    private bool TryProduct(Kernel[] kernels, MmaProduct p, int shares, int inputs, int outputs, Tensor a, Tensor b, Tensor? bias, Tensor y, bool relu)
    {
        if (Element is not { } element || p.M == 0 || p.N == 0 || p.Depth == 0 || p.N > ushort.MaxValue * ProductSide) return false;
        if (Filled(inputs, ProductUnits * element.Unit) * Filled(outputs, ProductSide) > MostPadding) return false;
        p.AVectors = IsAligned(a) && p.AColumns % 4 == 0 ? 1 : 0;
        p.BVectors = IsAligned(b) && p.BColumns % 4 == 0 ? 1 : 0;
        p.Shares = shares;
        p.Relu = relu ? 1 : 0;
        int down = (p.M + ProductSide - 1) / ProductSide, across = (p.N + ProductSide - 1) / ProductSide;
        var kernel = kernels[element == MmaElement.Bfloat16 ? 0 : 1];
        if (shares == 1)
        {
            Call(kernel).Add(a).Add(b).Add(bias).Add(y).Add(p).Run(down, across, 1);
            return true;
        }
        var count = (long)p.M * p.N;
        var parts = Scratch(shares * count * sizeof(float));
        Call(kernel).Add(a).Add(b).Add(null).Add(parts, 0L).Add(p).Run(down, across, shares);
        Call(reduceDense).Add(parts, 0L).Add(bias).Add(y).Add(shares).Add(p.N).Add(count).Add(p.Relu).Run(GroupsFor(count));
        return true;
    }

    // A dense layer whose rows can be counted.
    private static bool IsDense(in ConvolutionShape s) => s.IsDense && (double)s.Batch * s.OutHeight * s.OutWidth < int.MaxValue;

    // The kernels count elements of a map, and taps, in 32 bits.
    private static bool IsCountable(in ConvolutionShape s) =>
        s.Batch > 0 && s.In > 0 && s.Out > 0 && s.OutHeight > 0 && s.OutWidth > 0 && s.Kernel <= 128 && s.Stride <= 128
        && (s.Height + 256.0) * (s.Width + 256.0) * s.In < int.MaxValue && (s.OutHeight + 256.0) * (s.OutWidth + 256.0) * s.Out < int.MaxValue
        && (double)s.Kernel * s.Kernel * s.In < 1 << 24 && s.Out < 1 << 20;

    private static double Filled(int n, int side) => ((long)n + side - 1) / side * (double)side / n;

    private static Kernel[] Products(string form) =>
        [.. new[] { MmaElement.Bfloat16, MmaElement.TensorFloat32 }.Select(e => new Kernel("mma_dense", $"mma_dense_{form}{e.Suffix}", 128))];
}
