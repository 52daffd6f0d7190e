namespace ActionableModels.Networks;

/// <summary>Cuts rows into chunks.</summary>
internal static class Chunks
{
    /// <summary>Chunks of a size in order; the last may be smaller.</summary>
    public static IEnumerable<(int Start, int Count)> Of(int rows, int size)
    {
        for (var start = 0; start < rows; start += size) yield return (start, Math.Min(size, rows - start));
    }
}
