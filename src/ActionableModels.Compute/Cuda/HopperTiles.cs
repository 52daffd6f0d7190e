namespace ActionableModels.Compute.Cuda;

/// <summary>
/// How a line of positions is cut into tiles for kernels/nvidia/conv_wgmma.cu, and what fits into a block's shared memory beside one.
/// </summary>
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
    public static ReadOnlySpan<int> Sizes(int kernel) => kernel == 3 ? [32, 64, 96, 128, 160, 192, 200] : [64, 96, 128, 192, 200, 240];

    /// <summary>The cut that takes the fewest clock cycles by count, all multiprocessors working; null where no tile fits.</summary>
    public static HopperTiles? For(in HopperLine line, int multiprocessors)
    {
        HopperTiles? best = null;
        var least = long.MaxValue;
        foreach (var size in Sizes(line.Kernel))
        {
            var count = (line.Length + 2 * size - 1) / (2 * size);
            if (Fit(line, size, (int)count) is not { } fit) continue;
            var rounds = (count + multiprocessors - 1) / multiprocessors;
            var cycles = fit.Cycles(line, rounds);
            if (cycles < least) (best, least) = (fit, cycles);
        }
        return best;
    }

    // The slowest of three: the tensor cores, N/2 cycles a product of depth 16; shared memory, 32·(64 + N) bytes a product and each output twice,
    // 128 bytes a cycle; and what passes between the block and the L2 cache, taken to be 28 bytes a cycle.
    private long Cycles(in HopperLine line, long rounds)
    {
        const int startCycles = 1500;
        long products = 2L * 4 * line.Kernel * line.Kernel, positions = 2 * Size, weights = 4L * line.Kernel * line.Kernel * MatrixBytes;
        var tensor = rounds * products * Size / 2;
        var shared = rounds * (products * (16 + Size / 4) + 4 * positions);
        var beyond = (rounds * 256 * (2 * positions + line.Reach) + (WeightSlots == 4 * line.Kernel ? 1 : rounds) * weights) / 28;
        return startCycles + Math.Max(tensor, Math.Max(shared, beyond));
    }

    private static HopperTiles? Fit(in HopperLine line, int size, int count)
    {
        // 4 more, so that the two planes of a slice lie in different banks.
        var positions = 2 * size + line.Reach + 4;
        var pixels = 2 * Piece * positions;
        var weights = line.Kernel * MatrixBytes;
        var free = SharedBytes - Barriers - 2 * size * OutputPitch - positions * PlaceBytes - FewestPixelSlots * pixels - FewestWeightSlots * weights;
        if (free < 0) return null;
        // Weights of windows of three that stay are worth more than slices of positions ahead.
        var moreWeights = line.Kernel == 3 ? Math.Min(4 * line.Kernel - FewestWeightSlots, free / weights) : 0;
        var morePixels = Math.Min(2, (free - moreWeights * weights) / pixels);
        if (line.Kernel != 3) moreWeights = Math.Min(8, (free - morePixels * pixels) / weights);
        return new(size, count, FewestPixelSlots + morePixels, FewestWeightSlots + moreWeights);
    }
}
