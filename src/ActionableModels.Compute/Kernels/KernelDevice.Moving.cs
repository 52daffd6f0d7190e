namespace ActionableModels.Compute.Kernels;

public abstract partial class KernelDevice
{
    private static readonly Kernel fill = new("fill", "fill", 256), copyWords = new("copy", "copy_words", 256), copyBytes = new("copy", "copy_bytes", 256),
        gatherWords = new("gather_rows", "gather_words", 256), gatherBytes = new("gather_rows", "gather_bytes", 256),
        combine = new("combine", "combine", 256), sumRows = new("sum_rows", "sum_rows", 256), repeatRow = new("repeat_row", "repeat_row", 256);

    /// <inheritdoc/>
    public override void Fill(Tensor y, float value) => Call(fill).Add(y).Add(value).Add(y.Count).Run(GroupsFor(y.Count));

    /// <inheritdoc/>
    public override void Copy(Tensor x, Tensor y)
    {
        Operands.Copy(x, y);
        var bytes = x.Count * x.Type.Size();
        var words = ((bytes | x.Offset | y.Offset) & 3) == 0;
        CopyRows(x.Memory, x.Offset, y.Memory, y.Offset, words, words ? bytes / 4 : bytes, 1, 1, 1);
    }

    /// <summary>
    /// Indices are the device's: a row whose index lies outside x becomes NaN (0 for whole numbers) instead of an exception.
    /// </summary>
    /// <inheritdoc/>
    public override void GatherRows(Tensor x, Tensor indices, Tensor y)
    {
        Operands.GatherRows(x, indices, y);
        var bytes = x.Shape.RowCount * x.Type.Size();
        var words = ((bytes | x.Offset | y.Offset) & 3) == 0;
        var columns = checked((int)(words ? bytes / 4 : bytes));
        Call(words ? gatherWords : gatherBytes).Add(x, x.Type).Add(indices, ElementType.Int32).Add(y, y.Type).Add((long)y.Shape[0]).Add(columns)
            .Add(x.Shape[0]).Add(x.Type == ElementType.Float32 ? 0x7fc00000u : 0u).Run(MatrixGroups(y.Shape[0], columns));
    }

    /// <inheritdoc/>
    public override void Combine(float alpha, Tensor x, float beta, Tensor y)
    {
        Operands.Combine(x, y);
        Call(combine).Add(x).Add(y).Add(alpha).Add(beta).Add(x.Count).Run(GroupsFor(x.Count));
    }

    /// <inheritdoc/>
    public override void CopyColumns(Tensor x, int xOffset, Tensor y, int yOffset, int columns)
    {
        Operands.CopyColumns(x, xOffset, y, yOffset, columns);
        var size = x.Type.Size();
        CopyRows(x.Memory, x.Offset + xOffset * size, y.Memory, y.Offset + yOffset * size, size == 4, Operands.Rows(x), columns,
            Operands.Columns(x), Operands.Columns(y));
    }

    /// <inheritdoc/>
    public override void SumRows(Tensor x, Tensor y)
    {
        Operands.SumRows(x, y);
        SumRows(x, y, 1, Operands.Rows(x), Operands.Columns(x));
    }

    /// <inheritdoc/>
    public override void RepeatRow(Tensor x, Tensor y)
    {
        Operands.RepeatRow(x, y);
        long rows = Operands.Rows(y);
        var columns = Operands.Columns(y);
        Call(repeatRow).Add(x).Add(y).Add(rows).Add(columns).Run(MatrixGroups(rows, columns));
    }

    /// <summary>Groups for the loops of matrix.h: none where there is nothing to do, else at least a work-item per column.</summary>
    private static int MatrixGroups(long rows, int columns) => Math.Max(GroupsFor(rows * columns), rows > 0 ? GroupsOf(columns) : 0);

    /// <summary>Groups of 256 that hold a work-item per column.</summary>
    private static int GroupsOf(int columns) => (int)(((long)columns + 255) / 256);

    private void CopyRows(DeviceMemory x, long xOffset, DeviceMemory y, long yOffset, bool words, long rows, int columns, long xPitch, long yPitch) =>
        Call(words ? copyWords : copyBytes).Add(x, xOffset).Add(y, yOffset).Add(rows).Add(columns).Add(xPitch).Add(yPitch)
            .Run(MatrixGroups(rows, columns));

    /// <summary>y[b, j] = Σ_r x[b, r, j] for x [batch, rows, columns], in one launch or, where the rows are split, two.</summary>
    private protected void SumRows(Tensor x, Tensor y, int batch, long rows, int columns)
    {
        Check.Type(x, ElementType.Float32, nameof(x));
        Check.Type(y, ElementType.Float32, nameof(y));
        SumRows(x.Memory, x.Offset, y.Memory, y.Offset, batch, rows, columns);
    }

    private void SumRows(DeviceMemory x, long xOffset, DeviceMemory y, long yOffset, int batch, long rows, int columns)
    {
        var split = RowSplit.Of(rows, columns);
        if (split.Parts == 1)
        {
            SumParts(x, xOffset, y, yOffset, batch, rows, columns, split);
            return;
        }
        var partials = Scratch((long)batch * split.Parts * columns * sizeof(float));
        SumParts(x, xOffset, partials, 0, batch, rows, columns, split);
        SumParts(partials, 0, y, yOffset, batch, split.Parts, columns, RowSplit.Of(split.Parts, columns) with { Parts = 1 });
    }

    private void SumParts(DeviceMemory x, long xOffset, DeviceMemory y, long yOffset, int batch, long rows, int columns, RowSplit split) =>
        Call(sumRows).Add(x, xOffset).Add(y, yOffset).Add(rows).Add(columns).Add(split.Width).Add(split.Blocks).Add(split.Parts)
            .Run((long)batch * split.Parts * split.Blocks);
}
