using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Imaging;

namespace ActionableModels.Formats.Images;

/// <summary>
/// Decodes, cuts and resizes frames into the camera's images. One for each thread; it keeps its working memory, and JPEG and raw frames
/// allocate nothing. JPEG pixels are those of libjpeg's default decoder (Pillow's and TensorFlow's); EXIF orientation is ignored, as there
/// (<see cref="OrientationOf"/> tells it). PNG is read as by <see cref="Png"/>: 16 bits keep their upper byte, transparency is ignored.
/// </summary>
public sealed class FrameDecoder : IDisposable
{
    private readonly FrameResizer resizer;
    private readonly bool oneSize;
    private JpegDecoder? jpeg;
    private PngScratch? png;
    private byte[] cut = [];
    private long episodeOfSize = -1;
    private (int Height, int Width) sizeOfEpisode;

    /// <summary>A decoder.</summary>
    /// <exception cref="ActionableException">The geometry is not valid.</exception>
    public FrameDecoder(FrameGeometry geometry) : this(geometry, oneSize: true) { }

    /// <summary>A decoder that may be asked for frames of an episode in any order, together with other decoders.</summary>
    internal FrameDecoder(FrameGeometry geometry, bool oneSize)
    {
        (Geometry, this.oneSize) = (Checked(geometry), oneSize);
        resizer = new(geometry.Height, geometry.Width);
    }

    /// <summary>What the images become.</summary>
    public FrameGeometry Geometry { get; }

