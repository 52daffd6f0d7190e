namespace ActionableModels.Cli.Latency;

/// <summary>
/// Figures of many times, milliseconds. A quantile q of fewer than 1/(1 − q) times is null: it would be the longest of them.
/// </summary>
/// <param name="Count">How many.</param>
/// <param name="Min">The shortest.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="P50">The time that half of them took at most.</param>
/// <param name="P90">The time that 90 % took at most.</param>
/// <param name="P99">The time that 99 % took at most.</param>
/// <param name="P999">The time that 99.9 % took at most.</param>
/// <param name="P9999">The time that 99.99 % took at most.</param>
/// <param name="Max">The longest.</param>
/// <param name="Deviation">Standard deviation.</param>
/// <param name="Jitter">Mean difference, without its sign, between one time and the next.</param>
/// <param name="Histogram">How many times lie where: the bins that hold something, a few neighbours merged if there are many.</param>
internal sealed record TimeFigures(long Count, double Min, double Mean, double P50, double? P90, double? P99, double? P999, double? P9999,
    double Max, double Deviation, double Jitter, IReadOnlyList<HistogramBin> Histogram)
{
    /// <summary>Whether figures that were read can be those of some times.</summary>
    public static bool AreSound(TimeFigures? figures) => figures is { Count: > 0, Min: >= 0, Histogram: { } bins }
        && figures.Min <= figures.P50 && figures.P50 <= figures.Max
        && ((double?[])[figures.P90, figures.P99, figures.P999, figures.P9999]).All(time =>
            time is null || (time >= figures.P50 && time <= figures.Max))
        && bins.All(bin => bin.FromNs >= 0 && bin.ToNs >= bin.FromNs && bin.Count > 0 && bin.Count <= figures.Count)
        && bins.Sum(bin => (decimal)bin.Count) == figures.Count;
}
