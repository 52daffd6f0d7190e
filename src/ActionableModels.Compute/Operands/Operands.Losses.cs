namespace ActionableModels.Compute;

internal static partial class Operands
{
    public static void ReluBackward(Tensor y, Tensor dy, Tensor dx)
    {
        Check.That(dy.Count == y.Count, "ReluBackward: dy must have the count of y", dy);
        Check.That(dx.Count == y.Count, "ReluBackward: dx must have the count of y", dx);
    }

    public static void Sigmoid(Tensor x, Tensor y) => Check.That(x.Count == y.Count, "Sigmoid: y must have the count of x", y);

    public static void Loss(Tensor x, Tensor targets, Tensor weights, Tensor losses, Tensor dx)
    {
        Check.That(targets.Count == x.Count, "a loss needs as many targets as predictions", targets);
        Check.That(weights.Count == x.Count, "a loss needs as many weights as predictions", weights);
        Check.That(losses.Count == x.Count, "a loss gives as many losses as predictions", losses);
        Check.That(dx.Count == x.Count, "a loss gives as many gradients as predictions", dx);
    }

    public static void BootstrapTargets(Tensor logits, Tensor? lagged, Tensor fixedTargets, Tensor bounds, Tensor y)
    {
        Check.That(logits.Count == y.Count, "BootstrapTargets: logits must have one entry per target", logits);
        Check.That(lagged is null || lagged.Count == y.Count, "BootstrapTargets: lagged must have one entry per target", lagged ?? y);
        Check.That(fixedTargets.Count == y.Count, "BootstrapTargets: fixedTargets must have one entry per target", fixedTargets);
        Check.That(bounds.Count == y.Count, "BootstrapTargets: bounds must have one entry per target", bounds);
    }
}
