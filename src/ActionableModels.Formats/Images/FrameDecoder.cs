using ActionableModels.Compute;

namespace ActionableModels.Formats.Images;

/// <summary>Decodes, cuts and resizes frames into the camera's images. One for each thread; it keeps its working memory.</summary>
public sealed class FrameDecoder : IDisposable
{
    /// <summary>A decoder.</summary>
    /// <exception cref="ActionableException">The geometry is not valid.</exception>
    public FrameDecoder(FrameGeometry geometry) => Geometry = geometry;

    /// <summary>What the images become.</summary>
    public FrameGeometry Geometry { get; }

    /// <summary>Makes the camera's image of a frame.</summary>
    /// <param name="bytes">A JPEG or PNG file (told apart by their first bytes), or raw pixels.</param>
    /// <param name="raw">Size of raw pixels; null for files.</param>
    /// <param name="episode">Number of the episode, on which a random crop's place depends.</param>
    /// <param name="image">Receives H·W·3 bytes, RGB.</param>
    /// <exception cref="ActionableException">
    /// The bytes are no image, are damaged, or the image is too small for the crop: the message says what, not where.
    /// </exception>
    public void Decode(ReadOnlySpan<byte> bytes, RawImage? raw, long episode, Span<byte> image) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() { }
}
