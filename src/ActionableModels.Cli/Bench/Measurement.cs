using System.Diagnostics;

namespace ActionableModels.Cli.Bench;

/// <summary>Times of repeated runs of one work, and what they allocated.</summary>
internal sealed class Measurement
{
    private const int MostRuns = 1 << 17, FewestWindows = 3;
    private const double LongestWindow = 0.5;
    private readonly double[] milliseconds;

    private Measurement(double[] milliseconds, long allocatedBytes)
    {
        Array.Sort(milliseconds);
        (this.milliseconds, AllocatedBytes) = (milliseconds, allocatedBytes);
    }

    /// <summary>Measured runs.</summary>
    public int Runs => milliseconds.Length;

    /// <summary>
    /// Managed bytes that one run allocates on all threads, rounded up: the fewest in any stretch of runs, since the runtime itself
    /// allocates now and then, while an allocation of the work shows in all of them.
    /// </summary>
    public long AllocatedBytes { get; }

    /// <summary>The time in milliseconds below which a share of the runs lies; between two runs the line between them.</summary>
    public double Quantile(double share)
    {
        var place = share * (Runs - 1);
        var (low, part) = ((int)place, place % 1);
        return milliseconds[low] + (part > 0 ? part * (milliseconds[low + 1] - milliseconds[low]) : 0);
    }

    /// <summary>
    /// Warms up for half of the time, then measures for all of it in at least three stretches of at least one run; in no time a single
    /// run, not warmed up.
    /// </summary>
    /// <param name="work">The work.</param>
    /// <param name="seconds">Time to measure for.</param>
    /// <param name="progress">Called between runs now and then, with the runs done so far; what it allocates is not counted.</param>
    public static Measurement Of(Workload work, double seconds, Action<int> progress)
    {
        var clock = Stopwatch.StartNew();
        for (var done = 0; clock.Elapsed.TotalSeconds < seconds / 2; done++)
        {
            progress(done);
            work.Run();
        }
        var ticks = new long[MostRuns];
        var (runs, windows, fewest) = (0, 0, long.MaxValue);
        var window = Math.Min(LongestWindow, seconds / FewestWindows);
        clock.Restart();
        do
        {
            progress(runs);
            var (first, end, before) = (runs, clock.Elapsed.TotalSeconds + window, GC.GetTotalAllocatedBytes(precise: true));
            do
            {
                var start = Stopwatch.GetTimestamp();
                work.Run();
                ticks[runs++] = Stopwatch.GetTimestamp() - start;
            }
            while (runs < MostRuns && clock.Elapsed.TotalSeconds < end);
            var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
            fewest = Math.Min(fewest, (allocated + runs - first - 1) / (runs - first));
            windows++;
        }
        while (runs < MostRuns && seconds > 0 && (windows < FewestWindows || clock.Elapsed.TotalSeconds < seconds));
        return new([.. ticks.Take(runs).Select(t => 1000.0 * t / Stopwatch.Frequency)], fewest);
    }
}
