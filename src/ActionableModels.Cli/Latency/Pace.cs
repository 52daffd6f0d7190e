using System.Diagnostics;
using System.Runtime.InteropServices;
using ActionableModels.Compute;

namespace ActionableModels.Cli.Latency;

/// <summary>Waits for points in time the way a control loop does: asleep, until an absolute time of CLOCK_MONOTONIC (Linux).</summary>
internal static partial class Pace
{
    private const int Monotonic = 1, Absolute = 1, SetTimerSlack = 29;
    private const long Second = 1_000_000_000, Slice = Second / 10;

    /// <summary>Lets the system wake the calling thread as near to the time as it can; by default it may be 50 microseconds late.</summary>
    /// <exception cref="ActionableException">Not Linux.</exception>
    public static void Prepare()
    {
        if (!OperatingSystem.IsLinux()) throw new ActionableException("decisions can be paced on Linux only: leave --rate out");
        // A slack that cannot be set shows in the figures.
        _ = Control(SetTimerSlack, 1, 0, 0, 0);
    }

    /// <summary>Sleeps until a time, nanoseconds of <see cref="Stopwatch"/>'s clock.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled, a tenth of a second before at most.</exception>
    public static void Until(long nanoseconds, CancellationToken cancellation)
    {
        // Ctrl+C comes to another thread and ends no sleep here; a signal may end one early.
        for (long now; (now = Stopwatch.GetTimestamp()) < nanoseconds;)
        {
            cancellation.ThrowIfCancellationRequested();
            var end = Math.Min(nanoseconds, now + Slice);
            if (Sleep(Monotonic, Absolute, new Time(end / Second, end % Second), 0) == 0 && end == nanoseconds) return;
        }
    }

    private readonly record struct Time(long Seconds, long Nanoseconds);

    [LibraryImport("libc", EntryPoint = "clock_nanosleep")]
    private static partial int Sleep(int clock, int flags, in Time time, nint remaining);

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Control(int option, nuint first, nuint second, nuint third, nuint fourth);
}
