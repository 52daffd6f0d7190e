using System.Diagnostics;

namespace ActionableModels;

/// <summary>The clock of deadlines and time stamps: CLOCK_MONOTONIC on Linux, which is what the runtime's own stopwatch reads.</summary>
internal static class MonotonicClock
{
    /// <summary>Nanoseconds since some moment before the program started.</summary>
    public static long Now => Stopwatch.GetTimestamp() * (1_000_000_000 / Stopwatch.Frequency);

    /// <summary>A time in nanoseconds; the longest there is for none.</summary>
    public static long Nanoseconds(TimeSpan? time) => time is { } given ? given.Ticks * TimeSpan.NanosecondsPerTick : long.MaxValue;
}
