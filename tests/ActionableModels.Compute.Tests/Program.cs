using ActionableModels.Compute.Cpu;
using ActionableModels.Compute.Tests.Matrix;

namespace ActionableModels.Compute.Tests;

/// <summary>
/// The matrix as a program, so that a test can run it in a process whose instruction sets are switched off. Prints the level that Auto picked,
/// the worst error of each operation in units of its bound, and every failure; exits with the number of failures.
/// </summary>
public static class Program
{
    public static int Main(string[] arguments)
    {
        using var device = new CpuDevice(2);
        Console.WriteLine($"level {device.Level}");
        var failures = 0;
        foreach (var operation in Cases.All.Where(c => !c.Large || arguments.Contains("large")).GroupBy(c => c.Operation))
        {
            var (worst, name) = operation.Select(c => (Error: c.Run(device), c.Name)).MaxBy(r => r.Error);
            Console.WriteLine($"{operation.Key}: {worst:G3} ({name})");
            if (!(worst <= 1)) failures++;
        }
        Console.WriteLine(failures == 0 ? "all operations pass" : $"{failures} operations fail");
        return failures;
    }
}
