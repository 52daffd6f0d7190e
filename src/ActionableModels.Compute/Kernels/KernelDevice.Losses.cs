namespace ActionableModels.Compute.Kernels;

public abstract partial class KernelDevice
{
    private static readonly Kernel reluBackward = new("relu_backward", "relu_backward", 256), sigmoid = new("sigmoid", "sigmoid", 256),
        sigmoidCrossEntropy = new("sigmoid_cross_entropy", "sigmoid_cross_entropy", 256), squaredError = new("squared_error", "squared_error", 256),
        bootstrapTargets = new("bootstrap_targets", "bootstrap_targets", 256);

    /// <inheritdoc/>
    public override void ReluBackward(Tensor y, Tensor dy, Tensor dx)
    {
        Operands.ReluBackward(y, dy, dx);
        Call(reluBackward).Add(y).Add(dy).Add(dx).Add(y.Count).Run(GroupsFor(y.Count));
    }

    /// <inheritdoc/>
    public override void Sigmoid(Tensor x, Tensor y)
    {
        Operands.Sigmoid(x, y);
        Call(sigmoid).Add(x).Add(y).Add(x.Count).Run(GroupsFor(x.Count));
    }

    /// <inheritdoc/>
    public override void SigmoidCrossEntropy(Tensor logits, Tensor targets, Tensor weights, Tensor losses, Tensor dlogits)
    {
        Operands.Loss(logits, targets, weights, losses, dlogits);
        Call(sigmoidCrossEntropy).Add(logits).Add(targets).Add(weights).Add(losses).Add(dlogits).Add(logits.Count).Run(GroupsFor(logits.Count));
    }

    /// <inheritdoc/>
    public override void SquaredError(Tensor x, Tensor targets, Tensor weights, Tensor losses, Tensor dx)
    {
        Operands.Loss(x, targets, weights, losses, dx);
        Call(squaredError).Add(x).Add(targets).Add(weights).Add(losses).Add(dx).Add(x.Count).Run(GroupsFor(x.Count));
    }

    /// <inheritdoc/>
    public override void BootstrapTargets(Tensor logits, Tensor? lagged, Tensor fixedTargets, Tensor bounds, float discount, Tensor y)
    {
        Operands.BootstrapTargets(logits, lagged, fixedTargets, bounds, y);
        Call(bootstrapTargets).Add(logits).Add(lagged).Add(fixedTargets).Add(bounds).Add(y).Add(discount).Add(y.Count).Run(GroupsFor(y.Count));
    }
}
