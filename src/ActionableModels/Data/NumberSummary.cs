using ActionableModels.Metrics;

namespace ActionableModels.Data;

/// <summary>How one number of the actions or states is distributed over a dataset.</summary>
/// <param name="Name">Name of the number.</param>
/// <param name="Low">Its lower bound, or the smallest value where it has none.</param>
/// <param name="High">Its upper bound, or the largest value where it has none.</param>
/// <param name="Histogram">All values; a discrete number has one bin for 0 and one for 1, a fixed one a single bin.</param>
public sealed record NumberSummary(string Name, double Low, double High, Histogram Histogram)
{
    private const int Bins = 20;

    /// <summary>Smallest value; 0 without values, as are the others.</summary>
    public double Min => Histogram.Min;
    /// <summary>Largest value.</summary>
    public double Max => Histogram.Max;
    /// <summary>Mean.</summary>
    public double Mean => Histogram.Count == 0 ? 0 : Histogram.Sum / Histogram.Count;
    /// <summary>Standard deviation.</summary>
    public double Deviation => Histogram.Count == 0 ? 0 : Math.Sqrt(Math.Max(0, Histogram.SumOfSquares / Histogram.Count - Mean * Mean));

    /// <summary>A number of which nothing is counted yet.</summary>
    internal static NumberSummary Empty(string name, double low, double high, bool binary) =>
        // A number that cannot change still needs a range to be counted in.
        new(name, low, high, low < high ? new Histogram(low, high, binary ? 2 : Bins) : new Histogram(low, low + 1, 1));
}
