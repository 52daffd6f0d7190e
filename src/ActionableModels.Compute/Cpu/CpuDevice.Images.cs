using System.Runtime.CompilerServices;

namespace ActionableModels.Compute.Cpu;

public sealed unsafe partial class CpuDevice
{
    /// <inheritdoc/>
    public override void ImageToFloat(Tensor images, Tensor offsets, Tensor? distortion, RandomKey noise, Tensor y, int channelOffset)
    {
        Operands.ImageToFloat(images, offsets, distortion, y, channelOffset);
        int n = y.Shape[0], height = y.Shape[1], width = y.Shape[2], channels = y.Shape[3];
        var crop = Check.Integers(offsets);
        int top = images.Shape[1] - height, left = images.Shape[2] - width;
        for (var i = 0; i < n; i++)
            if (crop[2 * i] < 0 || crop[2 * i] > top || crop[2 * i + 1] < 0 || crop[2 * i + 1] > left)
                throw new ArgumentException($"ImageToFloat: the crop of image {i} at ({crop[2 * i]}, {crop[2 * i + 1]}) does not lie inside {images.Shape}");
        ForBlocks(new ImageLoop
        {
            Images = Check.Bytes(images), Offsets = crop, Distortion = Check.FloatsOrNull(distortion), Noise = noise,
            Y = Check.Floats(y) + channelOffset,
            Count = n, SourceHeight = images.Shape[1], SourceWidth = images.Shape[2], Height = height, Width = width, Channels = channels,
        }, n, 1);
    }

    /// <summary>b / 255 for every byte.</summary>
    private static readonly float[] ByteLevels = [.. Enumerable.Range(0, 256).Select(b => b / 255f)];

    private struct ImageLoop : IRange
    {
        public byte* Images;
        public int* Offsets;
        public float* Distortion, Y;
        public RandomKey Noise;
        public int Count, SourceHeight, SourceWidth, Height, Width, Channels;

        public readonly void Run(long begin, long end)
        {
            for (var n = begin; n < end; n++)
            {
                var y = Y + n * Height * Width * Channels;
                if (Distortion is null && Channels == 3)
                    for (var i = 0; i < Height; i++) ByteRows.ToUnit(Row(n, i), 3 * Width, y + (nint)i * 3 * Width);
                else if (Distortion is null) Convert(n, y);
                else
                    fixed (float* level = ByteLevels) Distort(n, y, Distortion + 5 * n, level);
            }
        }

        /// <summary>The first pixel of row i of an image's crop.</summary>
        private readonly byte* Row(long n, int i) => Images + ((n * SourceHeight + Offsets[2 * n] + i) * SourceWidth + Offsets[2 * n + 1]) * 3;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Convert(long n, float* y)
        {
            fixed (float* level = ByteLevels)
                for (var i = 0; i < Height; i++)
                {
                    var source = Row(n, i);
                    for (var j = 0; j < Width; j++, source += 3, y += Channels)
                    {
                        y[0] = level[source[0]];
                        y[1] = level[source[1]];
                        y[2] = level[source[2]];
                    }
                }
        }

        [SkipLocalsInit, MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Distort(long n, float* y, float* d, float* level)
        {
            float* red = stackalloc float[Colour.Block], green = stackalloc float[Colour.Block], blue = stackalloc float[Colour.Block];
            double redSum = 0, greenSum = 0, blueSum = 0;
            var to = y;
            for (var i = 0; i < Height; i++)
                for (var j = 0; j < Width; j += Colour.Block)
                {
                    var count = Math.Min(Colour.Block, Width - j);
                    var source = Row(n, i) + 3 * j;
                    for (var p = 0; p < count; p++, source += 3)
                    {
                        red[p] = level[source[0]] + d[0];
                        green[p] = level[source[1]] + d[0];
                        blue[p] = level[source[2]] + d[0];
                    }
                    Colour.Adjust(red, green, blue, count, d[1], d[2]);
                    for (var p = 0; p < count; p++, to += Channels)
                    {
                        redSum += to[0] = red[p];
                        greenSum += to[1] = green[p];
                        blueSum += to[2] = blue[p];
                    }
                }
            var pixels = Height * Width;
            float redMean = (float)(redSum / pixels), greenMean = (float)(greenSum / pixels), blueMean = (float)(blueSum / pixels),
                contrast = d[3], deviation = d[4];
            var key = Noise with { Counter = unchecked(Noise.Counter * (ulong)Count + (ulong)n) };
            var noise = stackalloc float[3 * Colour.Block];
            for (var first = 0; first < pixels; first += Colour.Block)
            {
                var count = Math.Min(Colour.Block, pixels - first);
                if (deviation != 0) PhiloxVector.Normals(key, (uint)(3 * first), 3 * count, noise);
                else new Span<float>(noise, 3 * count).Clear();
                to = y + (nint)first * Channels;
                for (var p = 0; p < count; p++, to += Channels)
                {
                    to[0] = Unit((to[0] - redMean) * contrast + redMean + deviation * noise[3 * p]);
                    to[1] = Unit((to[1] - greenMean) * contrast + greenMean + deviation * noise[3 * p + 1]);
                    to[2] = Unit((to[2] - blueMean) * contrast + blueMean + deviation * noise[3 * p + 2]);
                }
            }
        }

        private static float Unit(float value) => MathF.Min(MathF.Max(value, 0), 1);
    }
}
