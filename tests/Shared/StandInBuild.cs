using System.Diagnostics;
using System.Runtime.Intrinsics.X86;

namespace ActionableModels.Tests.Shared;

/// <summary>The stand-in for NVIDIA's driver (tests/driver), built by its Makefile.</summary>
public sealed class StandInBuild
{
    private readonly Lazy<(int Code, string Output)> build = new(() => Make("all"));

    /// <summary>Whether it can be built and run here; if not, the test is named, and fails in CI.</summary>
    public static bool CanBuild(string test) => Requirement.Met(
        OperatingSystem.IsLinux() && Avx2.X64.IsSupported && Found("clang++-19") && Found("make"),
        "clang++-19 and make, on Linux on x86-64 with AVX2", test);

    /// <summary>What makes CudaDevice use it; builds it first, unless that was done.</summary>
    public (string Name, string Value) Variable
    {
        get
        {
            Assert.True(build.Value.Code == 0, build.Value.Output);
            return ("ACTIONABLE_CUDA_DRIVER", Repository.File("tests/driver/build/libcuda-standin.so"));
        }
    }

    /// <summary>Makes a target of tests/driver/Makefile; one process of tests at a time.</summary>
    public static (int Code, string Output) Make(string target)
    {
        using var one = new Mutex(false, "actionable-models-tests-driver");
        try { one.WaitOne(); }
        catch (AbandonedMutexException) { }
        try
        {
            var start = new ProcessStartInfo("make") { RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (var argument in (string[])["-C", Repository.File("tests/driver"), "-j", $"{Environment.ProcessorCount}", target])
                start.ArgumentList.Add(argument);
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output.Result + errors);
        }
        finally
        {
            one.ReleaseMutex();
        }
    }

    private static bool Found(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(p => File.Exists(Path.Combine(p, program)));
}
