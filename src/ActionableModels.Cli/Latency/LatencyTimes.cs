using ActionableModels.Metrics;

namespace ActionableModels.Cli.Latency;

/// <summary>
/// Times in nanoseconds, counted in the bins of <see cref="LatencyHistogram"/>: fixed memory for any number of them. The shortest, the
/// longest, the mean and the deviation are exact, quantiles right to 0.8 %.
/// </summary>
internal sealed class LatencyTimes
{
    // As many as a plot can show, and no more than the number of times fills.
    private const int FewestBins = 24, MostBins = 160, MostMerged = 128;
    private readonly long[] bins = new long[LatencyHistogram.Bins];
    private long first, previous, least, most;
    // Relative to the first time: squares of large times would swallow a small deviation.
    private double sum, squares, changes;

    /// <summary>Times counted.</summary>
    public long Count { get; private set; }

    /// <summary>Forgets all times; also touches the memory that they are counted in.</summary>
    public void Clear()
    {
        Array.Clear(bins);
        (Count, least, most, sum, squares, changes) = (0, long.MaxValue, 0, 0, 0, 0);
    }

    /// <summary>Counts a time.</summary>
    public void Add(long nanoseconds)
    {
        if (Count == 0) first = previous = nanoseconds;
        var offset = (double)(nanoseconds - first);
        sum += offset;
        squares += offset * offset;
        changes += Math.Abs(nanoseconds - previous);
        previous = nanoseconds;
        if (nanoseconds < least) least = nanoseconds;
        if (nanoseconds > most) most = nanoseconds;
        bins[LatencyHistogram.BinOf(nanoseconds)]++;
        Count++;
    }

    /// <summary>The figures; null if there are no times.</summary>
    public TimeFigures? Figures()
    {
        if (Count == 0) return null;
        var mean = sum / Count;
        var deviation = Count > 1 ? Math.Sqrt(Math.Max(0, (squares - sum * mean) / (Count - 1))) : 0;
        return new(Count, Milliseconds(least), Milliseconds(first + mean), Quantile(0.5), Tail(10), Tail(100), Tail(1000), Tail(10_000),
            Milliseconds(most), Milliseconds(deviation), Milliseconds(Count > 1 ? changes / (Count - 1) : 0), Histogram());
    }

    // With fewer times than that it would be the longest by another name.
    private double? Tail(long oneIn) => Count < oneIn ? null : Quantile(1 - 1.0 / oneIn);

    // A bin's upper end may lie above everything that was counted in it.
    private double Quantile(double share) => Milliseconds(Math.Clamp(LatencyHistogram.Quantile(bins, share), least, most));

    private static double Milliseconds(double nanoseconds) => nanoseconds / 1e6;

    private List<HistogramBin> Histogram()
    {
        var most = Math.Clamp((int)(4 * Math.Cbrt(Count)), FewestBins, MostBins);
        for (var merged = 1; ; merged *= 2)
        {
            var counted = new List<HistogramBin>();
            for (var bin = 0; bin < bins.Length; bin += merged)
            {
                long count = 0;
                foreach (var one in bins.AsSpan(bin, merged)) count += one;
                if (count == 0) continue;
                var from = bin == 0 ? 0 : LatencyHistogram.UpperEnd(bin - 1) + 1;
                counted.Add(new(from, LatencyHistogram.UpperEnd(bin + merged - 1), count));
            }
            if (counted.Count <= most || merged == MostMerged) return counted;
        }
    }
}
