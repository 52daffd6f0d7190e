namespace ActionableModels.Compute.Cuda;

/// <summary>
/// The output pixels of one block and the patch under them, chosen from a layer's extents alone by arithmetic on the machine's limits.
/// </summary>
/// <param name="Images">Images of the tile.</param>
/// <param name="Rows">Rows of each.</param>
/// <param name="Columns">Columns of each.</param>
/// <param name="Pitch">Patch pixels from a row to the next in shared memory.</param>
internal readonly record struct MmaTile(int Images, int Rows, int Columns, int Pitch)
{
    /// <summary>Most shared memory of a block on any GPU from compute capability 8.0 on (8.6 and 8.9 have the least).</summary>
    public const int SharedBytes = 99 << 10;

    /// <summary>Multiprocessors that plans count on (those of an H100 or H200), so that results depend on shapes alone.</summary>
    public const int Multiprocessors = 132;

    // Shared memory of a multiprocessor of compute capability 8.0, and what the system keeps of it for each block.
    private const int SharedOfMultiprocessor = 164 << 10, SharedKept = 1 << 10;

    /// <summary>Output pixels.</summary>
    public int Pixels => Images * Rows * Columns;

    /// <summary>Tiles along a column and along a row of the output, and of all images.</summary>
    public (int Down, int Across, long All) Count(int images, int rows, int columns)
    {
        int down = (rows + Rows - 1) / Rows, across = (columns + Columns - 1) / Columns;
        return (down, across, (long)down * across * ((images + Images - 1) / Images));
    }

    /// <summary>
    /// Every tile of at most <paramref name="pixels"/> pixels of an output under windows of <paramref name="taps"/>² patch pixels. Rows of the patch
    /// lie as far apart as they are long, or further, so that the pixels of a tile keep their places modulo 8: then eight of them are read
    /// without a bank conflict across the ends of rows.
    /// </summary>
    public static IEnumerable<MmaTile> All(int images, int rows, int columns, int taps, int pixels)
    {
        for (var across = 1; across <= Math.Min(columns, pixels); across++)
            for (var down = 1; down <= Math.Min(rows, pixels / across); down++)
            {
                var most = Math.Min(images, pixels / (across * down));
                var pitch = across + taps - 1;
                yield return new(1, down, across, pitch);
                if (most > 1) yield return new(most, down, across, pitch);
                var even = across + (taps + 6) / 8 * 8;
                if (even == pitch) continue;
                yield return new(1, down, across, even);
                if (most > 1) yield return new(most, down, across, even);
            }
    }

    /// <summary>Whether eight pixels in a row of the tile can share banks.</summary>
    public bool Conflicts => Columns % 8 != 0 && (Pitch - Columns) % 8 != 0;

    /// <summary>What the blocks that fit on a multiprocessor together cost each other: few do not hide each other's loads.</summary>
    public static double Loneliness(int shared, int wanted)
    {
        var together = Math.Min(wanted, SharedOfMultiprocessor / (shared + SharedKept));
        return together >= wanted ? 1 : together == wanted - 1 && together > 1 ? 1.1 : 1.5;
    }
}
