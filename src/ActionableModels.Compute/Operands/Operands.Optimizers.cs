namespace ActionableModels.Compute;

internal static partial class Operands
{
    public static void MomentumUpdate(Tensor w, Tensor g, Tensor v)
    {
        Check.That(g.Count == w.Count, "MomentumUpdate: g must have the count of w", g);
        Check.That(v.Count == w.Count, "MomentumUpdate: v must have the count of w", v);
    }

    /// <summary>The corrections of the two moments, 1/(1 − β1^t) and 1/(1 − β2^t).</summary>
    public static (float First, float Second) AdamUpdate(Tensor w, Tensor g, Tensor m, Tensor v, float beta1, float beta2, long t)
    {
        Check.That(g.Count == w.Count, "AdamUpdate: g must have the count of w", g);
        Check.That(m.Count == w.Count, "AdamUpdate: m must have the count of w", m);
        Check.That(v.Count == w.Count, "AdamUpdate: v must have the count of w", v);
        ArgumentOutOfRangeException.ThrowIfLessThan(t, 1);
        return ((float)(1 / (1 - Math.Pow(beta1, t))), (float)(1 / (1 - Math.Pow(beta2, t))));
    }

    public static void AverageUpdate(Tensor average, Tensor w) =>
        Check.That(average.Count == w.Count, "AverageUpdate: average must have the count of w", average);
}
