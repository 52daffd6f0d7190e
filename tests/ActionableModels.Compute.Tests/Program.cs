using ActionableModels.Compute.Cpu;
using ActionableModels.Compute.Tests.Matrix;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Compute.Tests;

/// <summary>
/// The matrix as a program, for machines without a test runner and for processes whose instruction sets are switched off. Prints the device,
/// the worst error of each operation in units of its bound, and every failure; exits with the number of operations that fail.
/// Arguments: --device NAME (cpu); --precision bf16|tf32|fp32 (fp32), what cuda multiplies; large, for the large cases too; errors, to
/// print the largest relative error of every convolution that has a Winograd path, on both paths, instead.
/// </summary>
public static class Program
{
    public static int Main(string[] arguments)
    {
        try
        {
            var name = Value(arguments, "--device") ?? "cpu";
            var precision = Value(arguments, "--precision") switch
            {
                null or "fp32" => Precision.Float32, "bf16" => Precision.Bfloat16, "tf32" => Precision.TensorFloat32,
                var other => throw new ActionableException($"there is no precision '{other}': give bf16, tf32 or fp32"),
            };
            if (arguments.Contains("errors")) return PrintErrors();
            using var device = TestDevices.Open(name, precision);
            Console.WriteLine(device is CpuDevice cpu ? $"level {cpu.Level}" : device.Description);
            var cases = Cases.For(precision).Where(c => !c.Large || arguments.Contains("large")).ToArray();
            var failures = Run(cases, "", c => c.Run(device, device is CpuDevice && c.TransformedBound > 0)) + (device is CpuDevice ? RunDirect(cases) : 0);
            Console.WriteLine(failures == 0 ? "all operations pass" : $"{failures} operations fail");
            return failures;
        }
        catch (ActionableException fault)
        {
            Console.Error.WriteLine(fault.Message);
            return 1;
        }
    }

    private static string? Value(string[] arguments, string option) =>
        Array.IndexOf(arguments, option) is >= 0 and var at && at + 1 < arguments.Length ? arguments[at + 1] : null;

    private static int RunDirect(OperationCase[] cases)
    {
        using var direct = new CpuDevice(2, path: ConvolutionPath.Direct);
        return Run(cases.Where(c => c.TransformedBound > 0), " direct", c => c.Run(direct));
    }

    private static int PrintErrors()
    {
        using CpuDevice device = new(2), direct = new(2, path: ConvolutionPath.Direct);
        foreach (var c in Cases.All.Where(c => c.TransformedBound > 0))
            Console.WriteLine($"{c.Name}: auto {c.RelativeError(device):E1}, direct {c.RelativeError(direct):E1}");
        return 0;
    }

    private static int Run(IEnumerable<OperationCase> cases, string path, Func<OperationCase, double> run)
    {
        var failures = 0;
        foreach (var operation in cases.GroupBy(c => c.Operation))
        {
            var results = operation.Select(c => (Error: run(c), c.Name)).ToArray();
            var (worst, name) = results.MaxBy(r => r.Error);
            Console.WriteLine($"{operation.Key}{path}: {worst:G3} ({name})");
            foreach (var result in results.Where(r => !(r.Error <= 1))) Console.WriteLine($"  fails: {result.Name}, error {result.Error:G3} times its bound");
            if (!(worst <= 1)) failures++;
        }
        return failures;
    }
}
