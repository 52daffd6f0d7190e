using ActionableModels.Control;

namespace ActionableModels.Tests.Control;

public sealed class ImageCheckTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(1000)]
    public void An_image_is_blank_until_one_byte_differs(int pixels)
    {
        var image = new byte[pixels * 3];
        for (var i = 0; i < image.Length; i++) image[i] = (byte)(10 + i % 3);
        Assert.True(ImageCheck.IsBlank(image));
        if (pixels == 1) return;
        for (var i = 0; i < image.Length; i++)
        {
            image[i]++;
            Assert.False(ImageCheck.IsBlank(image));
            image[i]--;
        }
        Assert.False(ImageCheck.IsBlank([]));
    }
}
