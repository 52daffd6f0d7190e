namespace ActionableModels.Compute.Cuda;

/// <summary>How a line of positions is cut into tiles for kernels/nvidia/conv_wgmma.cu, and what fits into a block's shared memory beside one.</summary>
/// <param name="Size">Positions of each of a tile's two products: N.</param>
/// <param name="Count">Tiles.</param>
/// <param name="PixelSlots">Buffers for a tile's positions at 16 channels.</param>
/// <param name="WeightSlots">Buffers for the weights of a row of taps at 16 channels.</param>
internal readonly record struct HopperTiles(int Size, int Count, int PixelSlots, int WeightSlots)
{
    /// <summary>Most bytes of shared memory that a block of capability 9.0 may have.</summary>
    public const int SharedBytes = 232448;

    private const int Barriers = 512, OutputPitch = 272, PlaceBytes = 8, Piece = 16, MatrixBytes = 2048, FewestPixelSlots = 2, FewestWeightSlots = 4;

    /// <summary>Sizes that there is a kernel for.</summary>
    public static ReadOnlySpan<int> Sizes(int kernel) => kernel == 3 ? [32, 64, 96, 128, 192, 240] : [64, 96, 128, 192, 200, 240];

    /// <summary>The cut that takes the fewest clock cycles by count, all multiprocessors working; null where no tile fits.</summary>
    public static HopperTiles? For(in HopperLine line, int multiprocessors)
    {
        HopperTiles? best = null;
        var least = long.MaxValue;
        foreach (var size in Sizes(line.Kernel))
        {
            var count = (line.Length + 2 * size - 1) / (2 * size);
            var cycles = (count + multiprocessors - 1) / multiprocessors * Cycles(line.Kernel, size);
            if (cycles >= least || Fit(line, size, (int)count) is not { } fit) continue;
            (best, least) = (fit, cycles);
        }
        return best;
    }

    // A product of depth 16 takes N/2 cycles of the tensor cores and reads 32·(64 + N) bytes at 128 a cycle; the output passes shared memory twice.
    private static long Cycles(int kernel, int size) => 2 * (kernel * kernel * 4L * Math.Max(size / 2, 16 + size / 4) + 4 * size) + 500;

    private static HopperTiles? Fit(in HopperLine line, int size, int count)
    {
        var positions = 2 * size + line.Reach;
        var pixels = 2 * Piece * positions;
        var weights = line.Kernel * MatrixBytes;
        var free = SharedBytes - Barriers - 2 * size * OutputPitch - positions * PlaceBytes - FewestPixelSlots * pixels - FewestWeightSlots * weights;
        if (free < 0) return null;
        // All four slices of 16 channels first, then all rows of taps of three.
        var morePixels = Math.Min(2, free / pixels);
        var moreWeights = Math.Min(3 * line.Kernel - FewestWeightSlots, (free - morePixels * pixels) / weights);
        return new(size, count, FewestPixelSlots + morePixels, FewestWeightSlots + moreWeights);
    }
}
