namespace ActionableModels.Formats.Rlds;

/// <summary>The numbers of a field, of which each row may have another number.</summary>
/// <param name="Values">All numbers, row by row.</param>
/// <param name="Ends">For each row the number of values up to its end.</param>
internal sealed record RldsRows(float[] Values, int[] Ends)
{
    /// <summary>The numbers of one row.</summary>
    public ReadOnlySpan<float> Row(int row)
    {
        var begin = row == 0 ? 0 : Ends[row - 1];
        return Values.AsSpan(begin, Ends[row] - begin);
    }

    /// <summary>The first row that is not as long as the first; null where all are.</summary>
    public int? Uneven
    {
        get
        {
            for (var row = 1; row < Ends.Length; row++)
                if (Ends[row] - Ends[row - 1] != Ends[0]) return row;
            return null;
        }
    }
}
