namespace ActionableModels.Compute;

/// <summary>The extents of a tensor of one to four dimensions, outermost first. Feature maps are N,H,W,C; conv weights O,H,W,I.</summary>
public readonly record struct Shape
{
    /// <summary>Number of dimensions, 1 to 4.</summary>
    public int Rank { get; }
    private readonly int d0, d1, d2, d3;

    private Shape(int rank, int d0, int d1, int d2, int d3)
    {
        if (d0 < 0 || d1 < 0 || d2 < 0 || d3 < 0)
            throw new ArgumentOutOfRangeException(nameof(d0), "a shape has no negative extent");
        (Rank, this.d0, this.d1, this.d2, this.d3) = (rank, d0, d1, d2, d3);
    }

    /// <summary>A vector.</summary>
    public static Shape Of(int d0) => new(1, d0, 1, 1, 1);
    /// <summary>A matrix, rows first.</summary>
    public static Shape Of(int d0, int d1) => new(2, d0, d1, 1, 1);
    /// <summary>A stack of matrices.</summary>
    public static Shape Of(int d0, int d1, int d2) => new(3, d0, d1, d2, 1);
    /// <summary>Feature maps (N,H,W,C) or conv weights (O,H,W,I).</summary>
    public static Shape Of(int d0, int d1, int d2, int d3) => new(4, d0, d1, d2, d3);

    /// <summary>The extent of dimension <paramref name="i"/>; 1 beyond the rank.</summary>
    public int this[int i] => i switch { 0 => d0, 1 => d1, 2 => d2, 3 => d3, _ => throw new ArgumentOutOfRangeException(nameof(i)) };

    /// <summary>Number of elements.</summary>
    public long Count => (long)d0 * d1 * d2 * d3;

    /// <summary>Elements in one step of the first dimension.</summary>
    public long RowCount => (long)d1 * d2 * d3;

    /// <inheritdoc/>
    public override string ToString() => Rank switch
    {
        1 => $"[{d0}]", 2 => $"[{d0}, {d1}]", 3 => $"[{d0}, {d1}, {d2}]", _ => $"[{d0}, {d1}, {d2}, {d3}]",
    };
}
