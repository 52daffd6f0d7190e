using ActionableModels.Learning;
using ActionableModels.Metrics;

namespace ActionableModels.Cli;

/// <summary>q-values.json of a run: how the Q of recorded and of negative actions is distributed over [0, 1].</summary>
/// <param name="Step">Training step.</param>
/// <param name="Seen">Counts of recorded actions per bin.</param>
/// <param name="SeenMean">Their mean; null where none is finite.</param>
/// <param name="Negative">Counts of negative actions per bin.</param>
/// <param name="NegativeMean">Their mean; null without negatives.</param>
internal sealed record QValues(long Step, long[] Seen, double? SeenMean, long[] Negative, double? NegativeMean)
{
    private const int Bins = 50, Batches = 16;

    /// <summary>The histograms of a run; null where there are none.</summary>
    public static QValues? In(string folder)
    {
        var values = RunFolder.ReadJson<QValues>(Path.Combine(folder, RunFolder.QValuesName));
        return values is { Seen.Length: > 0, Negative.Length: > 0 } ? values : null;
    }

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
        double? Mean(Histogram values) => values.Count == 0 ? null : values.Sum / values.Count;
        return new(trainer.Step, s.Counts.ToArray(), Mean(s), n.Counts.ToArray(), Mean(n));
    }
}
