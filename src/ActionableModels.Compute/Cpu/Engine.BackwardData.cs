namespace ActionableModels.Compute.Cpu;

/// <summary>
/// Gradient with respect to the input. Input pixels with the same remainder modulo the stride see the same taps, so each such phase is a
/// stride-1 convolution over the padded dy with its own turned sub-kernel: nothing is multiplied by zeros, each pixel is written once.
/// </summary>
internal sealed unsafe partial class Engine<TLanes, TVector>
{
    public override void ConvolveBackwardData(in ConvolutionShape s, float* dy, float* w, float* dx)
    {
        if (s.IsDense)
        {
            DenseBackwardData(dy, w, dx, s.Batch * s.OutHeight * s.OutWidth, s.Depth, s.Out);
            return;
        }
        if (s.Stride == 1 && Winograd(s, s.Height, s.Width) is { } winograd)
        {
            winograd.ConvolveBackwardData(s, dy, w, dx);
            return;
        }
        var b = packed.Get(Packing.Size((long)s.Kernel * s.Kernel * s.Out, s.In, Lanes));
        pool.Run(new PackPhases(s, w, b), s.Stride * s.Stride);
        var taps = (s.Kernel + s.Stride - 1) / s.Stride;
        var steps = new PhaseSteps((s.Height - 1 + s.Top) / s.Stride + 1, (s.Width - 1 + s.Left) / s.Stride + 1);
        var plan = ChunkPlan.For(pool.Workers, s.Batch, steps.Rows, steps.Columns);
        var (images, rows) = plan.Largest;
        var work = new BackwardDataWork
        {
            Shape = s, Dy = new FeatureMap(dy, s.OutHeight, s.OutWidth, s.Out), Dx = dx, B = b, Start = Start(null, s.In), Plan = plan,
            Steps = steps, ScratchStride = ((nint)images * (rows + taps - 1) * (steps.Columns + taps - 1) * s.Out + 15) & ~15,
        };
        work.Cuts = perWorker.Get(work.ScratchStride * pool.Workers);
        pool.Run(work, plan.Count);
    }

    /// <summary>Strides that cover the padded input, along rows and columns.</summary>
    private readonly record struct PhaseSteps(int Rows, int Columns);

    /// <summary>Number of taps of a phase along one axis.</summary>
    private static int Taps(in ConvolutionShape s, int phase) => phase < s.Kernel ? (s.Kernel - 1 - phase) / s.Stride + 1 : 0;

    /// <summary>Floats of packed weights before those of a phase.</summary>
    private static nint PhaseOffset(in ConvolutionShape s, int phaseRow, int phaseColumn)
    {
        nint taps = 0;
        for (var phase = 0; phase < phaseRow * s.Stride + phaseColumn; phase++) taps += Taps(s, phase / s.Stride) * Taps(s, phase % s.Stride);
        return taps * s.Out * Packing.Padded(s.In, Lanes);
    }

    private struct PackPhases(ConvolutionShape s, float* w, float* b) : IWork
    {
        public void Run(int unit, int worker)
        {
            int phaseRow = unit / s.Stride, phaseColumn = unit % s.Stride, k = 0;
            int rows = Taps(s, phaseRow), columns = Taps(s, phaseColumn), depth = rows * columns * s.Out;
            var destination = b + PhaseOffset(s, phaseRow, phaseColumn);
            for (var i = rows - 1; i >= 0; i--)
                for (var j = columns - 1; j >= 0; j--)
                {
                    int u = phaseRow + s.Stride * i, v = phaseColumn + s.Stride * j;
                    for (var o = 0; o < s.Out; o++)
                        Packing.Row(w + (((nint)o * s.Kernel + u) * s.Kernel + v) * s.In, k++, depth, s.In, Lanes, destination);
                }
        }
    }

    private struct BackwardDataWork : IWork
    {
        public ConvolutionShape Shape;
        public FeatureMap Dy;
        public ChunkPlan Plan;
        public PhaseSteps Steps;
        public float* Dx, B, Start, Cuts;
        public nint ScratchStride;

        public void Run(int unit, int worker)
        {
            ref var s = ref Shape;
            var (image, images, row, rows) = Plan[unit];
            var margin = (s.Kernel + s.Stride - 1) / s.Stride - 1;
            int height = rows + margin, width = Steps.Columns + margin;
            var cut = Cuts + worker * ScratchStride;
            var rowPitch = (nint)width * s.Out;
            for (var i = 0; i < images; i++) Dy.Cut(image + i, row - margin, -margin, height, width, cut + i * height * rowPitch);

            for (var phaseRow = 0; phaseRow < s.Stride; phaseRow++)
            {
                var (firstRow, endRow) = Range(phaseRow, s.Top, s.Height, s.Stride, row, row + rows);
                for (var phaseColumn = 0; phaseColumn < s.Stride; phaseColumn++)
                {
                    var (firstColumn, endColumn) = Range(phaseColumn, s.Left, s.Width, s.Stride, 0, Steps.Columns);
                    if (firstRow >= endRow || firstColumn >= endColumn) continue;
                    int tapRows = Taps(s, phaseRow), tapColumns = Taps(s, phaseColumn);
                    var t = new Contraction
                    {
                        A = cut + (firstRow - row + margin - (tapRows - 1)) * rowPitch + (nint)(firstColumn + margin - (tapColumns - 1)) * s.Out,
                        D1 = endRow - firstRow, D2 = endColumn - firstColumn, A0 = height * rowPitch, A1 = rowPitch, A2 = s.Out,
                        C = Dx + (((nint)image * s.Height + firstRow * s.Stride + phaseRow - s.Top) * s.Width
                            + firstColumn * s.Stride + phaseColumn - s.Left) * s.In,
                        C0 = (nint)s.Height * s.Width * s.In, C1 = (nint)s.Stride * s.Width * s.In, C2 = (nint)s.Stride * s.In,
                        K0 = 1, K1 = tapRows, K2 = tapColumns * s.Out, S1 = rowPitch, S2 = 1,
                        B = B + PhaseOffset(s, phaseRow, phaseColumn),
                        PanelStride = (nint)tapRows * tapColumns * s.Out * Contractor<TLanes, TVector>.PanelWidth, N = s.In, Init = Start,
                    };
                    Contractor<TLanes, TVector>.Run(&t, 0, images * t.D1 * t.D2, 0, Contractor<TLanes, TVector>.Panels(s.In));
                }
            }
        }

        /// <summary>The steps q in [begin, end) for which pixel q·stride + phase − before lies inside the input.</summary>
        private static (int First, int End) Range(int phase, int before, int extent, int stride, int begin, int end)
        {
            var first = phase >= before ? 0 : (before - phase + stride - 1) / stride;
            var last = (extent - 1 + before - phase) >= 0 ? (extent - 1 + before - phase) / stride : -1;
            return (Math.Max(first, begin), Math.Min(last + 1, end));
        }
    }
}
