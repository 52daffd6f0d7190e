namespace ActionableModels.Compute.Kernels;

/// <summary>One matrix product with a kernel for each tile shape of kernels/portable/tile.h, and the choice between them by the layer.</summary>
/// <param name="file">Its source file.</param>
internal sealed class TiledProduct(string file)
{
    /// <summary>Terms of one stage of any tile: parts of a sum are whole stages.</summary>
    public const int Stage = 16;
    // Groups that leave no multiprocessor of a large GPU idle, and those that even out what is left of the last round.
    private const int FewGroups = 128, ManyGroups = 1024;
    private readonly Shape wideQuads = new(file, "wide_quads", 128, 64, 128), wide = new(file, "wide", 128, 64, 128);
    private readonly Shape smallQuads = new(file, "small_quads", 32, 32, 64), small = new(file, "small", 32, 32, 64);
    private readonly Shape narrow = new(file, "narrow", 128, 8, 64);

    /// <summary>A tile shape; the ending of its kernel's name, its extents and its work-items as the source says.</summary>
    public sealed class Shape(string file, string ending, int rows, int columns, int group)
    {
        public Kernel Kernel { get; } = new(file, $"{file}_{ending}", group);

        /// <summary>Tiles along the two extents of a product.</summary>
        public (int Rows, int Columns) Tiles(long rows, long columns) => (Over(rows, this.rows), Over(columns, this.columns));

        private readonly int rows = rows, columns = columns;

        private static int Over(long extent, int tile) => checked((int)((extent + tile - 1) / tile));
    }

    /// <summary>The shape for a product of rows × columns sums.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="quads">Whether both operands may be read by 16 bytes.</param>
    /// <param name="most">Parts, at most, that each sum may be computed in, apart from the others; <see cref="Parts"/> says how many are.</param>
    public Shape Choose(long rows, int columns, bool quads, int most = 1)
    {
        if (columns <= 8) return narrow;
        var tiles = wide.Tiles(rows, columns);
        var isWide = rows > 64 && (columns - 1) % 64 >= 32 && Groups(tiles) * Parts(tiles, most) >= FewGroups;
        return isWide ? quads ? wideQuads : wide : quads ? smallQuads : small;
    }

    /// <summary>Parts to compute each sum in, so that a product of few tiles has groups for a large GPU.</summary>
    public static int Parts((int Rows, int Columns) tiles, int most) =>
        (int)Math.Clamp(ManyGroups / Math.Max(Groups(tiles), 1), 1, Math.Max(most, 1));

    /// <summary>Terms of one part of a sum and the number of parts that have any.</summary>
    public static (int Terms, int Parts) Split(int terms, int parts)
    {
        var each = Math.Max(((terms + parts - 1) / parts + Stage - 1) / Stage * Stage, Stage);
        return (each, Math.Max((terms + each - 1) / each, 1));
    }

    private static long Groups((int Rows, int Columns) tiles) => (long)tiles.Rows * tiles.Columns;
}