    /// <summary>Makes the camera's image of a frame.</summary>
    /// <param name="bytes">A JPEG or PNG file (told apart by their first bytes), or raw pixels.</param>
    /// <param name="raw">Size of raw pixels; null for files.</param>
    /// <param name="episode">Number of the episode, on which a random crop's place depends.</param>
    /// <param name="image">Receives H·W·3 bytes, RGB.</param>
    /// <exception cref="ArgumentException">The image has another number of bytes, or the episode's number is negative.</exception>
    /// <exception cref="ActionableException">
    /// The bytes are no image, are damaged, the image is too small for the crop, or it has another size than the last one of the same
    /// episode: the message says what, not where.
    /// </exception>
    public void Decode(ReadOnlySpan<byte> bytes, RawImage? raw, long episode, Span<byte> image)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(episode);
        if (image.Length != Geometry.Height * Geometry.Width * 3)
            throw new ArgumentException($"{image.Length} bytes, an image has {Geometry.Height * Geometry.Width * 3}", nameof(image));
        var format = raw is null ? ImageHeader.FormatOf(bytes) : ImageFormat.None;
        if (raw is { } size) DecodeRaw(bytes, size, episode, image);
        else if (format == ImageFormat.Jpeg) DecodeJpeg(bytes, episode, image);
        else if (format == ImageFormat.Png) DecodePng(bytes, episode, image);
        else throw new ActionableException(bytes.IsEmpty
            ? "a frame without a byte: skip it, or record it again"
            : "neither a JPEG nor a PNG image: save it as one of them, or give the field that holds the images");
    }

    /// <summary>
    /// EXIF's orientation of a JPEG file, 1 to 8; 1 means upright, and is the answer for everything else. Decoding ignores it, as Pillow and
    /// TensorFlow do, so that whoever imports can say so.
    /// </summary>
    public static int OrientationOf(ReadOnlySpan<byte> bytes) => ImageHeader.Of(bytes).Orientation;

    /// <inheritdoc/>
    public void Dispose() => jpeg?.Dispose();

    /// <summary>Checks a geometry and returns it.</summary>
    /// <exception cref="ActionableException">It is not valid.</exception>
    internal static FrameGeometry Checked(FrameGeometry geometry)
    {
        static bool IsSide(int side) => side is >= 1 and <= DatasetHeader.LargestImageSide;
        if (!IsSide(geometry.Height) || !IsSide(geometry.Width) || (long)geometry.Height * geometry.Width > Png.MaxPixels)
            throw new ActionableException($"camera images of {geometry.Height}x{geometry.Width} pixels (height x width): give sides from 1 to "
                + $"{DatasetHeader.LargestImageSide} and at most {Png.MaxPixels} pixels");
        if ((geometry.CropHeight, geometry.CropWidth) is not (0, 0) && (!IsSide(geometry.CropHeight) || !IsSide(geometry.CropWidth)))
            throw new ActionableException($"a crop of {geometry.CropHeight}x{geometry.CropWidth} pixels (height x width): give sides from 1 to "
                + $"{DatasetHeader.LargestImageSide}, or none");
        if (geometry.Place is not (CropPlace.Centre or CropPlace.Random))
            throw new ActionableException($"crop place {(int)geometry.Place} is not known: give centre or random");
        return geometry;
    }

    private void DecodeJpeg(ReadOnlySpan<byte> bytes, long episode, Span<byte> image)
    {
        if (bytes.Length > Png.MaxFileBytes)
            throw new ActionableException($"a JPEG image of more than {Png.MaxFileBytes >> 20} MiB: give a smaller one");
        jpeg ??= new();
        var header = jpeg.Header(bytes);
        var window = Cut(header.Height, header.Width, episode);
        var pixels = Target(window, image);
        jpeg.Decode(bytes, header, window, pixels, Geometry.Bgr, Geometry.UpsideDown);
        Finish(window, pixels, image);
    }

    private void DecodePng(ReadOnlySpan<byte> bytes, long episode, Span<byte> image)
    {
        if (bytes.Length > Png.MaxFileBytes)
            throw new ActionableException($"a PNG image of more than {Png.MaxFileBytes >> 20} MiB: give a smaller one");
        var (height, width) = PngReader.Read(bytes, "the image", png ??= new());
        CopyWindow(png.Pixels, new(height, width, 3), episode, image);
    }

    private void DecodeRaw(ReadOnlySpan<byte> bytes, RawImage size, long episode, Span<byte> image)
    {
        if (size.Channels is not (1 or 3 or 4) || size.Height < 1 || size.Width < 1 || (long)size.Height * size.Width > Png.MaxPixels)
            throw new ActionableException($"raw images of {size.Height}x{size.Width}x{size.Channels} (height x width x channels): "
                + $"give 1, 3 or 4 channels and at most {Png.MaxPixels} pixels");
        if (bytes.Length != size.Height * size.Width * size.Channels)
            throw new ActionableException($"{bytes.Length} bytes are no raw image of {size.Height}x{size.Width}x{size.Channels} (height x width x "
                + "channels): give the size that was recorded");
        CopyWindow(bytes, size, episode, image);
    }

    private void CopyWindow(ReadOnlySpan<byte> bytes, RawImage size, long episode, Span<byte> image)
    {
        var window = Cut(size.Height, size.Width, episode);
        var pixels = Target(window, image);
        PixelRows.Copy(bytes, size.Width, size.Channels, window, pixels, Geometry.Bgr, Geometry.UpsideDown);
        Finish(window, pixels, image);
    }

    // Where the rows lie in the file: the cut is placed in the upright image.
    private FrameWindow Cut(int height, int width, long episode)
    {
        if (oneSize && episode == episodeOfSize && sizeOfEpisode != (height, width))
            throw new ActionableException($"an image of {height}x{width} pixels (height x width) in an episode whose images are "
                + $"{sizeOfEpisode.Height}x{sizeOfEpisode.Width}: skip the episode, or record it with one size");
        var window = FrameWindow.Of(Geometry, height, width, episode);
        (episodeOfSize, sizeOfEpisode) = (episode, (height, width));
        return Geometry.UpsideDown ? window.Flipped(height) : window;
    }

    private bool Fits(FrameWindow window) => window.Height == Geometry.Height && window.Width == Geometry.Width;

    private Span<byte> Target(FrameWindow window, Span<byte> image)
    {
        if (Fits(window)) return image;
        var bytes = window.Height * window.Width * 3;
        if (cut.Length < bytes) cut = new byte[bytes];
        return cut.AsSpan(0, bytes);
    }

    private void Finish(FrameWindow window, ReadOnlySpan<byte> pixels, Span<byte> image)
    {
        if (!Fits(window)) resizer.Resize(pixels, window.Height, window.Width, image);
    }
}
