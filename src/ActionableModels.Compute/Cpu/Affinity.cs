using System.Runtime.InteropServices;

namespace ActionableModels.Compute.Cpu;

/// <summary>Keeps threads on chosen processors (Linux).</summary>
public static unsafe partial class Affinity
{
    private const int MaxCores = 1024;
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
            throw new ActionableException(
                $"the thread could not be kept on core {core}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
    }

    /// <summary>Checks that the process may run on cores.</summary>
    internal static void Check(params ReadOnlySpan<int> cores)
    {
        if (!OperatingSystem.IsLinux()) throw new ActionableException("threads can be kept on a core on Linux only: leave the cores out");
        foreach (var core in cores)
            if (!Usable.Contains(core))
                throw new ActionableException($"core {core} is not one that this process may use: it has {string.Join(", ", Usable)}");
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
}
