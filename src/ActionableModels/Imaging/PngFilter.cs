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

    private static int Paeth(int left, int up, int upLeft)
    {
        int toLeft = Math.Abs(up - upLeft), toUp = Math.Abs(left - upLeft), toUpLeft = Math.Abs(left + up - 2 * upLeft);
        return toLeft <= toUp && toLeft <= toUpLeft ? left : toUp <= toUpLeft ? up : upLeft;
    }
}
