using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace ActionableModels.Cli;

/// <summary>
/// A program compiled ahead of time is fixed to the vector instructions it was compiled for, so the bare-machine folder holds a second one
/// for processors with AVX-512. The first turns into it before anything else happens.
/// </summary>
internal static unsafe partial class WideBuild
{
    /// <summary>What stands behind the name of the first program in the name of the second.</summary>
    public const string Ending = "-avx512";

    private static readonly string[] Needed = ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"];

    /// <summary>
    /// Goes on as the second program, with the same arguments, where there is one and the processor can run it; else returns.
    /// </summary>
    public static void Become(string[] arguments)
    {
        // A just-in-time compiler chooses for itself.
        if (RuntimeFeature.IsDynamicCodeSupported || Avx512F.IsSupported || !OperatingSystem.IsLinux()) return;
        if (Environment.ProcessPath is not { } path || !File.Exists(path + Ending) || !Needed.All(ProcessorFlags().Contains)) return;
        string[] all = [Environment.GetCommandLineArgs()[0], .. arguments];
        var texts = (byte**)NativeMemory.Alloc((nuint)(all.Length + 1), (nuint)sizeof(byte*));
        for (var i = 0; i < all.Length; i++) texts[i] = (byte*)Marshal.StringToCoTaskMemUTF8(all[i]);
        texts[all.Length] = null;
        // Returns only where the file cannot be run: this program can do the work as well.
        _ = Execute(Encoding.UTF8.GetBytes(path + Ending + '\0'), texts);
    }

    // The flags that the system lets programs use.
    private static string[] ProcessorFlags()
    {
        const string file = "/proc/cpuinfo";
        if (!File.Exists(file)) return [];
        return File.ReadLines(file).FirstOrDefault(line => line.StartsWith("flags", StringComparison.Ordinal))?.Split(' ') ?? [];
    }

    [LibraryImport("libc", EntryPoint = "execv")]
    private static partial int Execute(byte[] path, byte** arguments);
}
