namespace ActionableModels.Compute.Cpu;

public sealed unsafe partial class CpuDevice
{
    /// <inheritdoc/>
    public override void ImageToFloat(Tensor images, Tensor offsets, Tensor? distortion, RandomKey noise, Tensor y, int channelOffset)
    {
        int n = y.Shape[0], height = y.Shape[1], width = y.Shape[2], channels = y.Shape[3];
        Check.That(images.Type == ElementType.UInt8 && images.Shape.Rank == 4 && images.Shape[3] == 3 && images.Shape[0] == n,
            "ImageToFloat: images must be UInt8 [N, H0, W0, 3] with the N of y", images);
        Check.That(y.Shape.Rank == 4 && channelOffset >= 0 && channels >= channelOffset + 3, "ImageToFloat: y must have channelOffset + 3 channels", y);
        Check.That(offsets.Count == 2L * n, "ImageToFloat: offsets must be [N, 2]", offsets);
        Check.That(distortion is null || distortion.Count == 5L * n, "ImageToFloat: distortion must be [N, 5]", distortion ?? y);
        var crop = Check.Integers(offsets);
        int top = images.Shape[1] - height, left = images.Shape[2] - width;
        for (var i = 0; i < n; i++)
            if (crop[2 * i] < 0 || crop[2 * i] > top || crop[2 * i + 1] < 0 || crop[2 * i + 1] > left)
                throw new ArgumentException($"ImageToFloat: the crop of image {i} at ({crop[2 * i]}, {crop[2 * i + 1]}) does not lie inside {images.Shape}");
        ForBlocks(new ImageLoop
        {
            Images = Check.Bytes(images), Offsets = crop, Distortion = Check.FloatsOrNull(distortion), Noise = noise, Y = Check.Floats(y) + channelOffset,
            Count = n, SourceHeight = images.Shape[1], SourceWidth = images.Shape[2], Height = height, Width = width, Channels = channels,
        }, n, 1);
    }

    private struct ImageLoop : IRange
    {
        public byte* Images;
        public int* Offsets;
        public float* Distortion, Y;
        public RandomKey Noise;
        public int Count, SourceHeight, SourceWidth, Height, Width, Channels;

        public void Run(long begin, long end)
        {
            for (var n = begin; n < end; n++)
            {
                var y = Y + n * Height * Width * Channels;
                if (Distortion is null)
                {
                    Convert(n, y, default);
                    continue;
                }
                var d = Distortion + 5 * n;
                Convert(n, y, (d[0], d[1], d[2]));
                ContrastAndNoise(y, d[3], d[4], Noise with { Counter = unchecked(Noise.Counter * (ulong)Count + (ulong)n) });
            }
        }

        private readonly void Convert(long n, float* y, (float Brightness, float Saturation, float Hue) d)
        {
            for (var i = 0; i < Height; i++)
            {
                var source = Images + ((n * SourceHeight + Offsets[2 * n] + i) * SourceWidth + Offsets[2 * n + 1]) * 3;
                for (var j = 0; j < Width; j++, source += 3, y += Channels)
                {
                    float r = source[0] / 255f, g = source[1] / 255f, b = source[2] / 255f;
                    (y[0], y[1], y[2]) = Distortion is null ? (r, g, b) : Colour.Adjust(r + d.Brightness, g + d.Brightness, b + d.Brightness, d.Saturation, d.Hue);
                }
            }
        }

        private readonly void ContrastAndNoise(float* y, float contrast, float deviation, RandomKey key)
        {
            var pixels = Height * Width;
            double red = 0, green = 0, blue = 0;
            for (var p = 0; p < pixels; p++)
            {
                red += y[(nint)p * Channels];
                green += y[(nint)p * Channels + 1];
                blue += y[(nint)p * Channels + 2];
            }
            Span<float> means = [(float)(red / pixels), (float)(green / pixels), (float)(blue / pixels)];
            for (var p = 0; p < pixels; p++)
                for (var c = 0; c < 3; c++)
                {
                    ref var value = ref y[(nint)p * Channels + c];
                    value = (value - means[c]) * contrast + means[c];
                    if (deviation != 0) value += deviation * Philox.Normal(key, (uint)(p * 3 + c));
                    value = Math.Clamp(value, 0f, 1f);
                }
        }
    }
}
