using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Control;

namespace ActionableModels.Cli.Latency;

/// <summary>How long and on what schedule decisions are measured.</summary>
/// <param name="Decisions">Most decisions of a measurement.</param>
/// <param name="Time">Most time of a measurement.</param>
/// <param name="WarmUp">Time of decisions before it that are not counted.</param>
/// <param name="RateHz">Decisions each second; null: one right after the other.</param>
internal sealed record MeasuredLength(long Decisions, TimeSpan Time, TimeSpan WarmUp, double? RateHz);

/// <summary>Measures decisions of one model, each measurement with a controller of its own.</summary>
internal sealed class LatencyMeasurement(Func<Device> open, PolicyModel model, ImageRing ring, MeasuredLength length,
    ControllerOptions options, SteadyProgress progress, CancellationToken cancellation)
{
    private readonly long period = length.RateHz is { } rate ? (long)(1e9 / rate) : 0;

    /// <summary>The device that decides.</summary>
    public Device? Device { get; private set; }

    /// <summary>Measures; with a load that is busy already.</summary>
    /// <param name="name">Name of the measurement.</param>
    /// <param name="load">The load beside it, or null.</param>
    /// <param name="budget">Budget of a decision, or null.</param>
    /// <param name="full">The median time without one, milliseconds, if the budget is a share of it.</param>
    public LatencyRun Run(string name, BusyLoad? load, TimeSpan? budget, double? full)
    {
        using var controller = new PolicyController(() => Device = open(), model, options with { Budget = budget });
        if (controller.SetGoal(ring.Goal) != ControlStatus.Ok) throw new ActionableException(controller.Message);
        var loop = new DecisionLoop(controller, ring);
        var limit = (long)(budget?.TotalNanoseconds ?? 0);
        if (period > 0) Pace.Prepare();
        loop.Run(long.MaxValue, (long)length.WarmUp.TotalNanoseconds, period, limit, cancellation);
        var byTime = length.Decisions == long.MaxValue;
        progress.Begin($"bench act, {name}", byTime ? (long)length.Time.TotalNanoseconds : length.Decisions, () => loop.Done, byTime);
        CollectGarbage();
        var (counters, thread) = (controller.Counters, ThreadUse.Read());
        var (collections0, collections1, collections2) = Collections();
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        loop.Run(length.Decisions, (long)length.Time.TotalNanoseconds, period, limit, cancellation);
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        var (after0, after1, after2) = Collections();
        var threadAfter = ThreadUse.Read();
        var countersAfter = controller.Counters;
        progress.End();
        var seconds = loop.Elapsed / 1e9;
        return new(name, load is null ? null : LoadFigures.Of(BusyLoad.What, load.Cores, load.Share()), loop.Done, seconds,
            loop.Done / seconds, loop.Latency.Figures()!,
            period > 0 ? new(loop.Lateness.Figures()!, loop.Response.Figures()!, loop.Missed) : null,
            budget is { } given ? Budget(loop, given.TotalMilliseconds, full) : null, allocated,
            [after0 - collections0, after1 - collections1, after2 - collections2], ThreadUse.Between(thread, threadAfter),
            InterventionCounts.Between(counters, countersAfter));
    }

    private static BudgetFigures Budget(DecisionLoop loop, double milliseconds, double? full) => new(milliseconds,
        full is { } time ? Math.Round(milliseconds / time, 4) : null, 1 - (double)loop.Overshoot.Count / loop.Done,
        loop.Overshoot.Figures(), (double)loop.Samples / loop.Done, loop.FewestSamples);

    // What was left from before would be collected at some time; the runtime itself does some work, and allocates, after a collection.
    private static void CollectGarbage()
    {
        for (var i = 0; i < 2; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    private static (int, int, int) Collections() => (GC.CollectionCount(0), GC.CollectionCount(1), GC.CollectionCount(2));
}
