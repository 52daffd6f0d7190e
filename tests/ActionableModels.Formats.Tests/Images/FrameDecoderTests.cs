using ActionableModels.Compute;
using ActionableModels.Formats.Images;
using ActionableModels.Imaging;

namespace ActionableModels.Formats.Tests.Images;

public sealed class FrameDecoderTests
{
    private static readonly byte[][] Corners = [[250, 10, 20], [30, 240, 40], [50, 60, 230], [220, 210, 15]];

    /// <summary>Rows of pixels whose quarters are red, green, blue and yellow.</summary>
    private static RgbImage Quarters(int height, int width)
    {
        var image = new RgbImage(height, width);
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++) Corners[(y < height / 2 ? 0 : 2) + (x < width / 2 ? 0 : 1)].CopyTo(image[y, x]);
        return image;
    }

    private static byte[] Decode(FrameGeometry geometry, byte[] bytes, RawImage? raw = null, long episode = 0)
    {
        using var decoder = new FrameDecoder(geometry);
        var image = new byte[geometry.Height * geometry.Width * 3];
        decoder.Decode(bytes, raw, episode, image);
        return image;
    }

    private static void SeesCorners(byte[] pixels, int side, int[] order, bool bgr, int tolerance = 0)
    {
        var image = new RgbImage(side, side, pixels);
        (int Y, int X)[] places = [(1, 1), (1, side - 2), (side - 2, 1), (side - 2, side - 2)];
        for (var i = 0; i < 4; i++)
            for (var c = 0; c < 3; c++)
                Assert.InRange(image[places[i].Y, places[i].X][c], Corners[order[i]][bgr ? 2 - c : c] - tolerance, Corners[order[i]][bgr ? 2 - c : c] + tolerance);
    }

    [Theory]
    [InlineData(false, false), InlineData(true, false), InlineData(false, true), InlineData(true, true)]
    public void Colour_order_and_orientation_show_in_four_coloured_corners(bool bgr, bool upsideDown)
    {
        int[] order = upsideDown ? [2, 3, 0, 1] : [0, 1, 2, 3];
        var image = Quarters(64, 80);
        var four = new byte[64 * 80 * 4];
        for (var i = 0; i < 64 * 80; i++) image.Pixels.AsSpan(i * 3, 3).CopyTo(four.AsSpan(i * 4));
        foreach (var side in (int[])[64, 32])
        {
            var geometry = new FrameGeometry(side, side, Bgr: bgr, UpsideDown: upsideDown);
            SeesCorners(Decode(geometry, image.Pixels, new(64, 80, 3)), side, order, bgr);
            SeesCorners(Decode(geometry, four, new(64, 80, 4)), side, order, bgr);
            SeesCorners(Decode(geometry, Png.Encode(image)), side, order, bgr);
            SeesCorners(Decode(geometry, JpegEncoder.Encode(image.Pixels, 64, 80, 100)), side, order, bgr, tolerance: 3);
        }
    }

    [Fact]
    public void Grey_pixels_become_three_equal_ones()
    {
        byte[] grey = [1, 2, 3, 4, 5, 6];
        Assert.Equal([1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 6], Decode(new(2, 3, 2, 3), grey, new(2, 3, 1)));
    }

    [Fact]
    public void Without_a_crop_as_much_is_cut_as_fits_in_the_cameras_proportions()
    {
        Assert.Equal(new FrameWindow(0, 64, 512, 512), FrameWindow.Of(new(472, 472), 512, 640, 0));
        Assert.Equal(new FrameWindow(140, 0, 360, 640), FrameWindow.Of(new(90, 160), 640, 640, 0));
        Assert.Equal(new FrameWindow(20, 84, 472, 472), FrameWindow.Of(new(472, 472, 472, 472), 512, 640, 0));
        Assert.Equal(new FrameWindow(0, 1, 5, 1), FrameWindow.Of(new(400, 1), 5, 4, 0));
    }

    [Fact]
    public void Random_cuts_lie_everywhere_alike_and_stay_within_an_episode()
    {
        var geometry = new FrameGeometry(8, 8, 8, 8, CropPlace.Random, 11);
        const int places = 5 * 3, episodes = 15_000;
        var counts = new int[places];
        for (var episode = 0; episode < episodes; episode++)
        {
            var window = FrameWindow.Of(geometry, 12, 10, episode);
            Assert.Equal(window, FrameWindow.Of(geometry, 12, 10, episode));
            counts[window.Top * 3 + window.Left]++;
        }
        // Chi-square of 14 degrees of freedom: 36.1 is exceeded once in a thousand.
        var expected = episodes / (double)places;
        Assert.InRange(counts.Sum(count => (count - expected) * (count - expected) / expected), 0, 36.1);
        Assert.NotEqual(Enumerable.Range(0, 20).Select(e => FrameWindow.Of(geometry, 12, 10, e)),
            Enumerable.Range(0, 20).Select(e => FrameWindow.Of(geometry with { Seed = 12 }, 12, 10, e)));
    }

    [Fact]
    public void An_image_smaller_than_the_crop_is_named()
    {
        var message = Assert.Throws<ActionableException>(() => Decode(new(8, 8, 40, 8), new byte[30 * 20 * 3], new(30, 20, 3))).Message;
        Assert.Equal("an image of 30x20 pixels (height x width) is smaller than the crop of 40x8: give a smaller crop, or none", message);
    }

    [Fact]
    public void An_image_of_another_size_than_its_episodes_is_named()
    {
        using var decoder = new FrameDecoder(new(8, 8));
        var image = new byte[192];
        decoder.Decode(new byte[300], new(10, 10, 3), 4, image);
        decoder.Decode(new byte[363], new(11, 11, 3), 5, image);
        var message = Assert.Throws<ActionableException>(() => decoder.Decode(new byte[300], new(10, 10, 3), 5, image)).Message;
        Assert.StartsWith("an image of 10x10 pixels (height x width) in an episode whose images are 11x11: ", message);
    }

    [Fact]
    public void Bytes_that_are_no_image_are_named()
    {
        string Message(byte[] bytes, RawImage? raw = null) => Assert.Throws<ActionableException>(() => Decode(new(8, 8), bytes, raw)).Message;
        Assert.StartsWith("a frame without a byte: ", Message([]));
        Assert.StartsWith("neither a JPEG nor a PNG image: ", Message("GIF89a and more"u8.ToArray()));
        Assert.StartsWith("299 bytes are no raw image of 10x10x3 (height x width x channels): ", Message(new byte[299], new(10, 10, 3)));
        Assert.StartsWith("raw images of 10x10x2 (height x width x channels): ", Message(new byte[200], new(10, 10, 2)));
        Assert.StartsWith("raw images of 70000x70000x3", Message(new byte[200], new(70000, 70000, 3)));
        Assert.StartsWith("a JPEG image that cannot be decoded (", Message([0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2]));
        var jpeg = JpegEncoder.Encode(Quarters(64, 80).Pixels, 64, 80, 90);
        Assert.StartsWith("a JPEG image that cannot be decoded (", Message(jpeg[..(jpeg.Length / 2)]));
        Assert.StartsWith("the image is a damaged PNG image: ", Message(Png.Encode(Quarters(64, 80))[..100]));
    }

    [Fact]
    public void Sizes_are_bounded_before_anything_is_decoded()
    {
        var jpeg = JpegEncoder.Encode(Quarters(64, 80).Pixels, 64, 80, 90);
        var frame = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]);
        string With(int height, int width)
        {
            var bytes = jpeg.ToArray();
            (bytes[frame + 5], bytes[frame + 6], bytes[frame + 7], bytes[frame + 8]) = ((byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width);
            return Assert.Throws<ActionableException>(() => Decode(new(8, 8), bytes)).Message;
        }
        Assert.StartsWith("a JPEG image of 60000x60000 pixels (height x width): ", With(60000, 60000));
        Assert.StartsWith($"a damaged JPEG image: {jpeg.Length} bytes cannot hold 4000x4000 pixels: ", With(4000, 4000));
        Assert.StartsWith("a JPEG image that cannot be decoded (", With(0, 80));
    }

    [Fact]
    public void A_frame_does_not_depend_on_what_was_decoded_before()
    {
        var good = JpegEncoder.Encode(Quarters(64, 80).Pixels, 64, 80, 90);
        var tables = good.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDB]);
        // Without its tables: nothing of another image may stand in for them.
        byte[] bare = [.. good[..tables], .. good[(tables + 2 + good[tables + 2] * 256 + good[tables + 3])..]];
        byte[][] bad = [bare, good[..(tables + 10)], [0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2], good[..(good.Length / 2)]];
        var geometry = new FrameGeometry(64, 80, 64, 80);
        using var decoder = new FrameDecoder(geometry);
        var (expected, image) = (Decode(geometry, good), new byte[64 * 80 * 3]);
        for (var i = 0; i < 3; i++)
            foreach (var bytes in bad)
            {
                decoder.Decode(good, null, 0, image);
                Assert.Equal(expected, image);
                var alone = Assert.Throws<ActionableException>(() => Decode(geometry, bytes)).Message;
                Assert.Equal(alone, Assert.Throws<ActionableException>(() => decoder.Decode(bytes, null, 0, image)).Message);
            }
    }

    [Fact]
    public void A_geometry_that_is_none_is_refused()
    {
        foreach (var geometry in (FrameGeometry[])[new(0, 8), new(8, -1), new(8, 20000), new(16000, 16000), new(8, 8, 0, 4), new(8, 8, 4, 0), new(8, 8, -1, 4),
            new(8, 8, 4, 4, (CropPlace)7)])
            Assert.Throws<ActionableException>(() => new FrameDecoder(geometry));
    }

    [Fact]
    public void Decoding_allocates_nothing_after_the_first_frames()
    {
        var image = Quarters(128, 160);
        var (jpeg, grey) = (JpegEncoder.Encode(image.Pixels, 128, 160, 90), image.Pixels.AsSpan(0, 128 * 160).ToArray());
        foreach (var geometry in (FrameGeometry[])[new(96, 96, 96, 96), new(96, 96, 96, 96, CropPlace.Random), new(96, 96), new(200, 300)])
        {
            using var decoder = new FrameDecoder(geometry);
            var to = new byte[geometry.Height * geometry.Width * 3];
            void Run(int times)
            {
                for (var i = 0; i < times; i++)
                {
                    decoder.Decode(jpeg, null, i, to);
                    decoder.Decode(image.Pixels, new(128, 160, 3), i, to);
                    decoder.Decode(grey, new(128, 160, 1), i, to);
                }
            }
            Run(2);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Run(20);
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    [Fact]
    public void Encoded_images_come_back_nearly_as_they_were_and_larger_files_are_nearer()
    {
        var image = new RgbImage(90, 70);
        for (var y = 0; y < 90; y++)
            for (var x = 0; x < 70; x++) (image[y, x][0], image[y, x][1], image[y, x][2]) = ((byte)(2 * y), (byte)(3 * x), (byte)(y + x));
        double Error(int quality)
        {
            var decoded = Decode(new(90, 70, 90, 70), JpegEncoder.Encode(image.Pixels, 90, 70, quality));
            return decoded.Zip(image.Pixels, (a, b) => (double)(a - b) * (a - b)).Average();
        }
        Assert.InRange(Error(95), 0, 3);
        Assert.True(Error(95) < Error(30));
        Assert.True(JpegEncoder.Encode(image.Pixels, 90, 70, 95).Length > JpegEncoder.Encode(image.Pixels, 90, 70, 30).Length);
        Assert.Equal(JpegEncoder.Encode(image.Pixels, 90, 70, 80), JpegEncoder.Encode(image.Pixels, 90, 70, 80));
        Assert.Throws<ArgumentOutOfRangeException>(() => JpegEncoder.Encode(image.Pixels, 90, 70, 101));
        Assert.Throws<ArgumentException>(() => JpegEncoder.Encode(image.Pixels, 90, 71, 80));
        Assert.Throws<ActionableException>(() => JpegEncoder.Encode(new byte[70000 * 3], 1, 70000, 80));
    }
}
