namespace ActionableModels.Cli;

/// <summary>
/// The moments and a histogram of numbers of which nothing is known beforehand, in one pass and fixed memory. A bin's width is a power of two
/// and its edges are multiples of that, so that two bins can become one when a number lies outside all of them.
/// </summary>
internal sealed class StreamedNumber
{
    private const int MostBins = 24;
    // Keys beyond this are no longer exact.
    private const double LargestKey = 1L << 52;

    private readonly long[] counts = new long[MostBins];
    private double width, sum, sumOfSquares;
    private long first, last;

    /// <summary>Finite numbers.</summary>
    public long Count { get; private set; }
    /// <summary>Numbers that are not finite, which are left out of all else.</summary>
    public long NotFinite { get; private set; }
    /// <summary>Smallest; 0 without numbers, as are the others.</summary>
    public double Min { get; private set; }
    /// <summary>Largest.</summary>
    public double Max { get; private set; }
    /// <summary>Mean.</summary>
    public double Mean => Count == 0 ? 0 : sum / Count;
    /// <summary>Standard deviation.</summary>
    public double Deviation => Count == 0 ? 0 : Math.Sqrt(Math.Max(0, sumOfSquares / Count - Mean * Mean));

    /// <summary>Counts a number.</summary>
    /// <param name="value">The number.</param>
    /// <param name="times">How often.</param>
    public void Add(double value, long times = 1)
    {
        if (!double.IsFinite(value))
        {
            NotFinite += times;
            return;
        }
        if (width > 0) Place(value, times);
        else if (Count > 0 && value != Min)
        {
            // Until now all numbers were the same.
            width = Math.Max(Math.ScaleB(1, -900), Math.ScaleB(1, Math.ILogB(Math.Abs(value - Min)) - 3));
            (first, last) = (0, -1);
            Place(Min, Count);
            Place(value, times);
        }
        (Min, Max) = Count == 0 ? (value, value) : (Math.Min(Min, value), Math.Max(Max, value));
        Count += times;
        sum += times * value;
        sumOfSquares += times * value * value;
    }

    /// <summary>The histogram; one bin for numbers that are all the same.</summary>
    public InspectedHistogram Histogram() => width == 0 ? new(Min, Max, [Count])
        : new(first * width, (last + 1) * width, counts[..(int)(last - first + 1)]);

    private void Place(double value, long times)
    {
        while (Math.Abs(value) / width >= LargestKey) Coarsen();
        while (true)
        {
            var key = (long)Math.Floor(value / width);
            if (last < first) (first, last) = (key, key);
            var (low, high) = (Math.Min(first, key), Math.Max(last, key));
            if (high - low < MostBins)
            {
                if (low < first) Array.Copy(counts, 0, counts, first - low, last - first + 1);
                if (low < first) Array.Clear(counts, 0, (int)(first - low));
                (first, last) = (low, high);
                counts[key - first] += times;
                return;
            }
            Coarsen();
        }
    }

    private void Coarsen()
    {
        width *= 2;
        if (last < first) return;
        var merged = new long[MostBins];
        for (var key = first; key <= last; key++) merged[(key >> 1) - (first >> 1)] += counts[key - first];
        merged.CopyTo(counts, 0);
        (first, last) = (first >> 1, last >> 1);
    }
}

/// <summary>Counts in bins of equal width.</summary>
internal sealed record InspectedHistogram(double Low, double High, long[] Counts);
