using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using ActionableModels.Cli.Terminal;
using ActionableModels.Formats;

namespace ActionableModels.Cli.Report;

/// <summary>The hardware and the system of this machine.</summary>
/// <param name="OperatingSystem">Name and version.</param>
/// <param name="Runtime">The .NET runtime.</param>
/// <param name="Architecture">Processor architecture of this process.</param>
/// <param name="Processor">Processor model.</param>
/// <param name="Cores">Logical processors that this process may use.</param>
/// <param name="InstructionSets">Vector instruction sets that the runtime may use, widest first.</param>
/// <param name="MemoryBytes">Memory that this process may use.</param>
/// <param name="Folder">The folder whose disk was looked at.</param>
/// <param name="FreeDiskBytes">Free space there; null when unknown.</param>
/// <param name="Libraries">Libraries that some formats of datasets need.</param>
public sealed record DoctorInfo(string OperatingSystem, string Runtime, string Architecture, string Processor, int Cores,
    IReadOnlyList<string> InstructionSets, long MemoryBytes, string Folder, long? FreeDiskBytes,
    IReadOnlyList<FormatLibrary> Libraries)
{
    /// <summary>The rows of a table: what, found, remark.</summary>
    public IEnumerable<(string What, string Found, string Remark)> Rows()
    {
        yield return ("operating system", OperatingSystem, "");
        yield return (".NET", Runtime, Architecture);
        yield return ("processor", Processor, Cores == 1 ? "1 core" : $"{Cores} cores");
        yield return ("vector instructions", InstructionSets.Count == 0 ? "none" : string.Join(", ", InstructionSets), "");
        yield return ("memory", Amount.Bytes(MemoryBytes), "");
        yield return ("free disk", FreeDiskBytes is { } free ? Amount.Bytes(free) : "unknown", Folder);
        foreach (var library in Libraries) yield return (library.Name, library.Version ?? "none", library.Fault ?? $"for {library.For}");
    }
}

/// <summary>Looks at the machine for <c>actionable doctor</c>.</summary>
public static class Doctor
{
    /// <summary>Gathers what is there.</summary>
    /// <param name="folder">The folder whose disk is looked at.</param>
    public static DoctorInfo Look(string folder)
    {
        folder = Path.GetFullPath(folder);
        return new DoctorInfo(RuntimeInformation.OSDescription, RuntimeInformation.FrameworkDescription,
            RuntimeInformation.ProcessArchitecture.ToString(), ProcessorModel(), Environment.ProcessorCount, [.. InstructionSets()],
            GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, folder, FreeDisk(folder), FormatLibrary.All());
    }

    private static IEnumerable<string> InstructionSets()
    {
        if (Avx512F.IsSupported) yield return "AVX-512F";
        if (Avx2.IsSupported) yield return "AVX2";
        if (Fma.IsSupported) yield return "FMA";
        if (Sse42.IsSupported) yield return "SSE4.2";
        if (AdvSimd.IsSupported) yield return "AdvSimd";
    }

    private static string ProcessorModel()
    {
        const string linux = "/proc/cpuinfo";
        try
        {
            if (File.Exists(linux) && File.ReadLines(linux).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) is { } line)
                return line[(line.IndexOf(':') + 1)..].Trim();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException) { }
        return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? "unknown";
    }

    private static long? FreeDisk(string folder)
    {
        try
        {
            return new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
