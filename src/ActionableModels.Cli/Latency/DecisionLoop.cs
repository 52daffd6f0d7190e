using System.Runtime.CompilerServices;
using ActionableModels.Compute;
using ActionableModels.Control;

namespace ActionableModels.Cli.Latency;

/// <summary>
/// The loop that is measured: decides on the images of a ring, one after the other or at a rate, and counts the times. It allocates
/// nothing, waits for no other thread and prints nothing; <see cref="Done"/> is for a thread that shows the progress.
/// </summary>
internal sealed class DecisionLoop(PolicyController controller, ImageRing ring)
{
    private long done;
    private int place;

    /// <summary>Decisions of the run so far; for any thread.</summary>
    public long Done => Volatile.Read(ref done);
    /// <summary>Nanoseconds from calling <see cref="PolicyController.Act"/> to having the action.</summary>
    public LatencyTimes Latency { get; } = new();
    /// <summary>At a rate: nanoseconds from the time on the schedule to being awake.</summary>
    public LatencyTimes Lateness { get; } = new();
    /// <summary>At a rate: nanoseconds from the time on the schedule to having the action.</summary>
    public LatencyTimes Response { get; } = new();
    /// <summary>With a budget: nanoseconds beyond it, of decisions that were not inside it.</summary>
    public LatencyTimes Overshoot { get; } = new();
    /// <summary>Times on the schedule that passed while the decision before was not done.</summary>
    public long Missed { get; private set; }
    /// <summary>Actions that CEM evaluated, all decisions together.</summary>
    public long Samples { get; private set; }
    /// <summary>Actions that CEM evaluated in the decision with the fewest; 0 in one that gave the hold action.</summary>
    public int FewestSamples { get; private set; }
    /// <summary>Nanoseconds from the start of the run to its end.</summary>
    public long Elapsed { get; private set; }

    /// <summary>Decides until the number or the time is reached, at least once.</summary>
    /// <param name="decisions">Decisions to make.</param>
    /// <param name="nanoseconds">Time to take.</param>
    /// <param name="period">Nanoseconds from one decision to the next; 0: one right after the other.</param>
    /// <param name="budget">Nanoseconds that a decision should take at most; 0: no matter.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="ActionableException">A decision could not be made.</exception>
    // Optimised from the first call: the loop is entered once for each run.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(long decisions, long nanoseconds, long period, long budget, CancellationToken cancellation)
    {
        Clear();
        var start = PolicyController.Now;
        var tick = start;
        for (long n = 0, now = start; n == 0 || (n < decisions && now - start < nanoseconds); n++)
        {
            if (period > 0) tick = Wait(tick, period, cancellation);
            var begun = PolicyController.Now;
            var status = controller.Act(ring.Image(place), ring.State(place), begun, out var decision);
            now = PolicyController.Now;
            if (status is not (ControlStatus.Ok or ControlStatus.Held)) throw Failure(status);
            Count(begun, now, tick, period, budget, decision.Samples);
            place = place + 1 == ring.Count ? 0 : place + 1;
            Volatile.Write(ref done, n + 1);
            cancellation.ThrowIfCancellationRequested();
        }
        Elapsed = PolicyController.Now - start;
    }

    private void Clear()
    {
        foreach (var times in (ReadOnlySpan<LatencyTimes>)[Latency, Lateness, Response, Overshoot]) times.Clear();
        (Missed, Samples, FewestSamples, Elapsed) = (0, 0, int.MaxValue, 0);
        Volatile.Write(ref done, 0);
    }

    // The next time on the schedule that has not passed; the schedule itself never moves.
    private long Wait(long tick, long period, CancellationToken cancellation)
    {
        var late = PolicyController.Now - (tick + period);
        var passed = late > 0 ? (late + period - 1) / period : 0;
        Missed += passed;
        tick += (passed + 1) * period;
        Pace.Until(tick, cancellation);
        Lateness.Add(PolicyController.Now - tick);
        return tick;
    }

    private void Count(long begun, long ended, long tick, long period, long budget, int samples)
    {
        Latency.Add(ended - begun);
        if (period > 0) Response.Add(ended - tick);
        if (budget > 0 && ended - begun > budget) Overshoot.Add(ended - begun - budget);
        Samples += samples;
        FewestSamples = Math.Min(FewestSamples, samples);
    }

    private ActionableException Failure(ControlStatus status) => new($"decision {Done} failed ({status}): {controller.Message}");
}
