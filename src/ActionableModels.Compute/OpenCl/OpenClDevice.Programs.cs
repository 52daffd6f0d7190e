using System.Text;
using ActionableModels.Compute.Kernels;

namespace ActionableModels.Compute.OpenCl;

public sealed unsafe partial class OpenClDevice
{
    private const uint BuildLog = 0x1183;
    // Kernels that share a formula share its bits, whatever the compiler makes of each; where they mean a fused operation they say FMA.
    private const string RoundAsWritten = "#pragma OPENCL FP_CONTRACT OFF\n";
    private readonly Dictionary<string, nint> programs = [];
    private readonly Dictionary<Kernel, nint> kernels = new(ReferenceEqualityComparer.Instance);

    private nint Handle(Kernel kernel) => kernels.TryGetValue(kernel, out var handle) ? handle : Create(kernel);

    private nint Create(Kernel kernel)
    {
        if (!programs.TryGetValue(kernel.File, out var program)) programs[kernel.File] = program = Build(kernel.File);
        int code;
        nint handle;
        fixed (byte* name = Terminated(kernel.Name)) handle = library.CreateKernel(program, name, &code);
        Expect(code, kernel.Name);
        return kernels[kernel] = handle;
    }

    /// <summary>Compiles a file of kernels/portable for the device.</summary>
    /// <exception cref="ActionableException">The driver rejects it; the message has the compiler's log.</exception>
    private nint Build(string file) => Build(file, RoundAsWritten + KernelResources.Source(file));

    internal nint Build(string file, string source)
    {
        int code;
        nint program;
        fixed (byte* text = Terminated(source)) program = library.CreateProgramWithSource(context, 1, &text, null, &code);
        Expect(code, "clCreateProgramWithSource");
        nint device = Info.Handle;
        fixed (byte* options = Terminated(Info.CorrectDivision ? "-cl-std=CL1.2 -cl-fp32-correctly-rounded-divide-sqrt" : "-cl-std=CL1.2"))
            code = library.BuildProgram(program, 1, &device, options, 0, 0);
        if (code == 0) return program;
        var log = Log(program);
        library.ReleaseProgram(program);
        throw new DeviceException($"the driver of the opencl device {Info.Name} rejected {file}.cl with {OpenClError.Name(code)}: update the "
            + $"driver ({Info.Driver}) or use another device; its compiler said:\n{log}");
    }

    private string Log(nint program)
    {
        nuint size = 0;
        library.GetProgramBuildInfo(program, Info.Handle, BuildLog, 0, null, &size);
        var log = new byte[size];
        fixed (byte* into = log) library.GetProgramBuildInfo(program, Info.Handle, BuildLog, size, into, null);
        return Encoding.UTF8.GetString(log).TrimEnd('\0', '\n', ' ');
    }

    private void ReleasePrograms()
    {
        foreach (var kernel in kernels.Values) library.ReleaseKernel(kernel);
        foreach (var program in programs.Values) library.ReleaseProgram(program);
        kernels.Clear();
        programs.Clear();
    }

    private static byte[] Terminated(string text) => Encoding.UTF8.GetBytes(text + '\0');
}
