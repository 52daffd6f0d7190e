namespace ActionableModels.Compute;

internal static partial class Operands
{
    public static void Copy(Tensor x, Tensor y) =>
        Check.That(x.Type == y.Type && x.Count == y.Count, "Copy: y must have the type and count of x", y);

    public static void GatherRows(Tensor x, Tensor indices, Tensor y)
    {
        Check.That(indices.Count == y.Shape[0], "GatherRows: indices must have one entry per row of y", indices);
        Check.That(x.Type == y.Type && y.Shape.RowCount == x.Shape.RowCount,
            "GatherRows: rows of y must have the type and length of those of x", y);
    }

    public static void Combine(Tensor x, Tensor y) => Check.That(x.Count == y.Count, "Combine: y must have the count of x", y);

    public static void CopyColumns(Tensor x, int xOffset, Tensor y, int yOffset, int columns)
    {
        Check.That(columns >= 0 && xOffset >= 0 && xOffset + columns <= Columns(x), "CopyColumns: the columns must lie inside x", x);
        Check.That(yOffset >= 0 && yOffset + columns <= Columns(y), "CopyColumns: the columns must lie inside y", y);
        Check.That(x.Type == y.Type && Rows(x) == Rows(y), "CopyColumns: y must have the type and rows of x", y);
    }

    public static void SumRows(Tensor x, Tensor y) => Check.That(Columns(x) == y.Count, "SumRows: y must have one entry per column of x", y);

    public static void RepeatRow(Tensor x, Tensor y) => Check.That(Columns(y) == x.Count, "RepeatRow: rows of y must have the length of x", y);
}
