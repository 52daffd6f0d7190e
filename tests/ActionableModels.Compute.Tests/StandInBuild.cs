using System.Diagnostics;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Compute.Tests;

/// <summary>The stand-in for NVIDIA's driver (tests/driver), built by its Makefile.</summary>
public sealed class StandInBuild
{
    private readonly Lazy<(int Code, string Output)> build = new(() => Make("all"));

    /// <summary>Whether it can be built here.</summary>
    public static bool CanBuild => OperatingSystem.IsLinux() && System.Runtime.Intrinsics.X86.X86Base.X64.IsSupported && Found("clang++-19") && Found("make");

    /// <summary>Its file.</summary>
    public static string Library { get; } = Repository.File("tests/driver/build/libcuda-standin.so");

    /// <summary>Builds it, unless that was done; the compiler's words where it fails.</summary>
    public void Require() => Assert.True(build.Value.Code == 0, build.Value.Output);

    /// <summary>Makes a target of tests/driver/Makefile.</summary>
    public static (int Code, string Output) Make(string target)
    {
        var start = new ProcessStartInfo("make") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["-C", Repository.File("tests/driver"), "-j", $"{Environment.ProcessorCount}", target]) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output.Result + errors);
    }

    private static bool Found(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(p => File.Exists(Path.Combine(p, program)));
}
