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
            var d = (int)(begin % Dimensions);
            for (var i = 0; i < count; d = 0)
            {
                // One row, or what the block holds of it.
                var group = (begin + i) / PerGroup * Dimensions;
                for (; d < Dimensions && i < count; d++, i++)
                    y[i] = Binary[d] == 0 ? MathF.Min(MathF.Max(Mean[group + d] + Deviation[group + d] * y[i], Low[d]), High[d])
                        : Low[d] == High[d] ? Low[d]
                        : uniforms[i] < Mean[group + d] ? 1 : 0;
            }
        }
    }
}
