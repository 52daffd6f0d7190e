using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using ActionableModels.Compute;
using ActionableModels.Imaging;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Images;

/// <summary>
/// Decodes windows of JPEG files to the pixels that libjpeg's own default decoder gives (exact integer DCT, smooth colour: what Pillow and
/// TensorFlow show). Where it can, the library only decodes to planes, and colour is interpolated and converted for the window alone.
/// </summary>
internal sealed unsafe class JpegDecoder : IDisposable
{
    // A damaged file ends with an error instead of grey pixels; a progressive file has at most 500 scans.
    private const int StopOnWarning = 8192, LimitScans = 32768, Flags = StopOnWarning | LimitScans, PixelsRgb = 0;
    // Every block of 8×8 pixels takes at least one bit of the first scan.
    private const long MostPixelsPerByte = 8 * 64;

    private readonly TurboJpegLibrary library = TurboJpegLibrary.Loaded;
    private readonly YccRows rows = new();
    private nint handle;
    private byte* memory;
    private nuint capacity;

    ~JpegDecoder() => Free();

    /// <summary>Reads and checks the header.</summary>
    /// <exception cref="ActionableException">It is no header of an image that is decoded.</exception>
    public JpegHeader Header(ReadOnlySpan<byte> file)
    {
        Renew();
        int width, height, subsampling, space;
        fixed (byte* bytes = file)
            if (library.DecompressHeader(handle, bytes, new((nuint)file.Length), &width, &height, &subsampling, &space) != 0) throw Damaged();
        if (width < 1 || height < 1) throw Damaged("it holds tables but no image");
        if ((long)width * height > Png.MaxPixels) throw new ActionableException(
            $"a JPEG image of {height}x{width} pixels (height x width): an image has at most {Png.MaxPixels} pixels, give a smaller one");
        if ((JpegSpace)space is JpegSpace.Cmyk or JpegSpace.Ycck) throw new ActionableException(
            $"a JPEG image in {((JpegSpace)space == JpegSpace.Cmyk ? "CMYK" : "YCCK")} colours, which are for printing and not read: save it in RGB");
        if ((long)width * height > file.Length * MostPixelsPerByte) throw new ActionableException(
            $"a damaged JPEG image: {file.Length} bytes cannot hold {height}x{width} pixels: copy or save it again");
        return new(height, width, (JpegSubsampling)subsampling, (JpegSpace)space);
    }

    /// <summary>Decodes a window.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="header">Its header.</param>
    /// <param name="window">Part of the image, inside it.</param>
    /// <param name="pixels">Receives the window's rows, three bytes for a pixel; from the last row on if the image is upside down.</param>
    /// <param name="bgr">Whether blue comes first.</param>
    /// <param name="upsideDown">Whether the window's last row is written first.</param>
    public void Decode(ReadOnlySpan<byte> file, JpegHeader header, FrameWindow window, Span<byte> pixels, bool bgr, bool upsideDown)
    {
        if (Avx2.IsSupported && header.Space == JpegSpace.YCbCr && window.Width >= YccRows.LeastColumns && JpegMarkers.Of(file).PlainSampling)
            DecodePlanes(file, header, window, pixels, bgr, upsideDown);
        else
            DecodeWhole(file, header, window, pixels, bgr, upsideDown);
    }

    private void DecodePlanes(ReadOnlySpan<byte> file, JpegHeader header, FrameWindow window, Span<byte> pixels, bool bgr, bool upsideDown)
    {
        var colourWidth = header.Subsampling == JpegSubsampling.None ? header.Width : (header.Width + 1) / 2;
        var colourHeight = header.Subsampling == JpegSubsampling.Both ? (header.Height + 1) / 2 : header.Height;
        // The library writes planes of whole samples: even extents where colour is halved.
        var (pitch, lumaRows) = (colourWidth * (header.Subsampling == JpegSubsampling.None ? 1 : 2),
            colourHeight * (header.Subsampling == JpegSubsampling.Both ? 2 : 1));
        var (luma, colour) = ((nuint)pitch * (nuint)lumaRows, (nuint)colourWidth * (nuint)colourHeight);
        Reserve(luma + 2 * colour);
        var planes = stackalloc byte*[] { memory, memory + luma, memory + luma + colour };
        var pitches = stackalloc int[] { pitch, colourWidth, colourWidth };
        fixed (byte* bytes = file)
            if (library.DecompressToPlanes(handle, bytes, new((nuint)file.Length), planes, header.Width, pitches, header.Height, Flags) != 0)
                throw Damaged();
        var stride = window.Width * 3;
        fixed (byte* to = pixels)
            for (var y = 0; y < window.Height; y++)
            {
                var row = window.Top + y;
                var at = to + (nint)(upsideDown ? window.Height - 1 - y : y) * stride;
                var y0 = planes[0] + (nint)row * pitch + window.Left;
                switch (header.Subsampling)
                {
                    case JpegSubsampling.None:
                        var same = (nint)row * colourWidth + window.Left;
                        YccRows.Convert(y0, planes[1] + same, planes[2] + same, at, window.Width, bgr);
                        break;
                    case JpegSubsampling.Columns:
                        var near = (nint)row * colourWidth;
                        rows.Convert(y0, planes[1] + near, null, planes[2] + near, null, colourWidth, window.Left, at, window.Width, bgr);
                        break;
                    default:
                        var (own, other) = (row / 2, Math.Clamp(row / 2 + (row % 2 == 0 ? -1 : 1), 0, colourHeight - 1));
                        var (nearRow, farRow) = ((nint)own * colourWidth, (nint)other * colourWidth);
                        rows.Convert(y0, planes[1] + nearRow, planes[1] + farRow, planes[2] + nearRow, planes[2] + farRow, colourWidth,
                            window.Left, at, window.Width, bgr);
                        break;
                }
            }
    }

    private void DecodeWhole(ReadOnlySpan<byte> file, JpegHeader header, FrameWindow window, Span<byte> pixels, bool bgr, bool upsideDown)
    {
        var pitch = header.Width * 3;
        Reserve((nuint)pitch * (nuint)header.Height);
        fixed (byte* bytes = file)
            if (library.Decompress(handle, bytes, new((nuint)file.Length), memory, header.Width, pitch, header.Height, PixelsRgb, Flags) != 0)
                throw Damaged();
        PixelRows.Copy(new(memory, pitch * header.Height), header.Width, 3, window, pixels, bgr, upsideDown);
    }

    // A handle keeps tables of the last image for one that lacks them, and a header's error for good: what a frame becomes would depend on
    // what was decoded before. A new one costs some microseconds.
    private void Renew()
    {
        if (handle != 0) library.Destroy(handle);
        handle = library.InitDecompress();
        if (handle == 0) throw new ActionableException("libturbojpeg has no memory for a decoder: close other programs");
    }

    private void Reserve(nuint bytes)
    {
        // Vectors read up to 64 bytes past the last sample.
        if (capacity >= bytes + 64) return;
        NativeMemory.Free(memory);
        memory = null;
        capacity = 0;
        memory = PixelMemory.Take(bytes + 64);
        capacity = bytes + 64;
    }

    private ActionableException Damaged() => Damaged(FileFault.Show(library.Complaint(handle), 120));

    private static ActionableException Damaged(string why) => new($"a JPEG image that cannot be decoded ({why}): copy or save it again");

    private void Free()
    {
        if (handle != 0) library.Destroy(handle);
        NativeMemory.Free(memory);
        memory = null;
        (handle, capacity) = (0, 0);
        rows.Dispose();
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }
}
