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
    private const int TilesPerSum = 144;
    private const int MaxGroups = 16, TilesPerGroup = 128;

    public override void ConvolveBackwardFilter(in ConvolutionShape s, float* x, float* dy, float* dw)
    {
        int inputs = Packing.Padded(s.In, Lanes), outputs = Packing.Padded(s.Out, Lanes);
        var tiles = TileGrid.Count(s.Batch, s.OutHeight, s.OutWidth);
        var groups = Math.Min(MaxGroups, (int)BitOperations.RoundUpToPowerOf2((uint)(tiles / TilesPerGroup + 2) / 2));
        var blocksPerGroup = ((tiles + groups - 1) / groups + TilesPerSum - 1) / TilesPerSum;
        var grid = new TileGrid(s.Batch, s.OutHeight, s.OutWidth, TilesPerSum, groups * blocksPerGroup);
        var work = new FilterWork
        {
            X = new FeatureMap(x, s.Height, s.Width, s.In), Dy = new FeatureMap(dy, s.OutHeight, s.OutWidth, s.Out), Grid = grid,
            Top = s.Top, Left = s.Left, Inputs = inputs, Outputs = outputs, Groups = groups,
            InputPlane = Planes<TTile, TLanes, TVector>.Pitch((long)grid.PerBlock * inputs),
            OutputPlane = Planes<TTile, TLanes, TVector>.Pitch((long)grid.PerBlock * outputs),
            Plane = Planes<TTile, TLanes, TVector>.Pitch((long)s.Out * inputs),
            Zero = starts.Get(inputs),
        };
        Raw.Clear(work.Zero, inputs);
        work.ScratchStride = Squared * (work.InputPlane + work.OutputPlane + Math.Max(inputs, outputs));
        work.Scratch = perWorker.Get(work.ScratchStride * pool.Workers);
        work.Partials = partials.Get(work.Plane * Squared * groups);
        pool.Run(work, groups);
        pool.Run(new JoinGroups(work.Partials, work.Plane, groups, s.In, inputs, dw), s.Out);
    }

    private struct FilterWork : IWork
    {
        public FeatureMap X, Dy;
        public TileGrid Grid;
        public int Top, Left, Inputs, Outputs, Groups;
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
                    Load(X, tile, Top, Left, Inputs, copy, v + (nint)t * Inputs, InputPlane);
                    LoadGradient(tile, copy, m + (nint)t * Outputs);
                }
                for (var p = 0; p < Squared; p++)
                {
                    var product = new Contraction
                    {
                        A = m + p * OutputPlane, D1 = 1, D2 = Dy.Channels, A2 = 1, C = partial + p * Plane, C2 = Inputs,
                        K0 = 1, K1 = 1, K2 = count, S2 = Outputs,
                        B = v + p * InputPlane, PanelStride = Contractor<TLanes, TVector>.PanelWidth, BStride = Inputs, N = Inputs,
                        Init = Zero, Accumulate = block > begin,
                    };
                    Contractor<TLanes, TVector>.Run(&product, 0, Dy.Channels, 0, Contractor<TLanes, TVector>.Panels(Inputs));
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
    private struct JoinGroups(float* partials, nint plane, int groups, int channels, int padded, float* dw) : IWork
    {
        [SkipLocalsInit, MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int unit, int worker)
        {
            float* u = stackalloc float[8 * 8 * 16], t = stackalloc float[8 * 8 * 16], g = stackalloc float[5 * 5 * 16];
            var area = TTile.Kernel * TTile.Kernel;
            for (var c = 0; c < channels; c += Lanes)
            {
                var source = partials + (nint)unit * padded + c;
                for (var p = 0; p < Squared; p++)
                {
                    var sum = TLanes.Load(source + p * plane);
                    for (var group = 1; group < groups; group++) sum = TLanes.Add(sum, TLanes.Load(source + (group * Squared + p) * plane));
                    TLanes.Store(u + p * Lanes, sum);
                }
                Planes<TTile, TLanes, TVector>.FilterAdjoint(u, t, g);
                var filled = Math.Min(Lanes, channels - c);
                for (var k = 0; k < area; k++) Raw.Copy(g + k * Lanes, dw + ((nint)unit * area + k) * channels + c, filled);
            }
        }
    }
}
