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

    /// <summary>
    /// Why there is no device of CUDA; null where there is: the driver that the environment names, else the system's, else the stand-in, which
    /// the environment of this process and of those that it starts names from then on.
    /// </summary>
    public static string? NoDevice => noDevice.Value;

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
            // Test programs that run at the same time share the folder.
            var start = new ProcessStartInfo("flock") { RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (var argument in (string[])[Repository.File("tests/driver/Makefile"), "make", "-s", "-C", Repository.File("tests/driver")])
                start.ArgumentList.Add(argument);
            using var make = Process.Start(start)!;
            var errors = make.StandardError.ReadToEndAsync();
            var output = make.StandardOutput.ReadToEnd();
            make.WaitForExit();
            return make.ExitCode == 0 ? null : $"make -C tests/driver failed: {(output + errors.Result).Trim()}";
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
    public StandInFactAttribute()
    {
        if (!Requirement.All && StandIn.Missing is { } reason) Skip = $"no stand-in for NVIDIA's driver: {reason}";
    }
}
