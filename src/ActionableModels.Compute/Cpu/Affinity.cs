using System.Runtime.InteropServices;

namespace ActionableModels.Compute.Cpu;

/// <summary>Keeps threads on chosen processors, and puts them before others (Linux).</summary>
public static unsafe partial class Affinity
{
    private const int MaxCores = 1024, Usual = 0, Fifo = 1, RoundRobin = 2, ResetOnFork = 0x40000000;
    // As it was before the first thread was kept on a core.
    private static readonly int[] Usable = Allowed();

    /// <summary>Keeps the calling thread on one processor, as a controller does with the thread that computes for it.</summary>
    /// <param name="core">The processor's number, from 0.</param>
    /// <exception cref="ActionableException">The system has no such processor for this process, or is not Linux.</exception>
    public static void Pin(int core)
    {
        Check(core);
        if (!Keep(core))
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

    /// <summary>Takes the processors of the calling thread for those of the process, where nothing here was used before.</summary>
    internal static void Remember() => _ = Usable;

    /// <summary>
    /// Gives the calling thread the processors of the process and the usual scheduling where it has others from the thread that started it: a
    /// controller's, kept on a core and before all others there. Others stay as they are.
    /// </summary>
    internal static void Release()
    {
        if (!OperatingSystem.IsLinux()) return;
        // What the main thread has that the first one to come here had not.
        int[] all = [.. Usable.Union(Allowed(Environment.ProcessId)).Order()];
        if (!all.AsSpan().SequenceEqual(Allowed())) Keep(all);
        var none = 0;
        if (IsRealTime) SetScheduler(0, Usual, &none);
    }

    /// <summary>Whether the calling thread has a real-time priority, so that others wait for it.</summary>
    internal static bool IsRealTime => OperatingSystem.IsLinux() && (GetScheduler(0) & ~ResetOnFork) is Fifo or RoundRobin;

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
        var before = Allowed();
        return before.Length > 0 && Keep(core) && Keep(before);
    }

    private static bool Keep(params ReadOnlySpan<int> cores)
    {
        var mask = stackalloc byte[MaxCores / 8];
        new Span<byte>(mask, MaxCores / 8).Clear();
        foreach (var core in cores) mask[core / 8] |= (byte)(1 << core % 8);
        return SetAffinity(0, MaxCores / 8, mask) == 0;
    }

    /// <summary>The processors that the calling thread may run on, ascending; empty where the system does not say.</summary>
    public static int[] Allowed() => Allowed(0);

    private static int[] Allowed(int thread)
    {
        if (!OperatingSystem.IsLinux()) return [];
        var mask = stackalloc byte[MaxCores / 8];
        new Span<byte>(mask, MaxCores / 8).Clear();
        if (GetAffinity(thread, MaxCores / 8, mask) < 0) return [];
        var cores = new List<int>();
        for (var core = 0; core < MaxCores; core++)
            if ((mask[core / 8] >> core % 8 & 1) != 0) cores.Add(core);
        return [.. cores];
    }

    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    private static partial int SetAffinity(int thread, nuint bytes, byte* mask);

    [LibraryImport("libc", EntryPoint = "sched_getaffinity", SetLastError = true)]
    private static partial int GetAffinity(int thread, nuint bytes, byte* mask);

    [LibraryImport("libc", EntryPoint = "sched_getscheduler", SetLastError = true)]
    private static partial int GetScheduler(int thread);

    [LibraryImport("libc", EntryPoint = "sched_setscheduler", SetLastError = true)]
    private static partial int SetScheduler(int thread, int policy, int* priority);
}
