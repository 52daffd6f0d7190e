namespace ActionableModels.Learning;

/// <summary>The columns of the training log, in order; each row averages over the steps since the row before.</summary>
public static class TrainingMetrics
{
    /// <summary>Column names.</summary>
    public static IReadOnlyList<string> Columns { get; } =
    [
        "loss/seen", "loss/negative", "loss/total", "q/seen", "q/negative", "q/target", "targets/reached", "targets/bounded",
        "targets/outside",
        "negatives/masked", "speed/steps_per_second", "time/batch", "time/targets", "time/negatives", "time/gradient", "time/update",
    ];

    /// <summary>Column of the whole loss.</summary>
    internal const int TotalLoss = 2;

    /// <summary>Averages and clears. Shares are per row; times are milliseconds per step.</summary>
    internal static double[] Row(StepMetrics m)
    {
        double steps = Math.Max(1, m.Steps), rows = Math.Max(1, m.Rows);
        var phases = Enum.GetValues<TrainingPhase>().Select(m.Seconds).ToArray();
        var seconds = phases.Sum();
        double[] row =
        [
            m.PositiveLoss / steps, m.NegativeLoss / steps, (m.PositiveLoss + m.NegativeLoss) / steps, m.SeenQ / rows,
            m.NegativeCount > 0 ? m.NegativeQ / m.NegativeCount : 0, m.Target / rows, m.Reached / rows, m.Bounded / rows, m.Outside / rows,
            m.Masked / rows, seconds > 0 ? m.Steps / seconds : 0, .. phases.Select(s => 1000 * s / steps),
        ];
        m.Clear();
        return row;
    }
}
