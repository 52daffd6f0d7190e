using System.Numerics.Tensors;

namespace ActionableModels.Compute.Cpu;

public sealed unsafe partial class CpuDevice
{
    /// <inheritdoc/>
    public override void ReluBackward(Tensor y, Tensor dy, Tensor dx)
    {
        Check.That(dy.Count == y.Count, "ReluBackward: dy must have the count of y", dy);
        Check.That(dx.Count == y.Count, "ReluBackward: dx must have the count of y", dx);
        ForBlocks(new ReluBackwardLoop(Check.Floats(y), Check.Floats(dy), Check.Floats(dx)), y.Count, ElementBlock);
    }

    /// <inheritdoc/>
    public override void Sigmoid(Tensor x, Tensor y)
    {
        Check.That(x.Count == y.Count, "Sigmoid: y must have the count of x", y);
        ForBlocks(new SigmoidLoop(Check.Floats(x), Check.Floats(y)), x.Count, ElementBlock / 8);
    }

    /// <inheritdoc/>
    public override void SigmoidCrossEntropy(Tensor logits, Tensor targets, Tensor weights, Tensor losses, Tensor dlogits)
    {
        CheckLoss(logits, targets, weights, losses, dlogits);
        ForBlocks(new CrossEntropyLoop(Check.Floats(logits), Check.Floats(targets), Check.Floats(weights), Check.Floats(losses),
            Check.Floats(dlogits)),
            logits.Count, ElementBlock / 16);
    }

    /// <inheritdoc/>
    public override void SquaredError(Tensor x, Tensor targets, Tensor weights, Tensor losses, Tensor dx)
    {
        CheckLoss(x, targets, weights, losses, dx);
        ForBlocks(new SquaredErrorLoop(Check.Floats(x), Check.Floats(targets), Check.Floats(weights), Check.Floats(losses), Check.Floats(dx)),
            x.Count, ElementBlock / 4);
    }

    /// <inheritdoc/>
    public override void BootstrapTargets(Tensor logits, Tensor? lagged, Tensor fixedTargets, Tensor bounds, float discount, Tensor y)
    {
        Check.That(logits.Count == y.Count, "BootstrapTargets: logits must have one entry per target", logits);
        Check.That(lagged is null || lagged.Count == y.Count, "BootstrapTargets: lagged must have one entry per target", lagged ?? y);
        Check.That(fixedTargets.Count == y.Count, "BootstrapTargets: fixedTargets must have one entry per target", fixedTargets);
        Check.That(bounds.Count == y.Count, "BootstrapTargets: bounds must have one entry per target", bounds);
        ForBlocks(new BootstrapLoop(Check.Floats(logits), Check.FloatsOrNull(lagged), Check.Floats(fixedTargets), Check.Floats(bounds),
            discount, Check.Floats(y)), y.Count, ElementBlock / 16);
    }

    private static void CheckLoss(Tensor x, Tensor targets, Tensor weights, Tensor losses, Tensor dx)
    {
        Check.That(targets.Count == x.Count, "a loss needs as many targets as predictions", targets);
        Check.That(weights.Count == x.Count, "a loss needs as many weights as predictions", weights);
        Check.That(losses.Count == x.Count, "a loss gives as many losses as predictions", losses);
        Check.That(dx.Count == x.Count, "a loss gives as many gradients as predictions", dx);
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
