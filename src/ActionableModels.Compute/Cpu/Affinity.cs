using System.Runtime.InteropServices;

namespace ActionableModels.Compute.Cpu;

/// <summary>Keeps threads on chosen processors, and puts them before others (Linux).</summary>
public static unsafe partial class Affinity
{
    private const int MaxCores = 1024, Fifo = 1;
    // As it was before the first thread was kept on a core.
    private static readonly int[] Usable = Allowed();

    /// <summary>Keeps the calling thread on one processor, as a controller does with the thread that computes for it.</summary>
    /// <param name="core">The processor's number, from 0.</param>
    /// <exception cref="ActionableException">The system has no such processor for this process, or is not Linux.</exception>
    public static void Pin(int core)
    {
        Check(core);
        var mask = stackalloc byte[MaxCores / 8];
        new Span<byte>(mask, MaxCores / 8).Clear();
        mask[core / 8] = (byte)(1 << core % 8);
        if (SetAffinity(0, MaxCores / 8, mask) != 0)
            throw new DeviceException(
                $"the thread could not be kept on core {core}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
    }

    /// <summary>Gives the calling thread a SCHED_FIFO priority.</summary>
    /// <param name="priority">1 to 99.</param>
    /// <exception cref="DeviceException">The process has no right to it, or the system is not Linux.</exception>
    public static void Prioritise(int priority)
    {
        if (!OperatingSystem.IsLinux()) throw new DeviceException("threads can be given a priority on Linux only: leave it out");
        if (SetScheduler(0, Fifo, &priority) != 0)
            throw new DeviceException($"the process has no right to the SCHED_FIFO priority {priority} "
                + $"({Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}): raise RLIMIT_RTPRIO (ulimit -r) or leave the priority out");
    }

    /// <summary>Checks that the process may run on cores.</summary>
    internal static void Check(params ReadOnlySpan<int> cores)
    {
        if (!OperatingSystem.IsLinux()) throw new DeviceException("threads can be kept on a core on Linux only: leave the cores out");
        foreach (var core in cores)
            if (!Usable.Contains(core) && !CanMoveTo(core))
                throw new DeviceException($"core {core} is not one that this process may use: it has {string.Join(", ", Usable)}");
    }

    // A thread that was kept on a core before this class was first used does not tell what the process may use.
    private static bool CanMoveTo(int core)
    {
        if (core is < 0 or >= MaxCores) return false;
        byte* before = stackalloc byte[MaxCores / 8], wanted = stackalloc byte[MaxCores / 8];
        new Span<byte>(before, MaxCores / 8).Clear();
        new Span<byte>(wanted, MaxCores / 8).Clear();
        wanted[core / 8] = (byte)(1 << core % 8);
        if (GetAffinity(0, MaxCores / 8, before) < 0 || SetAffinity(0, MaxCores / 8, wanted) != 0) return false;
        return SetAffinity(0, MaxCores / 8, before) == 0;
    }

    /// <summary>The processors that the calling thread may run on, ascending; empty where the system does not say.</summary>
    public static int[] Allowed()
    {
        if (!OperatingSystem.IsLinux()) return [];
        var mask = stackalloc byte[MaxCores / 8];
        new Span<byte>(mask, MaxCores / 8).Clear();
        if (GetAffinity(0, MaxCores / 8, mask) < 0) return [];
        var cores = new List<int>();
        for (var core = 0; core < MaxCores; core++)
            if ((mask[core / 8] >> core % 8 & 1) != 0) cores.Add(core);
        return [.. cores];
    }

    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    private static partial int SetAffinity(int thread, nuint bytes, byte* mask);

    [LibraryImport("libc", EntryPoint = "sched_getaffinity", SetLastError = true)]
    private static partial int GetAffinity(int thread, nuint bytes, byte* mask);

    [LibraryImport("libc", EntryPoint = "sched_setscheduler", SetLastError = true)]
    private static partial int SetScheduler(int thread, int policy, int* priority);
}
