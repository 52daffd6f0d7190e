using ActionableModels.Learning;
using ActionableModels.Metrics;

namespace ActionableModels.Cli;

/// <summary>q-values.json of a run: how the Q of recorded and of negative actions is distributed over [0, 1].</summary>
/// <param name="Step">Training step.</param>
/// <param name="Seen">Counts of recorded actions per bin.</param>
/// <param name="SeenMean">Their mean.</param>
/// <param name="Negative">Counts of negative actions per bin.</param>
/// <param name="NegativeMean">Their mean; null without negatives.</param>
internal sealed record QValues(long Step, long[] Seen, double SeenMean, long[] Negative, double? NegativeMean)
{
    private const int Bins = 50, Batches = 16;

    /// <summary>Probes a trainer.</summary>
    public static QValues Probe(Trainer trainer)
    {
        var (seen, negative) = trainer.ProbeQ(Batches);
        Histogram Count(float[] values)
        {
            var histogram = new Histogram(0, 1, Bins);
            histogram.Add(values);
            return histogram;
        }
        var (s, n) = (Count(seen), Count(negative));
        return new(trainer.Step, s.Counts.ToArray(), s.Sum / Math.Max(1, s.Count), n.Counts.ToArray(), n.Count == 0 ? null : n.Sum / n.Count);
    }
}
