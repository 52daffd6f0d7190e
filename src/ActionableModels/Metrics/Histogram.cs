namespace ActionableModels.Metrics;

/// <summary>Counts of values in bins of equal width, with the moments that TensorBoard shows. Non-finite values are left out.</summary>
public sealed class Histogram
{
    private readonly long[] counts;

    /// <summary>An empty histogram of [low, high]; values outside it count in the first or last bin.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no bin, or the range is empty.</exception>
    public Histogram(double low, double high, int bins)
    {
        if (bins < 1 || !(low < high) || !double.IsFinite(high - low))
            throw new ArgumentOutOfRangeException(nameof(bins), $"{bins} bins of [{low}, {high}]");
        (Low, High, counts) = (low, high, new long[bins]);
    }

    /// <summary>Lower end of the first bin.</summary>
    public double Low { get; }
    /// <summary>Upper end of the last bin.</summary>
    public double High { get; }
    /// <summary>Values per bin.</summary>
    public ReadOnlySpan<long> Counts => counts;
    /// <summary>Number of values.</summary>
    public long Count { get; private set; }
    /// <summary>Smallest value; 0 without values.</summary>
    public double Min { get; private set; }
    /// <summary>Largest value; 0 without values.</summary>
    public double Max { get; private set; }
    /// <summary>Sum of the values.</summary>
    public double Sum { get; private set; }
    /// <summary>Sum of the squared values.</summary>
    public double SumOfSquares { get; private set; }

    /// <summary>Upper end of a bin.</summary>
    public double UpperEnd(int bin) => bin == counts.Length - 1 ? High : Low + (High - Low) * (bin + 1) / counts.Length;

    /// <summary>Counts a value.</summary>
    public void Add(double value)
    {
        if (!double.IsFinite(value)) return;
        counts[(int)Math.Clamp((value - Low) / (High - Low) * counts.Length, 0, counts.Length - 1)]++;
        (Min, Max) = Count == 0 ? (value, value) : (Math.Min(Min, value), Math.Max(Max, value));
        Count++;
        Sum += value;
        SumOfSquares += value * value;
    }

    /// <summary>Counts values.</summary>
    public void Add(ReadOnlySpan<float> values)
    {
        foreach (var value in values) Add(value);
    }

    /// <summary>Forgets all values.</summary>
    public void Clear()
    {
        Array.Clear(counts);
        (Count, Min, Max, Sum, SumOfSquares) = (0, 0, 0, 0, 0);
    }
}
