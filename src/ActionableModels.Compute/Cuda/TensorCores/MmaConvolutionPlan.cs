using ActionableModels.Compute.Kernels;

namespace ActionableModels.Compute.Cuda;

/// <summary>How a convolution, or the gradient of its input, runs on tensor cores: made once for a shape.</summary>
internal sealed class MmaConvolutionPlan
{
    private const int BlockOutputs = 64, SliceUnits = 4, StageBytes = 4096, RingBytes = 4 * StageBytes, Together = 3;
    // Clocks of a multiprocessor of compute capability 8.0: a unit of 128 pixels × 64 outputs, and 32 bytes of a patch from the second-level cache.
    private const double ClocksOfUnit = 128, ClocksOfLoad = 0.8;

    private MmaConvolutionPlan(Kernel kernel, Kernel pack, in MmaConvolution convolution, in MmaPacking packing, int tiles, int blocks) =>
        (Kernel, Pack, Convolution, Packing, Tiles, Blocks) = (kernel, pack, convolution, packing, tiles, blocks);

    /// <summary>The kernel, with the shared memory that this shape takes.</summary>
    public Kernel Kernel { get; }
    /// <summary>What lays out the weights.</summary>
    public Kernel Pack { get; }
    /// <summary>The arguments.</summary>
    public MmaConvolution Convolution { get; }
    /// <summary>The arguments of <see cref="Pack"/>.</summary>
    public MmaPacking Packing { get; }
    /// <summary>Tiles of pixels.</summary>
    public int Tiles { get; }
    /// <summary>Blocks of outputs.</summary>
    public int Blocks { get; }
    /// <summary>Bytes of the weights as they are laid out.</summary>
    public long PackedBytes => Packing.Chunks * 16;
    /// <summary>Multiply-adds that the tensor cores do for one of the layer, by what its channels and its window are filled up to.</summary>
    public double Padding { get; private init; }

    /// <summary>The plan of <see cref="Device.Conv2D"/>; null where it does not fit.</summary>
    /// <param name="s">The layer.</param>
    /// <param name="element">The rounding.</param>
    /// <param name="aligned">Whether the operands that are read 16 bytes at a time are aligned to that.</param>
    /// <param name="pairs">Whether the output is aligned to 8 bytes.</param>
    public static MmaConvolutionPlan? Forward(in ConvolutionShape s, MmaElement element, bool aligned, bool pairs)
    {
        var map = MmaMap.Input(s, aligned);
        var convolution = new MmaConvolution
        {
            Taps = (s.Kernel + s.Stride - 1) / s.Stride, Rows = s.OutHeight, Columns = s.OutWidth, Outputs = s.Out,
            Phases = 1, Height = s.OutHeight, Width = s.OutWidth, Channels = s.Out, Pairs = pairs && s.Out % 2 == 0 ? 1 : 0,
        };
        return Fit(map, convolution, new() { Outputs = s.Out, Kernel = s.Kernel, Channels = s.In, Phases = map.Phases }, element, (double)s.Depth * s.Out);
    }

    /// <summary>
    /// The plan of <see cref="Device.Conv2DBackwardData"/>: a convolution of dy with the flipped weights that gives the stride² phases of dx as channels.
    /// </summary>
    /// <inheritdoc cref="Forward"/>
    public static MmaConvolutionPlan? Backward(in ConvolutionShape s, MmaElement element, bool aligned, bool pairs)
    {
        var taps = (s.Kernel + s.Stride - 1) / s.Stride;
        int top = s.Top / s.Stride, left = s.Left / s.Stride;
        if ((long)s.Stride * s.Stride * s.In > 1 << 20) return null;
        var convolution = new MmaConvolution
        {
            Taps = taps, Rows = (s.Height - 1 + s.Top) / s.Stride - top + 1, Columns = (s.Width - 1 + s.Left) / s.Stride - left + 1,
            Outputs = s.Stride * s.Stride * s.In, Phases = s.Stride, Top = s.Top % s.Stride, Left = s.Left % s.Stride,
            Height = s.Height, Width = s.Width, Channels = s.In, Pairs = pairs && s.Stride == 1 && s.In % 2 == 0 ? 1 : 0,
        };
        return Fit(MmaMap.Output(s, taps - 1 - top, taps - 1 - left, aligned), convolution,
            new() { Outputs = s.Out, Kernel = s.Kernel, Channels = s.In, Phases = s.Stride, Transposed = 1 }, element, (double)s.Depth * s.Out);
    }

