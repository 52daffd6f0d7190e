using ActionableModels.Compute;

namespace ActionableModels.Formats.Images;

/// <summary>Encodes JPEG files through libturbojpeg.</summary>
public static class JpegEncoder
{
    /// <summary>The bytes of a JPEG file (4:2:0).</summary>
    /// <param name="pixels">H·W·3 bytes, RGB.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="quality">1 to 100.</param>
    /// <exception cref="ActionableException">There is no libturbojpeg on this machine.</exception>
    public static byte[] Encode(ReadOnlySpan<byte> pixels, int height, int width, int quality) => throw new NotImplementedException();
}
