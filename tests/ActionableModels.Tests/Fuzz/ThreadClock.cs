using System.Runtime.InteropServices;

namespace ActionableModels.Tests.Fuzz;

/// <summary>Processor time of the calling thread: what a call costs, whatever else the machine does.</summary>
internal static partial class ThreadClock
{
    /// <summary>Seconds so far.</summary>
    public static double Seconds => Read(Thread, out var time) == 0 ? time.Seconds + 1e-9 * time.Nanoseconds : throw new PlatformNotSupportedException();

    private const int Thread = 3;

    private struct Time
    {
        public long Seconds, Nanoseconds;
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int Read(int clock, out Time time);
}