    private static MmaConvolutionPlan? Fit(in MmaMap map, MmaConvolution c, MmaPacking packing, MmaElement element, double terms)
    {
        var all = (map.Depth + element.Unit - 1) / element.Unit;
        c.Slices = (all + SliceUnits - 1) / SliceUnits;
        c.Steps = (all + c.Slices - 1) / c.Slices;
        c.Stages = (c.Taps * c.Taps * c.Steps + 1) / 2;
        var blocks = (c.Outputs + BlockOutputs - 1) / BlockOutputs;
        var least = double.PositiveInfinity;
        MmaConvolutionPlan? best = null;
        foreach (var pixels in (ReadOnlySpan<int>)[128, 64])
            foreach (var tile in MmaTile.All(map.Batch, c.Rows, c.Columns, c.Taps, pixels))
            {
                int rows = tile.Rows + c.Taps - 1, columns = tile.Columns + c.Taps - 1, chunks = 2 * c.Steps;
                // An odd number of pixels: the chunks of a pixel are written to different banks.
                var patch = new MmaPatch(map, tile.Images, rows, columns, tile.Pitch, tile.Images * rows * tile.Pitch | 1, chunks);
                c.TablesStart = RingBytes + ((2 * c.Stages + 2) * sizeof(int) + 15) / 16 * 16;
                c.StepsStart = c.TablesStart + patch.Pixels * 16;
                c.PatchStart = c.StepsStart + chunks * element.Chunk * 8;
                var shared = c.PatchStart + patch.Bytes;
                var tiles = tile.Count(map.Batch, c.Rows, c.Columns);
                if (shared > MmaTile.SharedBytes || !patch.Fits || tiles.All > int.MaxValue
                    || (double)tile.Images * c.Height * c.Width * c.Channels > int.MaxValue) continue;
                var clocks = c.Slices * (c.Stages * 2 * ClocksOfUnit * pixels / 128 * (tile.Conflicts ? 1.25 : 1)
                    + patch.Pixels * chunks * element.Chunk / 8.0 * ClocksOfLoad) * MmaTile.Loneliness(shared, Together);
                // Rounds of blocks; that there are more of them than needed costs something too: each reads all weights.
                var rounds = tiles.All * blocks / (double)MmaTile.Multiprocessors;
                var time = (Math.Max(1, rounds) + rounds / 4) * clocks;
                if (time >= least) continue;
                least = time;
                (c.Patch, c.TileImages, c.TileRows, c.TileColumns, c.TilesDown, c.TilesAcross) =
                    (patch, tile.Images, tile.Rows, tile.Columns, tiles.Down, tiles.Across);
                (packing.Taps, packing.Slices, packing.Steps, packing.Stages) = (c.Taps, c.Slices, c.Steps, c.Stages);
                packing.Chunks = (long)blocks * c.Slices * c.Stages * (StageBytes / 16);
                best = new(new("mma_convolution", $"mma_convolution_{pixels}_{element.Suffix}", 128, shared),
                    new("mma_pack", $"mma_pack_{element.Suffix}", 256), c, packing, (int)tiles.All, blocks)
                {
                    Padding = (double)blocks * BlockOutputs * c.Slices * c.Stages * 2 * element.Unit / terms,
                };
            }
        return best;
    }
}
