using System.Runtime.CompilerServices;

namespace ActionableModels.Compute.Cpu.Winograd;

/// <summary>Forward and backward data: the same work on different maps and weights.</summary>
internal sealed unsafe partial class WinogradEngine<TTile, TLanes, TVector>(WorkerPool pool) : WinogradEngine
    where TTile : unmanaged, IWinogradTile
    where TLanes : unmanaged, ILanes<TVector>
    where TVector : unmanaged
{
    // V and M of a block stay in the second-level cache beside the weights of one point.
    private const long BlockBytes = 512 << 10;
    private readonly Scratch taps = new(), points = new(), starts = new(), perWorker = new(), partials = new();

    private static int Lanes => TLanes.Width;

    private static int Squared => TTile.Points * TTile.Points;

    /// <inheritdoc/>
    public override void Dispose()
    {
        taps.Dispose();
        points.Dispose();
        starts.Dispose();
        perWorker.Dispose();
        partials.Dispose();
    }

    public override void Convolve(in ConvolutionShape s, float* x, float* w, float* bias, float* y, bool relu)
    {
        var order = new PhaseOrder(s.Kernel, s.Stride, s.In);
        var area = order.Taps * order.Taps;
        var plane = Planes<TTile, TLanes, TVector>.Pitch(Packing.Size(order.Channels, s.Out, Lanes));
        pool.Run(new PackTaps(s, order, w, taps.Get(plane * area), plane), area);
        Run(new InputTiles(new FeatureMap(x, s.Height, s.Width, s.In), order, s.Top, s.Left, Lanes),
            new FeatureMap(y, s.OutHeight, s.OutWidth, s.Out), s.Batch, plane, bias, relu);
    }

    public override void ConvolveBackwardData(in ConvolutionShape s, float* dy, float* w, float* dx)
    {
        var plane = Planes<TTile, TLanes, TVector>.Pitch(Packing.Size(s.Out, s.In, Lanes));
        pool.Run(new PackTurnedTaps(s, w, taps.Get(plane * s.Kernel * s.Kernel), plane), s.Kernel * s.Kernel);
        var order = new PhaseOrder(s.Kernel, 1, s.Out);
        var margin = s.Kernel - 1;
        Run(new InputTiles(new FeatureMap(dy, s.OutHeight, s.OutWidth, s.Out), order, margin - s.Top, margin - s.Left, Lanes),
            new FeatureMap(dx, s.Height, s.Width, s.In), s.Batch, plane, null, relu: false);
    }

    /// <summary>Convolves x with the packed taps.</summary>
    private void Run(in InputTiles x, in FeatureMap y, int batch, nint plane, float* bias, bool relu)
    {
        var u = points.Get(plane * Squared);
        const int vectorsPerUnit = 16;
        var vectors = (int)(Packing.Size(x.Order.Channels, y.Channels, Lanes) / Lanes);
        pool.Run(new TransformFilter(taps.Get(0), u, plane, vectors, vectorsPerUnit), (vectors + vectorsPerUnit - 1) / vectorsPerUnit);

        int inputs = x.Padded, outputs = Packing.Padded(y.Channels, Lanes);
        var start = starts.Get(2 * outputs);
        Raw.Clear(start, 2 * outputs);
        if (bias is not null) Raw.Copy(bias, start + outputs, y.Channels);
        var grid = new TileGrid(batch, y.Height, y.Width, TilesPerBlock(inputs + outputs, BlockBytes, most: 96), pool.Workers);
        var work = new ForwardWork
        {
            X = x, Y = y, Grid = grid, Outputs = outputs, U = u, Plane = plane,
            Zero = start, Bias = start + outputs, Relu = relu,
            InputPlane = Planes<TTile, TLanes, TVector>.Pitch((long)grid.PerBlock * inputs),
            OutputPlane = Planes<TTile, TLanes, TVector>.Pitch((long)grid.PerBlock * outputs),
        };
        work.ScratchStride = Squared * (work.InputPlane + work.OutputPlane + 2 * inputs);
        work.Scratch = perWorker.Get(work.ScratchStride * pool.Workers);
        pool.Run(work, grid.Blocks);
    }

    /// <summary>Whole register tiles of rows, at least one, whose V and M take at most so many bytes.</summary>
    private static int TilesPerBlock(int channels, long bytes, int most)
    {
        var fit = Math.Clamp(bytes / ((long)Squared * channels * sizeof(float)), TLanes.TileRows, most);
        return (int)fit / TLanes.TileRows * TLanes.TileRows;
    }

    /// <summary>Packs one tap of the weights for a contraction: rows are the patch's channels, columns the output's.</summary>
    private struct PackTaps(ConvolutionShape s, PhaseOrder order, float* w, float* packed, nint plane) : IWork
    {
        public void Run(int unit, int worker)
        {
            var (tapRow, tapColumn) = Math.DivRem(unit, order.Taps);
            var destination = packed + unit * plane;
            if (s.Out % Lanes != 0 || order.Full != s.Stride) Raw.Clear(destination, checked((int)Packing.Size(order.Channels, s.Out, Lanes)));
            for (var phase = 0; phase < s.Stride * s.Stride; phase++)
            {
                int u = tapRow * s.Stride + phase / s.Stride, v = tapColumn * s.Stride + phase % s.Stride;
                if (u >= s.Kernel || v >= s.Kernel) continue;
                var source = w + ((nint)u * s.Kernel + v) * s.In;
                var first = order.Offset(phase / s.Stride, phase % s.Stride);
                for (var column = 0; column < s.Out; column += 2 * Lanes)
                {
                    var width = s.Out - column > Lanes ? 2 * Lanes : Lanes;
                    Packing.Transpose(source + (nint)column * s.Depth, s.Depth, destination + (nint)column * order.Channels + first * width, width,
                        Math.Min(width, s.Out - column), s.In);
                }
            }
        }
    }

    /// <summary>Packs one tap of the kernel turned by half a turn: rows are the output's channels, columns the input's.</summary>
    private struct PackTurnedTaps(ConvolutionShape s, float* w, float* packed, nint plane) : IWork
    {
        public void Run(int unit, int worker)
        {
            var area = s.Kernel * s.Kernel;
            for (var o = 0; o < s.Out; o++)
                Packing.Row(w + ((nint)o * area + area - 1 - unit) * s.In, o, s.Out, s.In, Lanes, packed + unit * plane);
        }
    }

    private struct TransformFilter(float* g, float* u, nint plane, int vectors, int vectorsPerUnit) : IWork
    {
        public void Run(int unit, int worker) => Planes<TTile, TLanes, TVector>.Filter(g, u, plane, (nint)unit * vectorsPerUnit * Lanes,
            (nint)Math.Min(vectors, (unit + 1) * vectorsPerUnit) * Lanes);
    }

    private struct ForwardWork : IWork
    {
        public InputTiles X;
        public FeatureMap Y;
        public TileGrid Grid;
        public int Outputs;
        public float* U, Zero, Bias, Scratch;
        public nint Plane, InputPlane, OutputPlane, ScratchStride;
        public bool Relu;

        public void Run(int unit, int worker)
        {
            var v = Scratch + worker * ScratchStride;
            var m = v + Squared * InputPlane;
            var copy = m + Squared * OutputPlane;
            var (first, count) = Grid.Block(unit);
            for (var t = 0; t < count; t++) Load(X, Grid.Tile(first + t), copy, v + (nint)t * X.Padded, InputPlane);
            for (var p = 0; p < Squared; p++)
            {
                var (begin, end) = X.Order.Run(p / TTile.Points == TTile.Points - 1, p % TTile.Points == TTile.Points - 1);
                var product = new Contraction
                {
                    A = v + p * InputPlane + begin, D1 = 1, D2 = count, A2 = X.Padded, C = m + p * OutputPlane, C2 = Outputs,
                    K0 = 1, K1 = 1, K2 = end - begin, S2 = 1,
                    B = U + p * Plane, BRow = begin, PanelStride = (nint)X.Order.Channels * Contractor<TLanes, TVector>.PanelWidth,
                    N = Outputs, Init = Zero,
                };
                Contractor<TLanes, TVector>.Run(&product, 0, count, 0, Contractor<TLanes, TVector>.Panels(Outputs));
            }
            for (var t = 0; t < count; t++) Store(Grid.Tile(first + t), m + (nint)t * Outputs);
        }

        /// <summary>Writes the part of a tile that lies inside the map.</summary>
        [SkipLocalsInit, MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Store((int Image, int Row, int Column) tile, float* m)
        {
            float* t = stackalloc float[Side * 8 * 16], y = stackalloc float[Side * Side * 16];
            int rows = Math.Min(Side, Y.Height - tile.Row), columns = Math.Min(Side, Y.Width - tile.Column);
            var corner = Y.Data + tile.Image * Y.ImagePitch + tile.Row * Y.RowPitch + (nint)tile.Column * Y.Channels;
            for (var c = 0; c < Y.Channels; c += Lanes)
            {
                Planes<TTile, TLanes, TVector>.Output(m + c, OutputPlane, t, y);
                var bias = TLanes.Load(Bias + c);
                var filled = Math.Min(Lanes, Y.Channels - c);
                for (var i = 0; i < rows; i++)
                    for (var j = 0; j < columns; j++)
                    {
                        var value = TLanes.Add(TLanes.Load(y + (i * Side + j) * Lanes), bias);
                        if (Relu) value = TLanes.Rectify(value);
                        var destination = corner + i * Y.RowPitch + (nint)j * Y.Channels + c;
                        if (filled == Lanes)
                        {
                            TLanes.Store(destination, value);
                            continue;
                        }
                        TLanes.Store(y + (i * Side + j) * Lanes, value);
                        Raw.Copy(y + (i * Side + j) * Lanes, destination, filled);
                    }
            }
        }
    }

    /// <summary>V of a tile; <paramref name="copy"/> holds a patch.</summary>
    private static void Load(in InputTiles x, (int Image, int Row, int Column) tile, float* copy, float* v, nint plane)
    {
        var patch = x.Patch(tile, TTile.Points, copy, out var rowPitch, out var pixelPitch);
        Planes<TTile, TLanes, TVector>.Input(patch, rowPitch, pixelPitch, x.Padded, v, plane);
    }
}
