namespace ActionableModels.Compute.Kernels;

public abstract partial class KernelDevice
{
    private static readonly Kernel momentumUpdate = new("momentum_update", "momentum_update", 256), adamUpdate = new("adam_update", "adam_update", 256),
        averageUpdate = new("average_update", "average_update", 256);

    /// <inheritdoc/>
    public override void MomentumUpdate(Tensor w, Tensor g, Tensor v, float rate, float momentum, float decay)
    {
        Operands.MomentumUpdate(w, g, v);
        Call(momentumUpdate).Add(w).Add(g).Add(v).Add(rate).Add(momentum).Add(decay).Add(w.Count).Run(GroupsFor(w.Count));
    }

    /// <inheritdoc/>
    public override void AdamUpdate(Tensor w, Tensor g, Tensor m, Tensor v, float rate, float beta1, float beta2, float epsilon,
        float decay, long t)
    {
        var (first, second) = Operands.AdamUpdate(w, g, m, v, beta1, beta2, t);
        Call(adamUpdate).Add(w).Add(g).Add(m).Add(v).Add(rate * first).Add(beta1).Add(beta2).Add(epsilon).Add(decay).Add(second).Add(w.Count)
            .Run(GroupsFor(w.Count));
    }

    /// <inheritdoc/>
    public override void AverageUpdate(Tensor average, Tensor w, float rate)
    {
        Operands.AverageUpdate(average, w);
        Call(averageUpdate).Add(average).Add(w).Add(rate).Add(w.Count).Run(GroupsFor(w.Count));
    }
}
