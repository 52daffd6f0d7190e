namespace ActionableModels.Compute;

internal static partial class Operands
{
    /// <summary>B maps of so many positions and channels, each with so many actions.</summary>
    public static (int Maps, int Actions, int Positions, int Channels) BroadcastAdd(Tensor map, Tensor context, Tensor y)
    {
        int maps = map.Shape[0], channels = Columns(map), rows = y.Shape[0];
        var positions = checked((int)(maps == 0 || channels == 0 ? 0 : map.Count / maps / channels));
        Check.That(maps > 0 && rows % maps == 0 && y.Count == (long)rows * positions * channels,
            "a broadcast sum must be [B·A, H, W, C] for maps [B, H, W, C]", y);
        Check.That(context.Count == (long)rows * channels && Columns(context) == channels,
            "a broadcast sum's context must be [B·A, C]", context);
        return (maps, rows / maps, positions, channels);
    }

    public static (int Rows, int Channels, int Outputs) ContextTable(Tensor context, Tensor w, Tensor table)
    {
        int rows = context.Shape[0], channels = Columns(context), outputs = w.Shape[0];
        Check.That(w.Shape.Rank == 4 && w.Shape[1] == 3 && w.Shape[2] == 3 && w.Shape[3] == channels, "ContextTable: w must be [O, 3, 3, C]", w);
        Check.That(table.Count == 9L * rows * outputs, "ContextTable: table must be [R, 9, O]", table);
        return (rows, channels, outputs);
    }

    public static (int Rows, int Actions, int Height, int Width, int Outputs) BorderTableAdd(Tensor map, Tensor table, Tensor? bias, Tensor y)
    {
        Check.That(map.Shape.Rank == 4 && map.Shape[1] >= 2 && map.Shape[2] >= 2,
            "BorderTableAdd: map must be [B, H, W, O] and at least 2×2", map);
        int maps = map.Shape[0], height = map.Shape[1], width = map.Shape[2], outputs = map.Shape[3], rows = y.Shape[0];
        Check.That(maps > 0 && rows % maps == 0 && y.Shape[1] == height && y.Shape[2] == width && y.Shape[3] == outputs,
            "BorderTableAdd: y must be [B·A, H, W, O]", y);
        Check.That(table.Count == 9L * rows * outputs, "BorderTableAdd: table must be [B·A, 9, O]", table);
        Check.That(bias is null || bias.Count == outputs, "BorderTableAdd: bias must have one entry per channel", bias ?? y);
        return (rows, rows / maps, height, width, outputs);
    }

    public static (int Outputs, int Positions, int Channels) SumPositions(Tensor w, Tensor y)
    {
        int outputs = y.Shape[0], channels = Columns(y);
        Check.That(w.Shape[0] == outputs && channels > 0 && w.Shape.RowCount % channels == 0,
            "SumPositions: w must be [O, P·C] with y [O, C]", w);
        return (outputs, checked((int)(w.Shape.RowCount / channels)), channels);
    }
}
