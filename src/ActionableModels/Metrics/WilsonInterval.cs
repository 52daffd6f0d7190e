namespace ActionableModels.Metrics;

/// <summary>
/// A success rate with its 95 % Wilson score interval (Wilson, "Probable inference, the law of succession, and statistical inference",
/// 1927). Unlike the normal interval it stays inside [0, 1] and is right at 0 and at all successes.
/// </summary>
/// <param name="Successes">Episodes that succeeded.</param>
/// <param name="Trials">Episodes.</param>
/// <param name="Low">Lower bound of the rate.</param>
/// <param name="High">Upper bound of the rate.</param>
public readonly record struct WilsonInterval(int Successes, int Trials, double Low, double High)
{
    // The 97.5 % point of the standard normal distribution.
    private const double Z = 1.959963984540054;

    /// <summary>Successes / Trials; 0 without trials.</summary>
    public double Rate => Trials == 0 ? 0 : (double)Successes / Trials;

    /// <summary>The interval of a number of successes; [0, 1] without trials.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not 0 ≤ successes ≤ trials.</exception>
    public static WilsonInterval Of(int successes, int trials)
    {
        if (successes < 0 || trials < successes) throw new ArgumentOutOfRangeException(nameof(successes), $"{successes} of {trials} trials");
        if (trials == 0) return new WilsonInterval(0, 0, 0, 1);
        double n = trials, p = successes / n, z2 = Z * Z;
        var center = (p + z2 / (2 * n)) / (1 + z2 / n);
        var half = Z / (1 + z2 / n) * Math.Sqrt(p * (1 - p) / n + z2 / (4 * n * n));
        return new WilsonInterval(successes, trials,
            successes == 0 ? 0 : Math.Max(0, center - half), successes == trials ? 1 : Math.Min(1, center + half));
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{100 * Rate:0.0} % [{100 * Low:0.0}, {100 * High:0.0}] of {Trials}");
}
