namespace ActionableModels.Compute.Cpu;

/// <summary>
/// Convolution forward: each chunk of the batch is padded into scratch once, then every output pixel is one row of a contraction.
/// </summary>
internal sealed unsafe partial class Engine<TLanes, TVector>
{
    public override void Convolve(in ConvolutionShape s, float* x, float* w, float* bias, float* y, bool relu)
    {
        if (s.IsDense)
        {
            var depth = s.Depth;
            Dense(x, w, bias, y, s.Batch * s.OutHeight * s.OutWidth, depth, s.Out, relu);
            return;
        }
        if (Winograd(s, s.OutHeight, s.OutWidth) is { } winograd)
        {
            winograd.Convolve(s, x, w, bias, y, relu);
            return;
        }
        var b = packed.Get(Packing.Size(s.Depth, s.Out, Lanes));
        pool.Run(new PackTransposed(w, s.Depth, s.Depth, s.Out, b), Contractor<TLanes, TVector>.Panels(s.Out));
        var plan = ChunkPlan.For(pool.Workers, s.Batch, s.OutHeight, s.OutWidth);
        var work = new ForwardWork
        {
            Shape = s, X = new FeatureMap(x, s.Height, s.Width, s.In), Y = y, B = b, Start = Start(bias, s.Out), Relu = relu, Plan = plan,
        };
        work.ScratchStride = CutSize(s, plan);
        work.Cuts = perWorker.Get(work.ScratchStride * pool.Workers);
        pool.Run(work, plan.Count);
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

    private struct ForwardWork : IWork
    {
        public ConvolutionShape Shape;
        public FeatureMap X;
        public ChunkPlan Plan;
        public float* Y, B, Start, Cuts;
        public nint ScratchStride;
        public bool Relu;

        public void Run(int unit, int worker)
        {
            ref var s = ref Shape;
            var (image, images, row, rows) = Plan[unit];
            var data = Input(s, X, image, images, row, rows, Cuts + worker * ScratchStride, out var rowPitch, out var imagePitch);
            var t = new Contraction
            {
                A = data, D1 = rows, D2 = s.OutWidth, A0 = imagePitch, A1 = s.Stride * rowPitch, A2 = (nint)s.Stride * s.In,
                C = Y + ((nint)image * s.OutHeight + row) * s.OutWidth * s.Out,
                C0 = (nint)s.OutHeight * s.OutWidth * s.Out, C1 = (nint)s.OutWidth * s.Out, C2 = s.Out,
                K0 = 1, K1 = s.Kernel, K2 = s.Kernel * s.In, S1 = rowPitch, S2 = 1,
                B = B, PanelStride = (nint)s.Depth * Contractor<TLanes, TVector>.PanelWidth, N = s.Out, Init = Start, Relu = Relu,
            };
            Contractor<TLanes, TVector>.Run(&t, 0, images * rows * s.OutWidth, 0, Contractor<TLanes, TVector>.Panels(s.Out));
        }
    }
}
