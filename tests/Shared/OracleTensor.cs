using ActionableModels.Compute;

namespace ActionableModels.Tests.Shared;

/// <summary>
/// A tensor of doubles. Beside each value an oracle keeps the sum of the absolute terms that made it, which is what rounding errors are
/// measured against.
/// </summary>
public sealed class OracleTensor(Shape shape)
{
    public Shape Shape { get; } = shape;

    public double[] Data { get; } = new double[shape.Count];

    public double[] Terms { get; } = new double[shape.Count];

    public double this[long i]
    {
        get => Data[i];
        set => (Data[i], Terms[i]) = (value, Math.Abs(value));
    }

    public int Count => Data.Length;

    public int Columns => Shape[Shape.Rank - 1];

    public int Rows => Count / Columns;

    /// <summary>Where element (n, i, j, c) lies.</summary>
    public int At(int n, int i, int j, int c) => ((n * Shape[1] + i) * Shape[2] + j) * Shape[3] + c;

    /// <summary>Adds a term to an element.</summary>
    public void Add(int i, double term)
    {
        Data[i] += term;
        Terms[i] += Math.Abs(term);
    }

    /// <summary>Sets a value whose terms are not its own size.</summary>
    public void Set(int i, double value, double terms) => (Data[i], Terms[i]) = (value, terms);

    public OracleTensor Clone()
    {
        var copy = new OracleTensor(Shape);
        Data.CopyTo(copy.Data, 0);
        Terms.CopyTo(copy.Terms, 0);
        return copy;
    }

    /// <summary>
    /// Rounds to multiples of 1/64 in place: sums of three such numbers below 1 have 8 bits, and sums of thousands of their products 24, so that
    /// bfloat16 operands and float32 sums are exact.
    /// </summary>
    public OracleTensor InSixtyFourths()
    {
        for (var i = 0; i < Count; i++) this[i] = Math.Round(Data[i] * 64) / 64;
        return this;
    }

    /// <summary>Applies max(·, 0) in place.</summary>
    public OracleTensor Rectify(bool relu)
    {
        for (var i = 0; relu && i < Count; i++) Data[i] = Math.Max(Data[i], 0);
        return this;
    }

    /// <summary>Float values drawn uniformly from [low, high), the same for the same seed.</summary>
    public static OracleTensor Random(Shape shape, uint seed, double low = -1, double high = 1)
    {
        var tensor = new OracleTensor(shape);
        var key = new RandomKey(seed, 77, 0);
        for (var i = 0; i < tensor.Count; i++) tensor[i] = (float)(low + (high - low) * Philox.Uniform(key, (uint)i));
        return tensor;
    }

    /// <summary>Whole numbers drawn uniformly from 0 … bound−1.</summary>
    public static OracleTensor RandomIntegers(Shape shape, uint seed, int bound)
    {
        var tensor = new OracleTensor(shape);
        var key = new RandomKey(seed, 78, 0);
        for (var i = 0; i < tensor.Count; i++) tensor[i] = Philox.Below(key, (uint)i, bound);
        return tensor;
    }

    public static OracleTensor Of(params double[] values) => Of(Shape.Of(values.Length), values);

    public static OracleTensor Of(Shape shape, params double[] values)
    {
        var tensor = new OracleTensor(shape);
        for (var i = 0; i < values.Length; i++) tensor[i] = (float)values[i];
        return tensor;
    }
}
