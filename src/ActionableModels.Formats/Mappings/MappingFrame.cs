namespace ActionableModels.Formats.Mappings;

/// <summary>The axes of the source's displacements against ours.</summary>
/// <param name="Axes">For our x, y and z: the source's axis 0, 1 or 2.</param>
/// <param name="Signs">For each: 1 or −1.</param>
/// <param name="Scale">Metres of one of the source's units.</param>
internal sealed record MappingFrame(int[] Axes, int[] Signs, double Scale)
{
    /// <summary>Our own.</summary>
    public static MappingFrame Ours { get; } = new([0, 1, 2], [1, 1, 1], 1);

    /// <summary>Whether our vertical is the source's, up or down.</summary>
    public bool KeepsVertical => Axes[2] == 2;

    /// <summary>The sign of a turn about the vertical in our frame: mirrored once, it is the other way round.</summary>
    // The determinant times the vertical's sign is that of the horizontal part.
    public int Turn => Signs[0] * Signs[1] * (Axes[0] < Axes[1] ? 1 : -1);
}
