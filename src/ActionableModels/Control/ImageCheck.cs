namespace ActionableModels.Control;

/// <summary>Tells images that show nothing.</summary>
internal static class ImageCheck
{
    private const int Channels = 3;

    /// <summary>Whether every pixel (three bytes) is the same, as with a covered lens or a dead camera. Stops at the first that is not.</summary>
    public static bool IsBlank(ReadOnlySpan<byte> image) => image.Length >= Channels && image[Channels..].SequenceEqual(image[..^Channels]);
}
