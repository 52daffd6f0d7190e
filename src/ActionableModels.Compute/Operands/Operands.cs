namespace ActionableModels.Compute;

/// <summary>
/// The rules that the operands of an operation keep and the extents that follow from them: one rule and one message for every device. What a
/// rule says is in <see cref="Device"/>.
/// </summary>
internal static partial class Operands
{
    /// <summary>The last extent: columns of a tensor seen as a matrix.</summary>
    public static int Columns(Tensor x) => x.Shape[x.Shape.Rank - 1];

    /// <summary>Rows of a tensor seen as a matrix of its last extent.</summary>
    public static long Rows(Tensor x) => x.Count == 0 ? 0 : x.Count / Columns(x);
}
