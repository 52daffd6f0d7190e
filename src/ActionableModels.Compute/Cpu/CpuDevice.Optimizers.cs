using System.Numerics;
using System.Runtime.CompilerServices;

namespace ActionableModels.Compute.Cpu;

public sealed unsafe partial class CpuDevice
{
    /// <inheritdoc/>
    public override void MomentumUpdate(Tensor w, Tensor g, Tensor v, float rate, float momentum, float decay)
    {
        Operands.MomentumUpdate(w, g, v);
        ForBlocks(new MomentumLoop(Check.Floats(w), Check.Floats(g), Check.Floats(v), rate, momentum, decay), w.Count, ElementBlock);
    }

    /// <inheritdoc/>
    public override void AdamUpdate(Tensor w, Tensor g, Tensor m, Tensor v, float rate, float beta1, float beta2, float epsilon,
        float decay, long t)
    {
        var (first, second) = Operands.AdamUpdate(w, g, m, v, beta1, beta2, t);
        ForBlocks(new AdamLoop(Check.Floats(w), Check.Floats(g), Check.Floats(m), Check.Floats(v), rate * first, beta1, beta2, epsilon,
            decay, second),
            w.Count, ElementBlock / 2);
    }

    /// <inheritdoc/>
    public override void AverageUpdate(Tensor average, Tensor w, float rate)
    {
        Operands.AverageUpdate(average, w);
        ForBlocks(new AverageLoop(Check.Floats(average), Check.Floats(w), rate), w.Count, ElementBlock);
    }

    private struct MomentumLoop(float* w, float* g, float* v, float rate, float momentum, float decay) : IRange
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(long begin, long end)
        {
            var i = begin;
            for (; i <= end - Vector<float>.Count; i += Vector<float>.Count)
            {
                var weight = Vector.Load(w + i);
                var velocity = new Vector<float>(momentum) * Vector.Load(v + i) + (Vector.Load(g + i) + new Vector<float>(decay) * weight);
                velocity.Store(v + i);
                (weight - new Vector<float>(rate) * velocity).Store(w + i);
            }
            for (; i < end; i++)
            {
                v[i] = momentum * v[i] + (g[i] + decay * w[i]);
                w[i] -= rate * v[i];
            }
        }
    }

    private struct AdamLoop(float* w, float* g, float* m, float* v, float rate, float beta1, float beta2, float epsilon, float decay,
        float second) : IRange
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(long begin, long end)
        {
            var i = begin;
            for (; i <= end - Vector<float>.Count; i += Vector<float>.Count)
            {
                var weight = Vector.Load(w + i);
                var gradient = Vector.Load(g + i) + new Vector<float>(decay) * weight;
                var mean = new Vector<float>(beta1) * Vector.Load(m + i) + new Vector<float>(1 - beta1) * gradient;
                var square = new Vector<float>(beta2) * Vector.Load(v + i) + new Vector<float>(1 - beta2) * (gradient * gradient);
                mean.Store(m + i);
                square.Store(v + i);
                var step = mean / (Vector.SquareRoot(square * new Vector<float>(second)) + new Vector<float>(epsilon));
                (weight - new Vector<float>(rate) * step).Store(w + i);
            }
            for (; i < end; i++)
            {
                var gradient = g[i] + decay * w[i];
                m[i] = beta1 * m[i] + (1 - beta1) * gradient;
                v[i] = beta2 * v[i] + (1 - beta2) * (gradient * gradient);
                w[i] -= rate * (m[i] / (MathF.Sqrt(v[i] * second) + epsilon));
            }
        }
    }

    private struct AverageLoop(float* average, float* w, float rate) : IRange
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(long begin, long end)
        {
            var i = begin;
            for (; i <= end - Vector<float>.Count; i += Vector<float>.Count)
            {
                var old = Vector.Load(average + i);
                (old + new Vector<float>(rate) * (Vector.Load(w + i) - old)).Store(average + i);
            }
            for (; i < end; i++) average[i] += rate * (w[i] - average[i]);
        }
    }
}
