namespace ActionableModels.Formats.Images;

/// <summary>What libturbojpeg says of a file before it decodes it.</summary>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Subsampling">How colour is stored (TJSAMP).</param>
/// <param name="Space">In which colours (TJCS).</param>
internal readonly record struct JpegHeader(int Height, int Width, JpegSubsampling Subsampling, JpegSpace Space);

/// <summary>TJSAMP of turbojpeg.h: the shapes whose colour is interpolated here; others are left to the library.</summary>
internal enum JpegSubsampling
{
    /// <summary>4:4:4.</summary>
    None = 0,
    /// <summary>4:2:2: half the columns.</summary>
    Columns = 1,
    /// <summary>4:2:0: half the columns and rows.</summary>
    Both = 2,
}

/// <summary>TJCS of turbojpeg.h.</summary>
internal enum JpegSpace
{
    Rgb = 0,
    YCbCr = 1,
    Grey = 2,
    Cmyk = 3,
    Ycck = 4,
}
