namespace ActionableModels.Compute.Cpu.Winograd;

/// <summary>The 4×4 tiles that cover the outputs of a batch of maps, numbered image by image and row by row, cut into equal blocks.</summary>
internal readonly struct TileGrid
{
    private readonly int rows, columns, perBlock;

    /// <summary>Blocks of at most <paramref name="most"/> tiles, in a multiple of <paramref name="shares"/> where it can be.</summary>
    public TileGrid(int batch, int height, int width, int most, int shares)
    {
        (rows, columns) = (Along(height), Along(width));
        Tiles = Count(batch, height, width);
        var wanted = ((Tiles + most - 1) / most + shares - 1) / shares * shares;
        perBlock = Math.Max(1, (Tiles + wanted - 1) / wanted);
        Blocks = (Tiles + perBlock - 1) / perBlock;
    }

    /// <summary>Tiles of a batch of maps.</summary>
    public static int Count(int batch, int height, int width) => checked(batch * Along(height) * Along(width));

    public int Tiles { get; }

    public int Blocks { get; }

    /// <summary>The most tiles that a block has.</summary>
    public int PerBlock => perBlock;

    /// <summary>First tile and number of tiles of a block.</summary>
    public (int First, int Count) Block(int block) => (block * perBlock, Math.Min(perBlock, Tiles - block * perBlock));

    /// <summary>Image, first output row and first output column of a tile.</summary>
    public (int Image, int Row, int Column) Tile(int tile)
    {
        var (line, column) = Math.DivRem(tile, columns);
        var (image, row) = Math.DivRem(line, rows);
        return (image, row * WinogradEngine.Side, column * WinogradEngine.Side);
    }

    private static int Along(int extent) => (extent + WinogradEngine.Side - 1) / WinogradEngine.Side;
}
