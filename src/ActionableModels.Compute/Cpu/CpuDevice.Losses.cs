using System.Numerics.Tensors;

namespace ActionableModels.Compute.Cpu;

public sealed unsafe partial class CpuDevice
{
    /// <inheritdoc/>
    public override void ReluBackward(Tensor y, Tensor dy, Tensor dx)
    {
        Operands.ReluBackward(y, dy, dx);
        ForBlocks(new ReluBackwardLoop(Check.Floats(y), Check.Floats(dy), Check.Floats(dx)), y.Count, ElementBlock);
    }

    /// <inheritdoc/>
    public override void Sigmoid(Tensor x, Tensor y)
    {
        Operands.Sigmoid(x, y);
        ForBlocks(new SigmoidLoop(Check.Floats(x), Check.Floats(y)), x.Count, ElementBlock / 8);
    }

    /// <inheritdoc/>
    public override void SigmoidCrossEntropy(Tensor logits, Tensor targets, Tensor weights, Tensor losses, Tensor dlogits)
    {
        Operands.Loss(logits, targets, weights, losses, dlogits);
        ForBlocks(new CrossEntropyLoop(Check.Floats(logits), Check.Floats(targets), Check.Floats(weights), Check.Floats(losses),
            Check.Floats(dlogits)),
            logits.Count, ElementBlock / 16);
    }

    /// <inheritdoc/>
    public override void SquaredError(Tensor x, Tensor targets, Tensor weights, Tensor losses, Tensor dx)
    {
        Operands.Loss(x, targets, weights, losses, dx);
        ForBlocks(new SquaredErrorLoop(Check.Floats(x), Check.Floats(targets), Check.Floats(weights), Check.Floats(losses), Check.Floats(dx)),
            x.Count, ElementBlock / 4);
    }

    /// <inheritdoc/>
    public override void BootstrapTargets(Tensor logits, Tensor? lagged, Tensor fixedTargets, Tensor bounds, float discount, Tensor y)
    {
        Operands.BootstrapTargets(logits, lagged, fixedTargets, bounds, y);
        ForBlocks(new BootstrapLoop(Check.Floats(logits), Check.FloatsOrNull(lagged), Check.Floats(fixedTargets), Check.Floats(bounds),
            discount, Check.Floats(y)), y.Count, ElementBlock / 16);
    }

    private struct ReluBackwardLoop(float* y, float* dy, float* dx) : IRange
    {
        public void Run(long begin, long end) => RowKernels.Mask(new ReadOnlySpan<float>(y + begin, (int)(end - begin)),
            new ReadOnlySpan<float>(dy + begin, (int)(end - begin)), new Span<float>(dx + begin, (int)(end - begin)));
    }

    private struct SigmoidLoop(float* x, float* y) : IRange
    {
        public void Run(long begin, long end) =>
            TensorPrimitives.Sigmoid(new ReadOnlySpan<float>(x + begin, (int)(end - begin)), new Span<float>(y + begin, (int)(end - begin)));
    }

    private struct CrossEntropyLoop(float* logits, float* targets, float* weights, float* losses, float* dlogits) : IRange
    {
        public void Run(long begin, long end)
        {
            for (var i = begin; i < end; i++)
            {
                if (weights[i] == 0)
                {
                    (losses[i], dlogits[i]) = (0, 0);
                    continue;
                }
                float z = logits[i], e = MathF.Exp(-MathF.Abs(z)), sigmoid = (z >= 0 ? 1 : e) / (1 + e);
                losses[i] = weights[i] * (MathF.Max(z, 0) - z * targets[i] + LogOnePlus(e));
                dlogits[i] = weights[i] * (sigmoid - targets[i]);
            }
        }

        /// <summary>log(1 + e) without losing a small e: the rounding of 1 + e is divided out.</summary>
        private static float LogOnePlus(float e)
        {
            var one = 1 + e;
            return one == 1 ? e : MathF.Log(one) * (e / (one - 1));
        }
    }

    private struct SquaredErrorLoop(float* x, float* targets, float* weights, float* losses, float* dx) : IRange
    {
        public void Run(long begin, long end)
        {
            for (var i = begin; i < end; i++)
            {
                var error = x[i] - targets[i];
                dx[i] = weights[i] * error;
                losses[i] = 0.5f * dx[i] * error;
            }
        }
    }

    private struct BootstrapLoop(float* logits, float* lagged, float* fixedTargets, float* bounds, float discount, float* y) : IRange
    {
        public void Run(long begin, long end)
        {
            for (var i = begin; i < end; i++)
            {
                var logit = lagged is null ? logits[i] : MathF.Min(logits[i], lagged[i]);
                y[i] = float.IsNaN(fixedTargets[i]) ? MathF.Max(discount * (1 / (1 + MathF.Exp(-logit))), bounds[i]) : fixedTargets[i];
            }
        }
    }
}
