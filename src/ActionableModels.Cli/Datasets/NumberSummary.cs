using ActionableModels.Metrics;

namespace ActionableModels.Cli;

/// <summary>How one number of actions or states is distributed between its bounds.</summary>
internal sealed record NumberSummary(string Name, double Low, double High, double Min, double Mean, double Max, double Deviation,
    long[] Histogram);

/// <summary>Gathers a <see cref="NumberSummary"/>.</summary>
internal sealed class NumberStatistics(string name, double low, double high)
{
    private const int Bins = 20;
    // A number that cannot change still needs a range to be counted in.
    private readonly Histogram values = new(low, high > low ? high : low + 1, Bins);

    public void Add(double value) => values.Add(value);

    public NumberSummary Summary()
    {
        var mean = values.Count == 0 ? 0 : values.Sum / values.Count;
        var variance = values.Count == 0 ? 0 : Math.Max(0, values.SumOfSquares / values.Count - mean * mean);
        return new(name, low, high, values.Min, mean, values.Max, Math.Sqrt(variance), values.Counts.ToArray());
    }
}
