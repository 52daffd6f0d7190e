using ActionableModels.Compute;

namespace ActionableModels.Tests.Shared;

public static partial class Oracle
{
    public static OracleTensor ImageToFloat(OracleTensor images, OracleTensor offsets, OracleTensor? distortion, RandomKey noise,
        OracleTensor y, int channelOffset)
    {
        var result = y.Clone();
        int count = y.Shape[0], height = y.Shape[1], width = y.Shape[2];
        for (var n = 0; n < count; n++)
        {
            var pixels = new double[height * width * 3];
            for (var p = 0; p < pixels.Length; p++)
            {
                int i = p / 3 / width, j = p / 3 % width;
                pixels[p] = images[images.At(n, (int)offsets[2 * n] + i, (int)offsets[2 * n + 1] + j, p % 3)] / 255;
            }
            if (distortion is not null)
                Distort(pixels, distortion.Data[(5 * n)..(5 * n + 5)], noise with { Counter = noise.Counter * (ulong)count + (ulong)n });
            for (var p = 0; p < pixels.Length; p++)
                result.Set(y.At(n, p / 3 / width, p / 3 % width, channelOffset + p % 3), pixels[p], 1);
        }
        return result;
    }

    private static void Distort(double[] pixels, double[] d, RandomKey key)
    {
        for (var p = 0; p < pixels.Length; p += 3)
        {
            var (hue, saturation, value) = ToHsv(pixels[p] + d[0], pixels[p + 1] + d[0], pixels[p + 2] + d[0]);
            hue += d[2];
            (pixels[p], pixels[p + 1], pixels[p + 2]) = FromHsv(hue - Math.Floor(hue), Math.Clamp(saturation * d[1], 0, 1), value);
        }
        for (var c = 0; c < 3; c++)
        {
            var mean = pixels.Where((_, p) => p % 3 == c).Average();
            for (var p = c; p < pixels.Length; p += 3)
                pixels[p] = Math.Clamp((pixels[p] - mean) * d[3] + mean + d[4] * Normal(key, p), 0, 1);
        }
    }

    /// <summary>Hue in turns, saturation, value.</summary>
    private static (double, double, double) ToHsv(double r, double g, double b)
    {
        double value = Math.Max(r, Math.Max(g, b)), range = value - Math.Min(r, Math.Min(g, b));
        var hue = range == 0 ? 0 : r == value ? (g - b) / range : g == value ? 2 + (b - r) / range : 4 + (r - g) / range;
        return (hue / 6, value > 0 ? range / value : 0, value);
    }

    /// <summary>The six-sector conversion of the textbooks.</summary>
    private static (double, double, double) FromHsv(double hue, double s, double v)
    {
        var sector = (int)Math.Floor(hue * 6);
        double f = hue * 6 - sector, p = v * (1 - s), q = v * (1 - f * s), t = v * (1 - (1 - f) * s);
        return (sector % 6) switch { 0 => (v, t, p), 1 => (q, v, p), 2 => (p, v, t), 3 => (p, q, v), 4 => (t, p, v), _ => (v, p, q) };
    }
}
