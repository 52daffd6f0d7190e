namespace ActionableModels.Compute.Cpu;

/// <summary>
/// Gradient with respect to the weights: rows are (u, v, c), columns are o, terms are pixels. Chunks of the batch are dealt to a fixed number of
/// groups; each group sums its chunks in order into its own partial result, and the partials are added in order.
/// </summary>
internal sealed unsafe partial class Engine<TLanes, TVector>
{
    private const int MaxGroups = 8;

    public override void ConvolveBackwardFilter(in ConvolutionShape s, float* x, float* dy, float* dw)
    {
        if (s.IsDense)
        {
            DenseBackwardFilter(x, dy, dw, s.Batch * s.OutHeight * s.OutWidth, s.Depth, s.Out);
            return;
        }
        if (Winograd(s, s.OutHeight, s.OutWidth, filterGradient: true) is { } winograd)
        {
            winograd.ConvolveBackwardFilter(s, x, dy, dw);
            return;
        }
        var plan = new ChunkPlan(s.Batch, s.OutHeight, s.OutWidth);
        var (images, rows) = plan.Largest;
        var groups = Math.Clamp(plan.Count, 1, MaxGroups);
        var columns = Packing.Padded(s.Out, Lanes);
        var work = new BackwardFilterWork
        {
            Shape = s, X = new FeatureMap(x, s.Height, s.Width, s.In), Dy = dy, Plan = plan, Groups = groups, Columns = columns,
            Start = Start(null, s.Out), CutSize = CutSize(s, plan),
        };
        work.ScratchStride = (work.CutSize + (nint)images * rows * s.OutWidth * columns + 15) & ~15;
        work.Scratch = perWorker.Get(work.ScratchStride * pool.Workers);
        work.Partials = partials.Get((long)groups * s.Depth * columns);
        pool.Run(work, groups);
        const int block = 64;
        pool.Run(new SumPartials(work.Partials, groups, s.Depth, columns, s.Out, block, dw), (s.Depth + block - 1) / block);
    }

    /// <summary>Floats of the padded input that the largest chunk needs.</summary>
    private static nint CutSize(in ConvolutionShape s, in ChunkPlan plan)
    {
        var (images, rows) = plan.Largest;
        var size = (nint)images * ((rows - 1) * s.Stride + s.Kernel) * ((s.OutWidth - 1) * s.Stride + s.Kernel) * s.In;
        return (size + 15) & ~15;
    }

    /// <summary>The input of a chunk with its padding in place: where it is, and the pitches of rows and images.</summary>
    private static float* Input(in ConvolutionShape s, in FeatureMap x, int image, int images, int row, int rows, float* cut,
        out nint rowPitch, out nint imagePitch)
    {
        int top = row * s.Stride - s.Top, height = (rows - 1) * s.Stride + s.Kernel, width = (s.OutWidth - 1) * s.Stride + s.Kernel;
        if (x.Holds(top, -s.Left, height, width))
        {
            (rowPitch, imagePitch) = (x.RowPitch, x.ImagePitch);
            return x.Data + image * imagePitch + top * rowPitch;
        }
        rowPitch = (nint)width * s.In;
        imagePitch = height * rowPitch;
        for (var i = 0; i < images; i++) x.Cut(image + i, top, -s.Left, height, width, cut + i * imagePitch);
        return cut;
    }

    private struct BackwardFilterWork : IWork
    {
        public ConvolutionShape Shape;
        public FeatureMap X;
        public ChunkPlan Plan;
        public float* Dy, Start, Scratch, Partials;
        public nint ScratchStride, CutSize;
        public int Groups, Columns;

        public void Run(int unit, int worker)
        {
            ref var s = ref Shape;
            var scratch = Scratch + worker * ScratchStride;
            var partial = Partials + (nint)unit * s.Depth * Columns;
            int first = (int)((long)Plan.Count * unit / Groups), end = (int)((long)Plan.Count * (unit + 1) / Groups);
            for (var chunk = first; chunk < end; chunk++)
            {
                var (image, images, row, rows) = Plan[chunk];
                var data = Input(s, X, image, images, row, rows, scratch, out var rowPitch, out var imagePitch);
                var t = new Contraction
                {
                    A = data, D1 = s.Kernel, D2 = s.Kernel * s.In, A1 = rowPitch, A2 = 1,
                    C = partial, C1 = (nint)s.Kernel * s.In * Columns, C2 = Columns,
                    K0 = images, K1 = rows, K2 = s.OutWidth, S0 = imagePitch, S1 = s.Stride * rowPitch, S2 = (nint)s.Stride * s.In,
                    B = Gradient(image, images, row, rows, scratch + CutSize), PanelStride = Contractor<TLanes, TVector>.PanelWidth,
                    BStride = Columns, N = Columns, Init = Start, Accumulate = chunk > first,
                };
                Contractor<TLanes, TVector>.Run(&t, 0, s.Depth, 0, Contractor<TLanes, TVector>.Panels(Columns));
            }
        }

        /// <summary>The chunk's dy with columns padded to whole vectors: in place if they already are.</summary>
        private readonly float* Gradient(int image, int images, int row, int rows, float* scratch)
        {
            var source = Dy + ((nint)image * Shape.OutHeight + row) * Shape.OutWidth * Shape.Out;
            if (Columns == Shape.Out) return source;
            for (var pixel = 0; pixel < images * rows * Shape.OutWidth; pixel++)
            {
                Raw.Copy(source + (nint)pixel * Shape.Out, scratch + (nint)pixel * Columns, Shape.Out);
                Raw.Clear(scratch + (nint)pixel * Columns + Shape.Out, Columns - Shape.Out);
            }
            return scratch;
        }
    }

    /// <summary>dw[o, k] = Σ over groups of partial[k, o], in order of the groups.</summary>
    private struct SumPartials(float* partials, int groups, int depth, int columns, int outputs, int block, float* dw) : IWork
    {
        public void Run(int unit, int worker)
        {
            int k = unit * block, count = Math.Min(block, depth - k);
            var sum = new Span<float>(partials + (nint)k * columns, count * columns);
            for (var group = 1; group < groups; group++)
                RowKernels.Accumulate(new ReadOnlySpan<float>(partials + ((nint)group * depth + k) * columns, count * columns), sum);
            Packing.Transpose(partials + (nint)k * columns, columns, dw + k, depth, count, outputs);
        }
    }
}
