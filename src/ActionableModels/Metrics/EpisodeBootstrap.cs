using ActionableModels.Compute;

namespace ActionableModels.Metrics;

/// <summary>A mean with its 95 % interval.</summary>
/// <param name="Mean">Mean of all values.</param>
/// <param name="Low">Lower end; null where fewer than two episodes tell nothing of how they differ, as is the upper.</param>
/// <param name="High">Upper end.</param>
public sealed record BootstrapMean(double Mean, double? Low, double? High);

/// <summary>
/// The mean of values of which several come from one episode and are alike for that reason: percentile interval of the cluster bootstrap, which
/// draws whole episodes with replacement (Davison and Hinkley, "Bootstrap Methods and their Application", 1997, section 3.8).
/// </summary>
public static class EpisodeBootstrap
{
    private const int Draws = 1000;
    private const double Tail = 0.025;

    /// <summary>The mean and its interval; null without values.</summary>
    /// <param name="values">Values with their episodes.</param>
    /// <param name="seed">Seed of the draws.</param>
    public static BootstrapMean? Of(IEnumerable<(int Episode, double Value)> values, ulong seed)
    {
        var episodes = values.GroupBy(v => v.Episode).OrderBy(g => g.Key).Select(g => (Sum: g.Sum(v => v.Value), Count: g.Count())).ToArray();
        if (episodes.Length == 0) return null;
        var mean = episodes.Sum(e => e.Sum) / episodes.Sum(e => e.Count);
        if (episodes.Length == 1) return new(mean, null, null);
        var means = new double[Draws];
        for (var d = 0; d < Draws; d++)
        {
            var key = new RandomKey(seed, Streams.Bootstrap, (ulong)d);
            var (sum, count) = (0.0, 0L);
            for (var i = 0u; i < episodes.Length; i++)
            {
                var drawn = episodes[Philox.Below(key, i, episodes.Length)];
                (sum, count) = (sum + drawn.Sum, count + drawn.Count);
            }
            means[d] = sum / count;
        }
        Array.Sort(means);
        return new(mean, means[(int)(Tail * Draws)], means[Draws - 1 - (int)(Tail * Draws)]);
    }
}
