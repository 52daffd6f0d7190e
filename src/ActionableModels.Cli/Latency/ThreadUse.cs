using System.Runtime.InteropServices;

namespace ActionableModels.Cli.Latency;

/// <summary>What the system did to one thread, as getrusage counts it.</summary>
/// <param name="MinorFaults">Page faults without reading from a disk.</param>
/// <param name="MajorFaults">Page faults that read from a disk.</param>
/// <param name="InvoluntarySwitches">Times that another thread was given its core.</param>
/// <param name="VoluntarySwitches">Times that it waited.</param>
internal sealed partial record ThreadUse(long MinorFaults, long MajorFaults, long InvoluntarySwitches, long VoluntarySwitches)
{
    /// <summary>From one reading to a later one.</summary>
    public static ThreadUse? Between(in Reading before, in Reading after) => !OperatingSystem.IsLinux() ? null
        : new(after.MinorFaults - before.MinorFaults, after.MajorFaults - before.MajorFaults,
            after.InvoluntarySwitches - before.InvoluntarySwitches, after.VoluntarySwitches - before.VoluntarySwitches);

    /// <summary>Reads the calling thread's counters.</summary>
    public static Reading Read()
    {
        const int thisThread = 1;
        Reading reading = default;
        if (OperatingSystem.IsLinux() && GetUsage(thisThread, ref reading) != 0)
            throw new InvalidOperationException($"getrusage: {Marshal.GetLastPInvokeErrorMessage()}");
        return reading;
    }

    [LibraryImport("libc", EntryPoint = "getrusage", SetLastError = true)]
    private static partial int GetUsage(int who, ref Reading usage);

    /// <summary>struct rusage of 64-bit Linux: four numbers of time, then one for each count.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 144)]
    internal struct Reading
    {
        [FieldOffset(64)] public long MinorFaults;
        [FieldOffset(72)] public long MajorFaults;
        [FieldOffset(128)] public long VoluntarySwitches;
        [FieldOffset(136)] public long InvoluntarySwitches;
    }
}
