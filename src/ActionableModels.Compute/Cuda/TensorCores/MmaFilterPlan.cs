using ActionableModels.Compute.Kernels;

namespace ActionableModels.Compute.Cuda;

/// <summary>How the gradient of a convolution's weights runs on tensor cores: made once for a shape.</summary>
internal sealed class MmaFilterPlan
{
    private const int BlockSide = 64, BlockTaps = 5, IndexBytes = 640, StepTables = 2 * 64 * 8, Together = 2;
    // Clocks of a multiprocessor of compute capability 8.0: a pixel × 64 outputs × 64 channels × 5 taps, a pixel of a patch from the second-level cache,
    // the beginning of a tile, and for all multiprocessors together a number of a share written and read again.
    private const double ClocksOfPixel = 20, ClocksOfLoad = 6.4, ClocksOfTile = 400, ClocksOfNumber = 8 / 2000.0;

    private MmaFilterPlan(Kernel kernel, in MmaFilter filter, int groups, int blocks) => (Kernel, Filter, Groups, Blocks) = (kernel, filter, groups, blocks);

    /// <summary>The kernel, with the shared memory that this shape takes.</summary>
    public Kernel Kernel { get; }
    /// <summary>The arguments.</summary>
    public MmaFilter Filter { get; }
    /// <summary>Groups of taps.</summary>
    public int Groups { get; }
    /// <summary>Blocks of outputs and of depth.</summary>
    public int Blocks { get; }
    /// <summary>Bytes of all shares.</summary>
    public long ShareBytes { get; private init; }
    /// <inheritdoc cref="MmaConvolutionPlan.Padding"/>
    public double Padding { get; private init; }

    /// <summary>The plan of <see cref="Device.Conv2DBackwardFilter"/>; null where it does not fit.</summary>
    /// <param name="s">The layer.</param>
    /// <param name="element">The rounding.</param>
    /// <param name="aligned">Whether x and dy are aligned to 16 bytes.</param>
    public static MmaFilterPlan? Of(in ConvolutionShape s, MmaElement element, bool aligned)
    {
        MmaMap x = MmaMap.Input(s, aligned), dy = MmaMap.Output(s, 0, 0, aligned);
        int taps = (s.Kernel + s.Stride - 1) / s.Stride, group = Math.Min(BlockTaps, taps * taps), groups = (taps * taps + group - 1) / group;
        int outputBlocks = (s.Out + BlockSide - 1) / BlockSide, blocks = outputBlocks * ((x.Depth + BlockSide - 1) / BlockSide);
        var lines = 0;
        for (var tap = 0; tap < taps * taps; tap += group) lines = Math.Max(lines, (Math.Min(tap + group, taps * taps) - 1) / taps - tap / taps);
        int ChunksOf(int depth) => Math.Min(BlockSide, (depth + element.Unit - 1) / element.Unit * element.Unit) / element.Chunk;
        // Elements that are loaded one by one want planes of 4 modulo 8 pixels, the others odd ones.
        int PlaneOf(int pixels) => element.Chunk == 8 ? pixels | 1 : (pixels + 3) / 8 * 8 + 4;
        var least = double.PositiveInfinity;
        MmaFilterPlan? best = null;
        foreach (var tile in MmaTile.All(s.Batch, s.OutHeight, s.OutWidth, taps, 16 * element.Chunk))
        {
            int rows = tile.Rows + lines, columns = tile.Columns + taps - 1;
            var f = new MmaFilter { Taps = taps, Group = group, OutputBlocks = outputBlocks, Outputs = s.Out };
            f.Pixels = (tile.Pixels + element.Unit - 1) / element.Unit * element.Unit;
            int plane = PlaneOf(f.Pixels), patchPlane = PlaneOf(tile.Images * rows * tile.Pitch);
            f.X = new(x, tile.Images, rows, columns, tile.Pitch, patchPlane, ChunksOf(x.Depth));
            f.Dy = new(dy, tile.Images, tile.Rows, tile.Columns, tile.Columns, plane, ChunksOf(s.Out));
            f.PatchStart = plane * BlockSide / element.Chunk * 16;
            f.TileBytes = f.PatchStart + patchPlane * BlockSide / element.Chunk * 16;
            f.TablesStart = IndexBytes;
            f.StepsStart = f.TablesStart + (f.X.Pixels + f.Dy.Pixels) * 16;
            f.TileStart = f.StepsStart + StepTables;
            var shared = f.TileStart + 2 * f.TileBytes;
            var tiles = tile.Count(s.Batch, s.OutHeight, s.OutWidth);
            if (shared > MmaTile.SharedBytes || !f.X.Fits || !f.Dy.Fits || tiles.All > int.MaxValue / 2) continue;
            var clocks = (ClocksOfPixel * f.Pixels * (8 / element.Chunk) * (tile.Conflicts ? 1.25 : 1) + ClocksOfLoad * (f.X.Pixels + f.Dy.Pixels) + ClocksOfTile)
                * MmaTile.Loneliness(shared, Together);
            var numbers = (double)taps * taps * s.Out * x.Depth;
            for (var parts = 1; parts <= Math.Min(tiles.All, Math.Max(1, Together * MmaTile.Multiprocessors / ((long)groups * blocks))); parts++)
            {
                var time = (tiles.All + parts - 1) / parts * clocks * Math.Max(1, (double)parts * groups * blocks / (Together * MmaTile.Multiprocessors))
                    + parts * numbers * ClocksOfNumber;
                if (time >= least) continue;
                least = time;
                (f.Tiles, f.TilesDown, f.TilesAcross, f.Parts) = ((int)tiles.All, tiles.Down, tiles.Across, parts);
                var kernel = x.Vectors && dy.Vectors ? "mma_filter" : "mma_filter_any";
                best = new(new("mma_filter", $"{kernel}_{element.Suffix}", 256, shared), f, groups, blocks)
                {
                    ShareBytes = parts * taps * taps * (long)s.Out * x.Depth * sizeof(float),
                    Padding = (double)groups * BlockTaps * blocks * BlockSide * BlockSide / s.Depth / s.Out,
                };
            }
        }
        return best;
    }
}
