using System.Runtime.CompilerServices;

namespace ActionableModels.Compute.Cpu.Winograd;

/// <summary>Forward and backward data: the same work on different maps and weights.</summary>
internal sealed unsafe partial class WinogradEngine<TTile, TLanes, TVector>(WorkerPool pool) : WinogradEngine
    where TTile : unmanaged, IWinogradTile
    where TLanes : unmanaged, ILanes<TVector>
    where TVector : unmanaged
{
    // V and M of a block stay in the second-level cache beside the weights of one point.
    private const long BlockBytes = 768 << 10;
    private const int MaxTiles = 96;
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
        var plane = Planes<TTile, TLanes, TVector>.Pitch(Packing.Size(s.In, s.Out, Lanes));
        pool.Run(new PackTaps(s, w, taps.Get(plane * s.Kernel * s.Kernel), plane, turned: false), s.Kernel * s.Kernel);
        Run(new FeatureMap(x, s.Height, s.Width, s.In), new FeatureMap(y, s.OutHeight, s.OutWidth, s.Out), s.Batch, s.Top, s.Left, plane,
            bias, relu);
    }

    public override void ConvolveBackwardData(in ConvolutionShape s, float* dy, float* w, float* dx)
    {
        var plane = Planes<TTile, TLanes, TVector>.Pitch(Packing.Size(s.Out, s.In, Lanes));
        pool.Run(new PackTaps(s, w, taps.Get(plane * s.Kernel * s.Kernel), plane, turned: true), s.Kernel * s.Kernel);
        Run(new FeatureMap(dy, s.OutHeight, s.OutWidth, s.Out), new FeatureMap(dx, s.Height, s.Width, s.In), s.Batch,
            s.Kernel - 1 - s.Top, s.Kernel - 1 - s.Left, plane, null, relu: false);
    }

    /// <summary>Convolves x with the packed taps.</summary>
    private void Run(in FeatureMap x, in FeatureMap y, int batch, int top, int left, nint plane, float* bias, bool relu)
    {
        var u = points.Get(plane * Squared);
        const int vectorsPerUnit = 16;
        var vectors = (int)(Packing.Size(x.Channels, y.Channels, Lanes) / Lanes);
        pool.Run(new TransformFilter(taps.Get(0), u, plane, vectors, vectorsPerUnit), (vectors + vectorsPerUnit - 1) / vectorsPerUnit);

        int inputs = Packing.Padded(x.Channels, Lanes), outputs = Packing.Padded(y.Channels, Lanes);
        var start = starts.Get(2 * outputs);
        Raw.Clear(start, 2 * outputs);
        if (bias is not null) Raw.Copy(bias, start + outputs, y.Channels);
        var grid = new TileGrid(batch, y.Height, y.Width, TilesPerBlock(inputs + outputs), pool.Workers);
        var work = new ForwardWork
        {
            X = x, Y = y, Grid = grid, Top = top, Left = left, Inputs = inputs, Outputs = outputs, U = u, Plane = plane,
            Zero = start, Bias = start + outputs, Relu = relu,
            InputPlane = Planes<TTile, TLanes, TVector>.Pitch((long)grid.PerBlock * inputs),
            OutputPlane = Planes<TTile, TLanes, TVector>.Pitch((long)grid.PerBlock * outputs),
        };
        work.ScratchStride = Squared * (work.InputPlane + work.OutputPlane + inputs);
        work.Scratch = perWorker.Get(work.ScratchStride * pool.Workers);
        pool.Run(work, grid.Blocks);
    }

    private static int TilesPerBlock(int channels)
    {
        var fit = (int)Math.Clamp(BlockBytes / (Squared * channels * sizeof(float)), 1, MaxTiles);
        return fit < TLanes.TileRows ? fit : fit / TLanes.TileRows * TLanes.TileRows;
    }

    /// <summary>Packs one tap of the weights for a contraction: rows are the map's channels, columns the output's.</summary>
    private struct PackTaps(ConvolutionShape s, float* w, float* packed, nint plane, bool turned) : IWork
    {
        public void Run(int unit, int worker)
        {
            var area = s.Kernel * s.Kernel;
            var destination = packed + unit * plane;
            if (turned)
            {
                for (var o = 0; o < s.Out; o++)
                    Packing.Row(w + ((nint)o * area + area - 1 - unit) * s.In, o, s.Out, s.In, Lanes, destination);
                return;
            }
            for (var column = 0; column < s.Out; column += 2 * Lanes)
                Packing.TransposedPanel(w + (nint)unit * s.In, (nint)area * s.In, s.In, s.Out, column, Lanes, destination);
        }
    }

    private struct TransformFilter(float* g, float* u, nint plane, int vectors, int vectorsPerUnit) : IWork
    {
        public void Run(int unit, int worker) => Planes<TTile, TLanes, TVector>.Filter(g, u, plane, (nint)unit * vectorsPerUnit * Lanes,
            (nint)Math.Min(vectors, (unit + 1) * vectorsPerUnit) * Lanes);
    }

    private struct ForwardWork : IWork
    {
        public FeatureMap X, Y;
        public TileGrid Grid;
        public int Top, Left, Inputs, Outputs;
        public float* U, Zero, Bias, Scratch;
        public nint Plane, InputPlane, OutputPlane, ScratchStride;
        public bool Relu;

        public void Run(int unit, int worker)
        {
            var v = Scratch + worker * ScratchStride;
            var m = v + Squared * InputPlane;
            var (first, count) = Grid.Block(unit);
            for (var t = 0; t < count; t++) Load(X, Grid.Tile(first + t), Top, Left, Inputs, m, v + (nint)t * Inputs, InputPlane);
            for (var p = 0; p < Squared; p++)
            {
                var product = new Contraction
                {
                    A = v + p * InputPlane, D1 = 1, D2 = count, A2 = Inputs, C = m + p * OutputPlane, C2 = Outputs,
                    K0 = 1, K1 = 1, K2 = X.Channels, S2 = 1,
                    B = U + p * Plane, PanelStride = (nint)X.Channels * Contractor<TLanes, TVector>.PanelWidth, N = Outputs, Init = Zero,
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

    /// <summary>V of a tile of outputs: through a copy where it reaches over the map's edge or channels end in part of a vector.</summary>
    private static void Load(in FeatureMap x, (int Image, int Row, int Column) tile, int top, int left, int channels, float* copy, float* v,
        nint plane)
    {
        int row = tile.Row - top, column = tile.Column - left, n = TTile.Points;
        if (channels == x.Channels && x.Holds(row, column, n, n))
        {
            Planes<TTile, TLanes, TVector>.Input(x.Data + tile.Image * x.ImagePitch + row * x.RowPitch + (nint)column * x.Channels,
                x.RowPitch, x.Channels, channels, v, plane);
            return;
        }
        x.CutPadded(tile.Image, row, column, n, n, channels, copy);
        Planes<TTile, TLanes, TVector>.Input(copy, (nint)n * channels, channels, channels, v, plane);
    }
}
