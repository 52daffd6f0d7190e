using System.Runtime.CompilerServices;

namespace ActionableModels.Compute.Cpu;

public sealed unsafe partial class CpuDevice
{
    private const int RandomBlock = 512;

    /// <inheritdoc/>
    public override void TruncatedNormal(Tensor y, float mean, float deviation, RandomKey key)
    {
        Operands.Draw(y);
        ForBlocks(new TruncatedNormalLoop(Check.Floats(y), mean, deviation, key), y.Count, RandomBlock);
    }

    /// <inheritdoc/>
    public override void SampleBox(Tensor low, Tensor high, Tensor binary, RandomKey key, Tensor y)
    {
        var (_, dimensions) = Operands.SampleBox(low, high, binary, y);
        ForBlocks(new SampleBoxLoop(Check.Floats(low), Check.Floats(high), Check.Floats(binary), key, Check.Floats(y), dimensions),
            y.Count, RandomBlock);
    }

    /// <inheritdoc/>
    public override void CemSample(Tensor mean, Tensor deviation, Tensor low, Tensor high, Tensor binary, RandomKey key, Tensor y)
    {
        var (_, dimensions, perGroup) = Operands.CemSample(mean, deviation, low, high, binary, y);
        ForBlocks(new CemSampleLoop
        {
            Mean = Check.Floats(mean), Deviation = Check.Floats(deviation), Low = Check.Floats(low), High = Check.Floats(high),
            Binary = Check.Floats(binary), Key = key, Y = Check.Floats(y), Dimensions = dimensions, PerGroup = perGroup * dimensions,
        }, y.Count, RandomBlock);
    }

    private struct TruncatedNormalLoop(float* y, float mean, float deviation, RandomKey key) : IRange
    {
        public void Run(long begin, long end)
        {
            PhiloxVector.Normals(key, (uint)begin, (int)(end - begin), y + begin);
            for (var i = begin; i < end; i++)
            {
                var attempt = key;
                var normal = y[i];
                while (MathF.Abs(normal) > 2)
                {
                    attempt = attempt with { Counter = unchecked(attempt.Counter + (1UL << 32)) };
                    normal = Philox.Normal(attempt, (uint)i);
                }
                y[i] = mean + deviation * normal;
            }
        }
    }

    private struct SampleBoxLoop(float* low, float* high, float* binary, RandomKey key, float* y, int dimensions) : IRange
    {
        public void Run(long begin, long end)
        {
            PhiloxVector.Uniforms(key, (uint)begin, (int)(end - begin), y + begin);
            var d = (int)(begin % dimensions);
            for (var i = begin; i < end; i++)
            {
                y[i] = binary[d] == 0 ? low[d] + (high[d] - low[d]) * y[i] : low[d] == high[d] ? low[d] : y[i] < 0.5f ? 1 : 0;
                if (++d == dimensions) d = 0;
            }
        }
    }

    private struct CemSampleLoop : IRange
    {
        public float* Mean, Deviation, Low, High, Binary, Y;
        public RandomKey Key;
        public int Dimensions;
        public long PerGroup;

        [SkipLocalsInit, MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(long begin, long end)
        {
            var count = (int)(end - begin);
            var y = Y + begin;
            var uniforms = stackalloc float[RandomBlock];
            PhiloxVector.Normals(Key, (uint)begin, count, y);
            PhiloxVector.Uniforms(Key, (uint)begin, count, uniforms);
            for (var i = 0; i < count;)
            {
                // One pair's part of the block, a dimension at a time.
                var pair = (begin + i) / PerGroup;
                var stop = (int)Math.Min(count, (pair + 1) * PerGroup - begin);
                for (var d = 0; d < Dimensions; d++)
                {
                    var first = i + (int)((d - (begin + i) % Dimensions + Dimensions) % Dimensions);
                    Draw(y, uniforms, first, stop, d, Mean[pair * Dimensions + d], Deviation[pair * Dimensions + d]);
                }
                i = stop;
            }
        }

        private readonly void Draw(float* y, float* uniforms, int first, int stop, int d, float mean, float deviation)
        {
            float low = Low[d], high = High[d];
            if (Binary[d] == 0)
                for (var i = first; i < stop; i += Dimensions) y[i] = MathF.Min(MathF.Max(mean + deviation * y[i], low), high);
            else if (low == high)
                for (var i = first; i < stop; i += Dimensions) y[i] = low;
            else
                for (var i = first; i < stop; i += Dimensions) y[i] = uniforms[i] < mean ? 1 : 0;
        }
    }
}
