namespace ActionableModels.Compute.Kernels;

public abstract partial class KernelDevice
{
    private static readonly Kernel broadcastAdd = new("broadcast_add", "broadcast_add", 256), contextTable = new("context_table", "context_table", 256),
        borderTableAdd = new("border_table_add", "border_table_add", 256);

    /// <inheritdoc/>
    public override void BroadcastAdd(Tensor map, Tensor context, Tensor y, bool relu)
    {
        var (maps, actions, positions, channels) = Operands.BroadcastAdd(map, context, y);
        var length = positions * channels;
        // A group takes up to 8 × 256 elements of a row; the second dimension of a grid has at most 65,535 groups.
        var share = Math.Max(2048, (length + 65534) / 65535);
        Call(broadcastAdd).Add(map).Add(context).Add(y).Add(actions).Add(length).Add(channels).Add(share).Add(relu ? 1 : 0)
            .Run(maps * actions, (length + share - 1) / share, 1);
    }

    /// <inheritdoc/>
    public override void BroadcastAddBackward(Tensor dy, Tensor dmap, Tensor dcontext)
    {
        var (maps, actions, positions, channels) = Operands.BroadcastAdd(dmap, dcontext, dy);
        SumRows(dy, dmap, maps, actions, positions * channels);
        SumRows(dy, dcontext, maps * actions, positions, channels);
    }

    /// <inheritdoc/>
    public override void ContextTable(Tensor context, Tensor w, Tensor table)
    {
        var (rows, channels, outputs) = Operands.ContextTable(context, w, table);
        var blocks = (9 * outputs + 31) / 32;
        Call(contextTable).Add(context).Add(w).Add(table).Add(rows).Add(channels).Add(outputs).Add(blocks).Run((rows + 31) / 32 * (long)blocks);
    }

    /// <inheritdoc/>
    public override void BorderTableAdd(Tensor map, Tensor table, Tensor? bias, Tensor y, bool relu)
    {
        var (rows, actions, height, width, outputs) = Operands.BorderTableAdd(map, table, bias, y);
        Call(borderTableAdd).Add(map).Add(table).Add(bias).Add(y).Add(actions).Add(height).Add(width).Add(outputs).Add(relu ? 1 : 0)
            .Run((long)rows * height);
    }

    /// <inheritdoc/>
    public override void SumPositions(Tensor w, Tensor y)
    {
        var (outputs, positions, channels) = Operands.SumPositions(w, y);
        SumRows(w, y, outputs, positions, channels);
    }
}
