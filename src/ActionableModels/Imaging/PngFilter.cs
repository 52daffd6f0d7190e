using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace ActionableModels.Imaging;

/// <summary>The five row predictors of PNG (ISO/IEC 15948, section 9).</summary>
internal static class PngFilter
{
    /// <summary>What filter 0 to 4 (none, left, up, average, Paeth) predicts from the neighbours to the left, above, and above left.</summary>
    public static int Predict(int filter, int left, int up, int upLeft) => filter switch
    {
        0 => 0,
        1 => left,
        2 => up,
        3 => (left + up) >> 1,
        _ => Paeth(left, up, upLeft),
    };

    /// <summary>Restores a row in place from what its filter left of it.</summary>
    /// <param name="filter">0 to 4.</param>
    /// <param name="row">The row.</param>
    /// <param name="above">The row above, restored; zeros above the first.</param>
    /// <param name="pixelBytes">Bytes of one pixel, at least 1.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Undo(int filter, Span<byte> row, ReadOnlySpan<byte> above, int pixelBytes)
    {
        if (filter == 0) return;
        if (filter == 2)
        {
            TensorPrimitives.Add(row, above, row);
            return;
        }
        var start = Math.Min(pixelBytes, row.Length);
        for (var i = 0; i < start; i++) row[i] += (byte)Predict(filter, 0, above[i], 0);
        if (filter == 1)
            for (var i = start; i < row.Length; i++) row[i] += row[i - start];
        else if (filter == 3)
            for (var i = start; i < row.Length; i++) row[i] += (byte)((row[i - start] + above[i]) >> 1);
        else
            for (var i = start; i < row.Length; i++) row[i] += (byte)Paeth(row[i - start], above[i], above[i - start]);
    }

    private static int Paeth(int left, int up, int upLeft)
    {
        int toLeft = Math.Abs(up - upLeft), toUp = Math.Abs(left - upLeft), toUpLeft = Math.Abs(left + up - 2 * upLeft);
        return toLeft <= toUp && toLeft <= toUpLeft ? left : toUp <= toUpLeft ? up : upLeft;
    }
}
