using System.Numerics;
using System.Runtime.CompilerServices;

namespace ActionableModels.Compute.Cpu.Winograd;

/// <summary>
/// Gradient of the weights: dU[p] = Σ_tiles (A dy Aᵀ)[p]ᵀ · (Bᵀ x B)[p], then Gᵀ dU G. Tiles are dealt to a number of groups that the shape
/// fixes (a power of two, for even shares); each group sums its tiles in order, and the groups are added in order.
/// </summary>
internal sealed unsafe partial class WinogradEngine<TTile, TLanes, TVector>
{
    // The sums of all points are read and written once per block: long blocks make that rare.
    private const long SumBytes = 8 << 20;
    private const int TilesPerSum = 144;
    // Partial results of all groups together stay below 64 MiB, or there is one.
    private const long MaxPartials = 16 << 20;
    private const int MaxGroups = 16, TilesPerGroup = 128;

    public override void ConvolveBackwardFilter(in ConvolutionShape s, float* x, float* dy, float* dw)
    {
        var order = new PhaseOrder(s.Kernel, s.Stride, s.In);
        int inputs = Packing.Padded(order.Channels, Lanes), outputs = Packing.Padded(s.Out, Lanes);
        var tiles = TileGrid.Count(s.Batch, s.OutHeight, s.OutWidth);
        var plane = Planes<TTile, TLanes, TVector>.Pitch((long)s.Out * inputs);
        var groups = PowerOfTwo(Math.Min(Math.Min(MaxGroups, tiles / TilesPerGroup), MaxPartials / (plane * Squared)));
        var most = TilesPerBlock(inputs + outputs, SumBytes, TilesPerSum);
        var blocksPerGroup = ((tiles + groups - 1) / groups + most - 1) / most;
        var grid = new TileGrid(s.Batch, s.OutHeight, s.OutWidth, most, groups * blocksPerGroup);
        var work = new FilterWork
        {
            X = new InputTiles(new FeatureMap(x, s.Height, s.Width, s.In), order, s.Top, s.Left, Lanes),
            Dy = new FeatureMap(dy, s.OutHeight, s.OutWidth, s.Out), Grid = grid, Outputs = outputs, Groups = groups,
            InputPlane = Planes<TTile, TLanes, TVector>.Pitch((long)grid.PerBlock * inputs),
            OutputPlane = Planes<TTile, TLanes, TVector>.Pitch((long)grid.PerBlock * outputs),
            Plane = plane,
            Zero = starts.Get(inputs),
        };
        Raw.Clear(work.Zero, inputs);
        work.ScratchStride = Squared * (work.InputPlane + work.OutputPlane + Math.Max(2 * inputs, outputs));
        work.Scratch = perWorker.Get(work.ScratchStride * pool.Workers);
        work.Partials = partials.Get(work.Plane * Squared * groups);
        pool.Run(work, groups);
        var join = new JoinGroups
        {
            Shape = s, Order = order, Groups = groups, Padded = inputs, Partials = work.Partials, Plane = work.Plane, Dw = dw,
            ScratchStride = TTile.Kernel * TTile.Kernel * inputs,
        };
        join.Scratch = perWorker.Get(join.ScratchStride * pool.Workers);
        pool.Run(join, s.Out);
    }

    /// <summary>The largest power of two that is not above a number; at least 1.</summary>
    private static int PowerOfTwo(long most) => most < 2 ? 1 : 1 << BitOperations.Log2((ulong)most);

    private struct FilterWork : IWork
    {
        public InputTiles X;
        public FeatureMap Dy;
        public TileGrid Grid;
        public int Outputs, Groups;
        public float* Zero, Scratch, Partials;
        public nint Plane, InputPlane, OutputPlane, ScratchStride;

