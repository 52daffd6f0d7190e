namespace ActionableModels.Compute.Cuda;

/// <summary>
/// A batch of feature maps as one line of positions, as kernels/nvidia/planes.h describes it: each image has margins of zeros above and to the
/// left, which are also those below and to the right of what comes before, so that a tap of a window is the same distance for every position.
/// </summary>
/// <param name="Images">Images of the batch.</param>
/// <param name="Height">Rows of the map that is read.</param>
/// <param name="Width">Columns of the map that is read.</param>
/// <param name="OutHeight">Rows of the output.</param>
/// <param name="OutWidth">Columns of the output.</param>
/// <param name="Kernel">Side of the window, odd; its stride is 1.</param>
/// <param name="Margin">Rows and columns of zeros before the map.</param>
/// <param name="Rows">Rows of an image with those of its margin.</param>
/// <param name="Pitch">Positions of a row with those of its margin.</param>
internal readonly record struct HopperLine(
    int Images, int Height, int Width, int OutHeight, int OutWidth, int Kernel, int Margin, int Rows, int Pitch)
{
    /// <summary>Most positions that the kernels count, a tile's reach included.</summary>
    public const long Longest = int.MaxValue / 2;

    /// <summary>Positions up to the last output.</summary>
    public long Length => ((long)(Images - 1) * Rows + OutHeight - 1) * Pitch + OutWidth;

    /// <summary>How far the window's last tap lies from its first, rounded up to a multiple of 8.</summary>
    public int Reach => ((Kernel - 1) * (Pitch + 1) + 7) / 8 * 8;

    /// <summary>The line of a convolution of x [N, H, W, C] to y [N, H', W', O].</summary>
    public static HopperLine Forward(Shape x, Shape y, Window window) => Between(x, y, window.Kernel, window.Before(x[1]));

    /// <summary>The line of the convolution that makes dx from dy, with the shapes of x and y.</summary>
    public static HopperLine Backward(Shape x, Shape y, Window window) => Between(y, x, window.Kernel, window.Kernel - 1 - window.Before(x[1]));

    private static HopperLine Between(Shape read, Shape written, int kernel, int margin) =>
        new(read[0], read[1], read[2], written[1], written[2], kernel, margin, read[1] + margin, read[2] + margin);
}
