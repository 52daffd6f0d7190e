using ActionableModels.Compute;
using ActionableModels.Formats.Images;

namespace ActionableModels.Formats.Tests.Images;

/// <summary>Pixels equal Pillow's on the same libjpeg-turbo, bit for bit.</summary>
public sealed class PillowTests(PillowImages images) : IClassFixture<PillowImages>
{
    [Fact]
    public void Whole_images_are_Pillows()
    {
        if (!images.Written) return;
        var count = 0;
        foreach (var image in images.All())
        {
            Assert.True(image.Pixels.AsSpan().SequenceEqual(Decode(image, new FrameGeometry(image.Height, image.Width, image.Height, image.Width))), image.Name);
            count++;
        }
        Assert.True(count > 100);
    }

    [Fact]
    public void Cuts_are_parts_of_Pillows_images()
    {
        if (!images.Written) return;
        foreach (var image in images.All())
            for (var trial = 0UL; trial < 12; trial++)
            {
                var key = new RandomKey(trial, 970, (ulong)image.File.Length);
                var (height, width) = ((int)Philox.Below(key, 0, image.Height) + 1, (int)Philox.Below(key, 1, image.Width) + 1);
                var geometry = new FrameGeometry(height, width, height, width, CropPlace.Random, trial);
                var window = FrameWindow.Of(geometry, image.Height, image.Width, 5);
                Assert.True(image.Part(window.Top, window.Left, height, width).AsSpan().SequenceEqual(Decode(image, geometry)), $"{image.Name} {window}");
            }
    }

    [Fact]
    public void Order_and_orientation_change_the_same_pixels()
    {
        if (!images.Written) return;
        foreach (var image in images.All().Where(image => image is { Height: 45, Width: 67 }))
        {
            var geometry = new FrameGeometry(40, 50, 40, 50, Bgr: true, UpsideDown: true);
            var upright = image.Part(image.Height - 2 - 40, 8, 40, 50);
            var decoded = Decode(image, geometry);
            for (var y = 0; y < 40; y++)
                for (var x = 0; x < 50; x++)
                    for (var c = 0; c < 3; c++)
                        Assert.Equal(upright[((39 - y) * 50 + x) * 3 + 2 - c], decoded[(y * 50 + x) * 3 + c]);
        }
    }

    [Fact]
    public void Orientation_is_told_and_ignored()
    {
        if (!images.Written) return;
        Assert.Equal(6, FrameDecoder.OrientationOf(images.File("turned.jpeg")));
        Assert.All(images.All(), image => Assert.Equal(1, FrameDecoder.OrientationOf(image.File)));
        using var decoder = new FrameDecoder(new FrameGeometry(40, 56, 40, 56));
        decoder.Decode(images.File("turned.jpeg"), null, 0, new byte[40 * 56 * 3]);
    }

    [Fact]
    public void Colours_for_printing_are_refused_by_name()
    {
        if (!images.Written) return;
        using var decoder = new FrameDecoder(new FrameGeometry(8, 8));
        var message = Assert.Throws<ActionableException>(() => decoder.Decode(images.File("printed.jpeg"), null, 0, new byte[192])).Message;
        Assert.Contains("CMYK", message);
    }

    private static byte[] Decode(PillowImage image, FrameGeometry geometry)
    {
        using var decoder = new FrameDecoder(geometry);
        var pixels = new byte[geometry.Height * geometry.Width * 3];
        decoder.Decode(image.File, null, 5, pixels);
        return pixels;
    }
}
