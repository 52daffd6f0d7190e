using System.Diagnostics;
using ActionableModels.Compute;
using ActionableModels.Compute.Cuda;

namespace ActionableModels.Tests.Shared;

/// <summary>
/// The library of tests/driver that stands in for NVIDIA's driver and runs the kernels on the processor; built when it is first asked for.
/// </summary>
internal static class StandIn
{
    /// <summary>The environment variable that names the driver of <see cref="CudaDevice"/>.</summary>
    public const string Variable = "ACTIONABLE_CUDA_DRIVER";

    private static readonly Lazy<string?> missing = new(Build);
    private static readonly Lazy<string?> noDevice = new(Choose);

    /// <summary>The library's file.</summary>
    public static string File => Repository.File("tests/driver/build/libcuda-standin.so");

    /// <summary>Why it cannot be built; null where it is there.</summary>
    public static string? Missing => missing.Value;

    /// <summary>Why tests on it are skipped; null where they run.</summary>
    public static string? Skip => !Requirement.All && Missing is { } reason ? $"no stand-in for NVIDIA's driver: {reason}" : null;

    /// <summary>
    /// Why there is no device of CUDA; null where there is: the driver that the environment names, else the system's, else the stand-in, which
    /// the environment of this process and of those that it starts names from then on.
    /// </summary>
    public static string? NoDevice => noDevice.Value;

    /// <summary>Makes a target of tests/driver/Makefile.</summary>
    public static (int Code, string Output) Make(string target)
    {
        // Test programs that run at the same time share the folder.
        var start = new ProcessStartInfo("flock") { RedirectStandardOutput = true, RedirectStandardError = true };
        var folder = Repository.File("tests/driver");
        foreach (var argument in (string[])[Path.Combine(folder, "Makefile"), "make", "-C", folder, "-j", $"{Environment.ProcessorCount}", target])
            start.ArgumentList.Add(argument);
        using var make = Process.Start(start)!;
        var errors = make.StandardError.ReadToEndAsync();
        var output = make.StandardOutput.ReadToEnd();
        make.WaitForExit();
        return (make.ExitCode, output + errors.Result);
    }

    private static string? Choose()
    {
        CudaDevice.Find(out var fault);
        if (fault is null || Environment.GetEnvironmentVariable(Variable) is { Length: > 0 }) return fault;
        if (Missing is { } reason) return $"{fault}; the driver's stand-in: {reason}";
        Environment.SetEnvironmentVariable(Variable, File);
        CudaDevice.Find(out fault);
        return fault;
    }

    private static string? Build()
    {
        try
        {
            var (code, output) = Make("all");
            return code == 0 ? null : $"make -C tests/driver failed (it needs clang-19 on Linux on x86-64): {output.Trim()}";
        }
        catch (Exception fault) when (fault is System.ComponentModel.Win32Exception or DirectoryNotFoundException)
        {
            return fault.Message;
        }
    }
}

/// <summary>A test on the driver's stand-in: skipped with its reason where it cannot be built, a failure there with ACTIONABLE_REQUIRE_ALL.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class StandInFactAttribute : FactAttribute
{
    /// <summary>Marks the test.</summary>
    public StandInFactAttribute() => Skip = StandIn.Skip;
}

/// <summary>The same for a test with rows.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class StandInTheoryAttribute : TheoryAttribute
{
    /// <summary>Marks the test.</summary>
    public StandInTheoryAttribute() => Skip = StandIn.Skip;
}
