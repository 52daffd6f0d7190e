namespace ActionableModels.Compute.Tests;

/// <summary>Goodness of fit for tests with fixed seeds.</summary>
internal static class Statistic
{
    /// <summary>Kolmogorov's statistic: the largest distance between the empirical distribution and the given one.</summary>
    public static double KolmogorovSmirnov(double[] drawn, Func<double, double> distribution)
    {
        var sorted = drawn.Order().ToArray();
        return sorted.Select((x, i) =>
            Math.Max(Math.Abs(distribution(x) - (double)i / sorted.Length), Math.Abs(distribution(x) - (i + 1.0) / sorted.Length))).Max();
    }

    /// <summary>What the statistic of a right sampler exceeds once in a thousand: 1.95/√n.</summary>
    public static double Limit(int count) => 1.95 / Math.Sqrt(count);
}
