namespace ActionableModels.Compute.Kernels;

/// <summary>
/// How a reduction over the rows of [rows, columns] is split over groups of 256: a group takes <paramref name="Width"/> neighbouring columns of one
/// part of the rows. It follows from the shape alone, so that sums are the same on every device and in every run.
/// </summary>
/// <param name="Width">Columns of a group.</param>
/// <param name="Blocks">Groups that share a row.</param>
/// <param name="Parts">Parts of the rows, none of them empty; 1 where there are few.</param>
internal readonly record struct RowSplit(int Width, int Blocks, int Parts)
{
    // 32 elements per work-item are enough to hide the pairwise end; more parts than this only lengthen the second step.
    private const long Elements = 8192, MostParts = 1024;

    public static RowSplit Of(long rows, int columns)
    {
        // Few rows leave nothing to share, so that each work-item has a column of its own.
        var width = Math.Max(1, Math.Min(columns, rows < 64 ? 256 : 64));
        var parts = Math.Clamp((rows * width + Elements - 1) / Elements, 1, MostParts);
        var share = Math.Max(1, (rows + parts - 1) / parts);
        return new(width, (columns + width - 1) / width, (int)Math.Max(1, (rows + share - 1) / share));
    }
}
