using ActionableModels.Compute;
using ActionableModels.Formats.Images;

namespace ActionableModels.Formats.Tests.Images;

public sealed class JpegDecoderTests
{
    [Fact]
    public void Where_there_is_no_memory_for_an_image_it_is_said_and_the_decoder_goes_on()
    {
        const int side = 64;
        var file = JpegEncoder.Encode(new byte[side * side * 3], side, side, 90);
        var pixels = new byte[side * side * 3];
        using var decoder = new JpegDecoder();
        var header = decoder.Header(file);
        var window = new FrameWindow(0, 0, side, side);
        decoder.Decode(file, header, window, pixels, false, false);
        var huge = header with { Height = int.MaxValue, Width = 600_000_000, Space = JpegSpace.Rgb };
        Assert.Contains("there is no memory of", Assert.Throws<ActionableException>(() =>
            decoder.Decode(file, huge, window, pixels, false, false)).Message, StringComparison.Ordinal);
        // The memory that was given back is neither written to nor given back again.
        decoder.Decode(file, decoder.Header(file), window, pixels, false, false);
        Assert.All(pixels, value => Assert.InRange(value, 0, 2));
    }
}
