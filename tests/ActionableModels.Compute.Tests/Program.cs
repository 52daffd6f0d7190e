using ActionableModels.Compute.Cpu;
using ActionableModels.Compute.Tests.Matrix;

namespace ActionableModels.Compute.Tests;

/// <summary>
/// The matrix as a program, so that a test can run it in a process whose instruction sets are switched off. Prints the level that Auto picked,
/// the worst error of each operation in units of its bound, and every failure; exits with the number of failures. With "errors" it prints
/// the largest relative error of every convolution that has a Winograd path, on both paths.
/// </summary>
public static class Program
{
    public static int Main(string[] arguments)
    {
        using CpuDevice device = new(2), direct = new(2, path: ConvolutionPath.Direct);
        Console.WriteLine($"level {device.Level}");
        if (arguments.Contains("errors")) return PrintErrors(device, direct);
        var cases = Cases.All.Where(c => !c.Large || arguments.Contains("large")).ToArray();
        var failures = Run(cases, "", c => c.Run(device, c.TransformedBound > 0))
            + Run(cases.Where(c => c.TransformedBound > 0), " direct", c => c.Run(direct));
        Console.WriteLine(failures == 0 ? "all operations pass" : $"{failures} operations fail");
        return failures;
    }

    private static int PrintErrors(CpuDevice device, CpuDevice direct)
    {
        foreach (var c in Cases.All.Where(c => c.TransformedBound > 0))
            Console.WriteLine($"{c.Name}: auto {c.RelativeError(device):E1}, direct {c.RelativeError(direct):E1}");
        return 0;
    }

    private static int Run(IEnumerable<OperationCase> cases, string path, Func<OperationCase, double> run)
    {
        var failures = 0;
        foreach (var operation in cases.GroupBy(c => c.Operation))
        {
            var (worst, name) = operation.Select(c => (Error: run(c), c.Name)).MaxBy(r => r.Error);
            Console.WriteLine($"{operation.Key}{path}: {worst:G3} ({name})");
            if (!(worst <= 1)) failures++;
        }
        return failures;
    }
}
