namespace ActionableModels.Compute;

internal static partial class Operands
{
    /// <summary>Rows and channels of a normalisation's input.</summary>
    public static (long Rows, int Channels) BatchNorm(Tensor x, Tensor? scale, Tensor shift, Tensor movingMean, Tensor movingVariance, Tensor? y,
        Tensor batchMean, Tensor batchInverse)
    {
        var extents = Normalize(x, scale, shift, movingMean, movingVariance, y ?? x);
        Statistics(extents.Channels, batchMean, batchInverse);
        return extents;
    }

    /// <summary>The same with statistics of either kind.</summary>
    public static (long Rows, int Channels) Normalize(Tensor x, Tensor? scale, Tensor shift, Tensor mean, Tensor spread, Tensor y)
    {
        var channels = Columns(x);
        Check.That(y.Count == x.Count, "a normalisation's output must have the count of its input", y);
        Check.That(shift.Count == channels, "a normalisation's shift must have one entry per channel", shift);
        Check.That(scale is null || scale.Count == channels, "a normalisation's scale must have one entry per channel", scale ?? shift);
        Statistics(channels, mean, spread);
        return (Rows(x), channels);
    }

    public static (long Rows, int Channels) BatchNormBackward(Tensor x, Tensor dy, Tensor? scale, Tensor shift, Tensor batchMean,
        Tensor batchInverse, Tensor dx, Tensor? dscale, Tensor dshift)
    {
        var extents = Normalize(x, scale, dshift, batchMean, batchInverse, dx);
        Check.That(shift.Count == extents.Channels, "a normalisation's shift must have one entry per channel", shift);
        Check.That(dy.Count == x.Count, "a normalisation's dy must have the count of x", dy);
        Check.That(dscale is null || dscale.Count == extents.Channels, "a normalisation's dscale must have one entry per channel", dscale ?? dx);
        return extents;
    }

    /// <summary>The number of outputs, rows of w.</summary>
    public static int FoldNorm(Tensor w, Tensor? bias, Tensor? scale, Tensor shift, Tensor mean, Tensor variance, Tensor foldedW, Tensor foldedBias)
    {
        var outputs = w.Shape[0];
        Check.That(foldedW.Count == w.Count, "FoldNorm: foldedW must have the count of w", foldedW);
        Statistics(outputs, shift, mean);
        Statistics(outputs, variance, foldedBias);
        Check.That(bias is null || bias.Count == outputs, "FoldNorm: bias must have one entry per output", bias ?? w);
        Check.That(scale is null || scale.Count == outputs, "FoldNorm: scale must have one entry per output", scale ?? w);
        return outputs;
    }

    private static void Statistics(int channels, Tensor a, Tensor b)
    {
        Check.That(a.Count == channels, "a normalisation's statistics must have one entry per channel", a);
        Check.That(b.Count == channels, "a normalisation's statistics must have one entry per channel", b);
    }
}
