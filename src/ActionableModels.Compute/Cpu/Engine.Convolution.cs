namespace ActionableModels.Compute.Cpu;

/// <summary>
/// Convolution forward: every output pixel is one row of a contraction over the taps that lie on the map.
/// </summary>
internal sealed unsafe partial class Engine<TLanes, TVector>
{
    public override void Convolve(in ConvolutionShape s, float* x, float* w, float* panels, float* bias, float* y, bool relu)
    {
        if (s.IsDense)
        {
            var depth = s.Depth;
            Dense(x, w, panels, bias, y, Pixels(s), depth, s.Out, relu);
            return;
        }
        if (Winograd(s, s.OutHeight, s.OutWidth) is { } winograd)
        {
            winograd.Convolve(s, x, w, bias, y, relu);
            return;
        }
        Direct(s, x, panels is null ? PackOnce(w, s.Depth, s.Out) : panels, Start(bias, s.Out), null, y, relu);
    }

    public override bool ReadsPanels(in ConvolutionShape s) =>
        s.IsDense ? ReadsPanels(Pixels(s), s.Depth, s.Out) : Winograd(s, s.OutHeight, s.OutWidth) is null;

    private static int Pixels(in ConvolutionShape s) => s.Batch * s.OutHeight * s.OutWidth;

    public override bool Accumulates(in ConvolutionShape s) => !s.IsDense && Winograd(s, s.OutHeight, s.OutWidth) is null;

    public override void ConvolveOnto(in ConvolutionShape s, float* x, float* w, float* panels, float* map, float* y, bool relu) =>
        Direct(s, x, panels is null ? PackOnce(w, s.Depth, s.Out) : panels, Start(null, s.Out), map, y, relu);

    /// <summary>Sums start from a map, or from one pixel if it is null.</summary>
    private void Direct(in ConvolutionShape s, float* x, float* b, float* start, float* map, float* y, bool relu)
    {
        var plan = ChunkPlan.For(pool.Workers, s.Batch, s.OutHeight, s.OutWidth);
        pool.Run(new ForwardWork
        {
            Shape = s, X = new FeatureMap(x, s.Height, s.Width, s.In), Y = y, B = b, Start = start,
            Map = map, Relu = relu, Plan = plan,
        }, plan.Count);
    }

    private struct ForwardWork : IWork
    {
        public ConvolutionShape Shape;
        public FeatureMap X;
        public ChunkPlan Plan;
        public float* Y, B, Start, Map;
        public bool Relu;

        public void Run(int unit, int worker)
        {
            var (image, images, row, rows) = Plan[unit];
            for (int begin = row, end; begin < row + rows; begin = end)
            {
                end = Shape.SameTaps(begin, row + rows, Shape.Height, Shape.Top);
                for (int left = 0, right; left < Shape.OutWidth; left = right)
                {
                    right = Shape.SameTaps(left, Shape.OutWidth, Shape.Width, Shape.Left);
                    Region(image, images, begin, end, left, right);
                }
            }
        }

        /// <summary>Outputs whose windows reach over the map's edges in the same way: only taps on the map are multiplied.</summary>
        private void Region(int image, int images, int top, int bottom, int left, int right)
        {
            ref var s = ref Shape;
            var (firstRow, endRow) = s.Taps(top, s.Height, s.Top);
            var (firstColumn, endColumn) = s.Taps(left, s.Width, s.Left);
            var t = new Contraction
            {
                A = X.Data + image * X.ImagePitch + (top * s.Stride - s.Top + firstRow) * X.RowPitch
                    + (nint)(left * s.Stride - s.Left + firstColumn) * s.In,
                D1 = bottom - top, D2 = right - left, A0 = X.ImagePitch, A1 = s.Stride * X.RowPitch, A2 = (nint)s.Stride * s.In,
                C = Y + (((nint)image * s.OutHeight + top) * s.OutWidth + left) * s.Out,
                C0 = (nint)s.OutHeight * s.OutWidth * s.Out, C1 = (nint)s.OutWidth * s.Out, C2 = s.Out,
                K0 = 1, K1 = endRow - firstRow, K2 = (endColumn - firstColumn) * s.In, S1 = X.RowPitch, S2 = 1,
                B = B, BRow = (firstRow * s.Kernel + firstColumn) * s.In, BGap = (s.Kernel - endColumn + firstColumn) * s.In,
                PanelStride = (nint)s.Depth * Contractor<TLanes, TVector>.PanelWidth, N = s.Out, Init = Start,
                Accumulate = Map is not null, From = Map is null ? 0 : (nint)(Map - Y), Relu = Relu,
            };
            Contractor<TLanes, TVector>.Run(&t, 0, images * t.D1 * t.D2, 0, Contractor<TLanes, TVector>.Panels(s.Out));
        }
    }
}
