namespace ActionableModels.Formats.Images;

/// <summary>Windows of interleaved pixels to rows of three bytes.</summary>
internal static class PixelRows
{
    /// <summary>Copies a window, dropping what is no colour and changing the order where it is asked for.</summary>
    /// <param name="from">The whole image, row-major, channels last.</param>
    /// <param name="width">Its columns.</param>
    /// <param name="channels">1, 3 or 4.</param>
    /// <param name="window">Part of it.</param>
    /// <param name="to">Receives the window.</param>
    /// <param name="bgr">Whether first and third channel change places.</param>
    /// <param name="upsideDown">Whether the window's last row is written first.</param>
    public static void Copy(ReadOnlySpan<byte> from, int width, int channels, FrameWindow window, Span<byte> to, bool bgr, bool upsideDown)
    {
        var stride = window.Width * 3;
        for (var y = 0; y < window.Height; y++)
        {
            var source = from.Slice(((window.Top + y) * width + window.Left) * channels, window.Width * channels);
            var row = to.Slice((upsideDown ? window.Height - 1 - y : y) * stride, stride);
            if (channels == 3 && !bgr) source.CopyTo(row);
            else if (channels == 1) Spread(source, row);
            else Pick(source, row, channels, bgr);
        }
    }

    private static void Spread(ReadOnlySpan<byte> grey, Span<byte> row)
    {
        for (var x = 0; x < grey.Length; x++) row[3 * x] = row[3 * x + 1] = row[3 * x + 2] = grey[x];
    }

    private static void Pick(ReadOnlySpan<byte> source, Span<byte> row, int channels, bool bgr)
    {
        var (first, third) = bgr ? (2, 0) : (0, 2);
        for (int x = 0, at = 0; x < row.Length; x += 3, at += channels)
            (row[x], row[x + 1], row[x + 2]) = (source[at + first], source[at + 1], source[at + third]);
    }
}
