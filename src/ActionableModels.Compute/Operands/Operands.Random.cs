namespace ActionableModels.Compute;

internal static partial class Operands
{
    /// <summary>A draw of one random number per element.</summary>
    public static void Draw(Tensor y) => Check.That(y.Count <= uint.MaxValue, "one draw has at most 2³² elements", y);

    /// <summary>Rows and dimensions of the draws.</summary>
    public static (long Rows, int Dimensions) SampleBox(Tensor low, Tensor high, Tensor binary, Tensor y)
    {
        var dimensions = Columns(y);
        Check.That(low.Count == dimensions, "a box needs one lower bound per dimension", low);
        Check.That(high.Count == dimensions, "a box needs one upper bound per dimension", high);
        Check.That(binary.Count == dimensions, "a box needs one binary mark per dimension", binary);
        Draw(y);
        return (Rows(y), dimensions);
    }

    /// <summary>Rows, dimensions and rows per group of the draws.</summary>
    public static (long Rows, int Dimensions, long PerGroup) CemSample(Tensor mean, Tensor deviation, Tensor low, Tensor high, Tensor binary, Tensor y)
    {
        var (rows, dimensions) = SampleBox(low, high, binary, y);
        var groups = mean.Shape[0];
        Check.That(mean.Count == (long)groups * dimensions, "CemSample: mean must be [B, D]", mean);
        Check.That(deviation.Count == mean.Count, "CemSample: deviation must be [B, D]", deviation);
        Check.That(groups > 0 && rows % groups == 0, "CemSample: y must be [B·N, D]", y);
        return (rows, dimensions, rows / groups);
    }
}
