using ActionableModels.Compute;
using ActionableModels.Formats.Images;
using ActionableModels.Imaging;
using ActionableModels.Storage;

namespace ActionableModels.FrameThroughput;

/// <summary>
/// Pictures with the detail of camera images: smooth noise of several sizes, grey for the most part, so that JPEG files of 512×640 pixels take
/// some 45 KB at quality 85 and 85 KB at 95.
/// </summary>
internal static class TexturedFrames
{
    public const int Height = 512, Width = 640, Count = 64;
    private static readonly (int Cell, float Amplitude)[] Grey = [(128, 40), (32, 18), (8, 7), (2, 2.4f), (1, 1.3f)], Tint = [(64, 25), (16, 8)];

    /// <summary>Writes the frames as records of a TFRecord file, a JPEG file (4:2:0) each.</summary>
    public static void Write(string path, int quality)
    {
        using var file = File.Create(path);
        for (var i = 0; i < Count; i++) TfRecord.Write(file, JpegEncoder.Encode(Picture((ulong)i).Pixels, Height, Width, quality));
    }

    private static RgbImage Picture(ulong number)
    {
        var image = new RgbImage(Height, Width);
        var grey = Noise(number * 16, Grey);
        for (var c = 0; c < 3; c++)
        {
            var tint = Noise(number * 16 + 5 + (ulong)c * 2, Tint);
            for (var i = 0; i < grey.Length; i++) image.Pixels[3 * i + c] = (byte)Math.Clamp(128 + grey[i] + tint[i], 0, 255);
        }
        return image;
    }

    private static float[] Noise(ulong counter, (int Cell, float Amplitude)[] octaves)
    {
        var sum = new float[Height * Width];
        foreach (var (cell, amplitude) in octaves)
        {
            var key = new RandomKey(1, 0x42000100, counter++);
            var columns = Width / cell + 2;
            for (var y = 0; y < Height; y++)
                for (var x = 0; x < Width; x++)
                {
                    var (i, j) = (y / cell, x / cell);
                    var (v, u) = (Smooth(y % cell / (float)cell), Smooth(x % cell / (float)cell));
                    float At(int row, int column) => Philox.Normal(key, (uint)(row * columns + column));
                    sum[y * Width + x] += amplitude * (cell == 1 ? At(i, j)
                        : (1 - v) * ((1 - u) * At(i, j) + u * At(i, j + 1)) + v * ((1 - u) * At(i + 1, j) + u * At(i + 1, j + 1)));
                }
        }
        return sum;
    }

    private static float Smooth(float t) => t * t * (3 - 2 * t);
}
