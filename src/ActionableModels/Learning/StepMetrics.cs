using System.Diagnostics;

namespace ActionableModels.Learning;

/// <summary>Where the time of training goes.</summary>
public enum TrainingPhase
{
    /// <summary>Waiting for the batch, choosing its goals by value.</summary>
    Batch,
    /// <summary>Targets: tower and maximum of the target networks.</summary>
    Targets,
    /// <summary>Forward of the trained tower, negatives.</summary>
    Negatives,
    /// <summary>Heads, loss and backward. On a device that is launched once a step, the wait for all of the step.</summary>
    Gradient,
    /// <summary>Optimizer and averages.</summary>
    Update,
}

/// <summary>Measures one piece of work, on whatever thread it runs.</summary>
internal sealed class PhaseTimer
{
    private long started;

    /// <summary>Duration of the last piece.</summary>
    public long Ticks { get; private set; }

    public void Start() => started = Stopwatch.GetTimestamp();

    public void Stop() => Ticks = Stopwatch.GetTimestamp() - started;
}

/// <summary>Sums over the steps since the last log line.</summary>
internal sealed class StepMetrics
{
    private readonly long[] ticks = new long[5];
    private long mark;

    public long Steps { get; set; }
    public long Rows { get; set; }
    public double PositiveLoss { get; set; }
    public double NegativeLoss { get; set; }
    public double SeenQ { get; set; }
    public double NegativeQ { get; set; }
    public double NegativeCount { get; set; }
    public double Target { get; set; }
    /// <summary>Targets that are not in [0, 1]: only those of a network that has diverged to what is not a number.</summary>
    public long Outside { get; set; }
    public long Masked { get; set; }
    public long Reached { get; set; }
    public long Bounded { get; set; }

    /// <summary>Q of recorded and of negative actions one by one; null unless they are wanted.</summary>
    public List<float>? SeenValues { get; init; }
    public List<float>? NegativeValues { get; init; }

    public void Start() => mark = Stopwatch.GetTimestamp();

    /// <summary>Books the time since the last call to a phase.</summary>
    public void Book(TrainingPhase phase)
    {
        var now = Stopwatch.GetTimestamp();
        ticks[(int)phase] += now - mark;
        mark = now;
    }

    /// <summary>
    /// Shares the time since the last call between two phases in proportion to their own times, which may have overlapped.
    /// </summary>
    public void Book(TrainingPhase first, long firstTicks, TrainingPhase second, long secondTicks)
    {
        var now = Stopwatch.GetTimestamp();
        var part = (long)((now - mark) * ((double)firstTicks / Math.Max(1, firstTicks + secondTicks)));
        ticks[(int)first] += part;
        ticks[(int)second] += now - mark - part;
        mark = now;
    }

    public double Seconds(TrainingPhase phase) => (double)ticks[(int)phase] / Stopwatch.Frequency;

    public void Clear()
    {
        Array.Clear(ticks);
        (Steps, Rows, Outside, Masked, Reached, Bounded) = (0, 0, 0, 0, 0, 0);
        (PositiveLoss, NegativeLoss, SeenQ, NegativeQ, NegativeCount, Target) = (0, 0, 0, 0, 0, 0);
    }
}
