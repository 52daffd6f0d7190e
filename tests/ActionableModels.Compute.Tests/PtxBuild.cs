using System.Diagnostics;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Compute.Tests;

/// <summary>One run of kernels/build into a folder of its own.</summary>
public sealed class PtxBuild : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("actionable-ptx-");

    /// <summary>Whether clang-19 and Python 3 are there.</summary>
    public static bool HasCompiler => Found("clang-19") && Found("python3");

    /// <summary>Whether ptxas is there.</summary>
    public static bool HasAssembler => Found("ptxas") || File.Exists(Repository.File("kernels/.tools/ptxas"));

    /// <summary>Where it wrote the PTX.</summary>
    public string Ptx => Path.Combine(folder.FullName, "ptx");

    /// <summary>The register report; empty where there is no ptxas.</summary>
    public string Report { get; } = "";

    public int ExitCode { get; }
    public string Messages { get; } = "";

    public PtxBuild()
    {
        if (!HasCompiler) return;
        var report = Path.Combine(folder.FullName, "report.md");
        var start = new ProcessStartInfo("python3") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[Repository.File("kernels/build"), "--output", Ptx]) start.ArgumentList.Add(argument);
        if (HasAssembler) foreach (var argument in (string[])["--report", report]) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        Messages = process.StandardError.ReadToEnd() + output.Result;
        process.WaitForExit();
        ExitCode = process.ExitCode;
        if (File.Exists(report)) Report = File.ReadAllText(report);
    }

    public void Dispose() => folder.Delete(recursive: true);

    private static bool Found(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(p => File.Exists(Path.Combine(p, program)));
}
