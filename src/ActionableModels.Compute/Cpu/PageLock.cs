using System.Runtime.InteropServices;

namespace ActionableModels.Compute.Cpu;

/// <summary>Keeps pages in physical memory (mlock; Linux), so that no access waits for a disk.</summary>
public static unsafe partial class PageLock
{
    /// <summary>Bytes of a page: what is to be locked starts at a multiple of it.</summary>
    public static int PageBytes { get; } = Environment.SystemPageSize;

    /// <summary>Locks; false where the system does not allow it (RLIMIT_MEMLOCK) or is not Linux.</summary>
    public static bool TryLock(void* start, long bytes) => OperatingSystem.IsLinux() && Lock(start, (nuint)bytes) == 0;

    /// <summary>Lets go again.</summary>
    public static void Unlock(void* start, long bytes)
    {
        if (OperatingSystem.IsLinux()) Release(start, (nuint)bytes);
    }

    [LibraryImport("libc", EntryPoint = "mlock")]
    private static partial int Lock(void* start, nuint bytes);

    [LibraryImport("libc", EntryPoint = "munlock")]
    private static partial int Release(void* start, nuint bytes);
}