        public void Run(int unit, int worker)
        {
            var v = Scratch + worker * ScratchStride;
            var m = v + Squared * InputPlane;
            var copy = m + Squared * OutputPlane;
            var partial = Partials + unit * Plane * Squared;
            int begin = (int)((long)Grid.Blocks * unit / Groups), end = (int)((long)Grid.Blocks * (unit + 1) / Groups);
            for (var block = begin; block < end; block++)
            {
                var (first, count) = Grid.Block(block);
                for (var t = 0; t < count; t++)
                {
                    var tile = Grid.Tile(first + t);
                    Load(X, tile, copy, v + (nint)t * X.Padded, InputPlane);
                    LoadGradient(tile, copy, m + (nint)t * Outputs);
                }
                for (var p = 0; p < Squared; p++)
                {
                    var product = new Contraction
                    {
                        A = m + p * OutputPlane, D1 = 1, D2 = Dy.Channels, A2 = 1, C = partial + p * Plane, C2 = X.Padded,
                        K0 = 1, K1 = 1, K2 = count, S2 = Outputs,
                        B = v + p * InputPlane, PanelStride = Contractor<TLanes, TVector>.PanelWidth, BStride = X.Padded, N = X.Padded,
                        Init = Zero, Accumulate = block > begin,
                    };
                    var (from, to) = X.Order.Run(p / TTile.Points == TTile.Points - 1, p % TTile.Points == TTile.Points - 1);
                    Contractor<TLanes, TVector>.Run(&product, 0, Dy.Channels, from / Contractor<TLanes, TVector>.PanelWidth,
                        Contractor<TLanes, TVector>.Panels(to));
                }
            }
        }

        private readonly void LoadGradient((int Image, int Row, int Column) tile, float* copy, float* m)
        {
            if (Outputs == Dy.Channels && Dy.Holds(tile.Row, tile.Column, Side, Side))
            {
                Planes<TTile, TLanes, TVector>.OutputAdjoint(
                    Dy.Data + tile.Image * Dy.ImagePitch + tile.Row * Dy.RowPitch + (nint)tile.Column * Dy.Channels, Dy.RowPitch, Dy.Channels,
                    Outputs, m, OutputPlane);
                return;
            }
            Dy.CutPadded(tile.Image, tile.Row, tile.Column, Side, Side, Outputs, copy);
            Planes<TTile, TLanes, TVector>.OutputAdjoint(copy, (nint)Side * Outputs, Outputs, Outputs, m, OutputPlane);
        }
    }

    /// <summary>Adds the groups of one output channel in order and brings its points back to taps.</summary>
    private struct JoinGroups : IWork
    {
        public ConvolutionShape Shape;
        public PhaseOrder Order;
        public int Groups, Padded;
        public float* Partials, Scratch, Dw;
        public nint Plane, ScratchStride;

        [SkipLocalsInit, MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int unit, int worker)
        {
            float* u = stackalloc float[8 * 8 * 16], t = stackalloc float[8 * 8 * 16], g = stackalloc float[5 * 5 * 16];
            var area = TTile.Kernel * TTile.Kernel;
            var taps = Scratch + worker * ScratchStride;
            for (var c = 0; c < Padded; c += Lanes)
            {
                var source = Partials + (nint)unit * Padded + c;
                for (var p = 0; p < Squared; p++)
                {
                    var sum = TLanes.Load(source + p * Plane);
                    for (var group = 1; group < Groups; group++) sum = TLanes.Add(sum, TLanes.Load(source + (group * Squared + p) * Plane));
                    TLanes.Store(u + p * Lanes, sum);
                }
                Planes<TTile, TLanes, TVector>.FilterAdjoint(u, t, g);
                for (var k = 0; k < area; k++) TLanes.Store(taps + k * Padded + c, TLanes.Load(g + k * Lanes));
            }
            for (var row = 0; row < Shape.Kernel; row++)
                for (var column = 0; column < Shape.Kernel; column++)
                    Raw.Copy(taps + (row / Shape.Stride * Order.Taps + column / Shape.Stride) * Padded
                        + Order.Offset(row % Shape.Stride, column % Shape.Stride),
                        Dw + (((nint)unit * Shape.Kernel + row) * Shape.Kernel + column) * Shape.In, Shape.In);
        }
    }
}
