using ActionableModels.Formats.Images;
using ActionableModels.Imaging;

namespace ActionableModels.Formats.Tests.Images;

/// <summary>What is told of an image file before it is decoded.</summary>
public sealed class ImageHeaderTests
{
    [Fact]
    public void Format_and_size_are_told_and_junk_has_neither()
    {
        var jpeg = JpegEncoder.Encode(new byte[24 * 40 * 3], 24, 40, 90);
        var png = Png.Encode(new RgbImage(24, 40));
        Assert.Equal(new ImageHeader(ImageFormat.Jpeg, 24, 40, 1), ImageHeader.Of(jpeg));
        Assert.Equal(new ImageHeader(ImageFormat.Png, 24, 40, 1), ImageHeader.Of(png));
        Assert.Equal((24, 40), ImageHeader.Size(png));
        Assert.Equal(new ImageHeader(ImageFormat.None, 0, 0, 1), ImageHeader.Of("GIF89a"u8));
        // Two bytes are no signature: they begin other files too.
        Assert.Equal(ImageFormat.None, ImageHeader.FormatOf([0xFF, 0xD8, 0x00, 0x00]));
        for (var length = 0; length < png.Length; length++) Assert.Equal(length < 24 ? null : (24, 40), ImageHeader.Size(png.AsSpan(0, length)));
        for (var length = 0; length < jpeg.Length; length++) Assert.True(ImageHeader.Size(jpeg.AsSpan(0, length)) is null or (24, 40));
    }
}
