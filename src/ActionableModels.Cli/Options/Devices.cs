using System.CommandLine;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.Compute.Cuda;
using ActionableModels.Compute.OpenCl;

namespace ActionableModels.Cli;

/// <summary>The one place where a device is chosen.</summary>
internal static class Devices
{
    private const string Cpu = "cpu", OpenCl = "opencl", Cuda = "cuda", Auto = "auto";
    private static readonly (string Name, Precision Precision)[] Precisions =
        [("bf16", Compute.Precision.Bfloat16), ("tf32", Compute.Precision.TensorFloat32), ("fp32", Compute.Precision.Float32)];

    private static readonly Option<string> Device = CommonOptions.New("--device",
        "where to compute: cpu, opencl, cuda, or auto: the first NVIDIA GPU, else the first GPU of OpenCL, else the cpu; opencl:1 and cuda:1 are "
        + "the second of theirs, see doctor", Cpu, "NAME");
    private static readonly Option<string> Precision = Choice.Among("--precision",
        "what convolutions and dense layers multiply on cuda; sums are fp32 in every case, and the other devices compute in fp32",
        [.. Precisions.Select(p => p.Name)], Precisions[0].Name);
    private static readonly Option<string> Convolution = Choice.Option<ConvolutionPath>("--convolution",
        "on the cpu; auto: Winograd's form where it is faster; direct: every product of the definition. They round differently",
        ConvolutionPath.Auto);
    private static readonly Option<string?> Cores = CommonOptions.Optional("--cores",
        "on the cpu: processors to stay on, one for each thread, such as 2,3; the first is the main thread's (Linux)", "LIST");
    private static bool told;

    /// <summary>Options of commands that compute.</summary>
    public static IEnumerable<Option> Options { get; } = [CommonOptions.Threads, Device, Precision, Convolution, Cores];

    /// <summary>How convolutions are computed, as on the command line.</summary>
    public static string ConvolutionOf(Invocation call) => call.Get(Convolution);

    /// <summary>The processors of --cores; null where it is left out.</summary>
    /// <exception cref="ActionableException">It is no list of numbers.</exception>
    public static int[]? CoresOf(Invocation call) => call.Get(Cores)?.Split(',').Select(Core).ToArray();

    /// <summary>The device of the command line. With --cores, the calling thread stays on the first of them from here on.</summary>
    /// <param name="call">The command line.</param>
    /// <param name="threads">Threads that compute on the cpu; --threads if left out.</param>
    /// <param name="cores">Where they stay; --cores if left out.</param>
    /// <exception cref="ActionableException">There is no such device, or a core cannot be used; the message says which.</exception>
    public static Device Open(Invocation call, int? threads = null, int[]? cores = null)
    {
        var given = call.Get(Device);
        var (name, index) = Parse(given);
        if (name is OpenCl or Cuda)
            foreach (var option in (Option[])[Convolution, Cores])
                if (call.IsGiven(option)) throw new ActionableException($"{option.Name} is for the cpu: leave it out with --device {given}");
        if (name is Cpu or OpenCl && call.IsGiven(Precision) && PrecisionOf(call) != Compute.Precision.Float32)
            throw new ActionableException($"--precision {call.Get(Precision)} is for cuda: {name} computes in fp32; leave it out");
        return name switch
        {
            Cpu => OpenCpu(call, threads, cores),
            OpenCl => new OpenClDevice(index),
            Cuda => new CudaDevice(index, PrecisionOf(call)),
            _ => OpenAuto(call, threads, cores),
        };
    }

    private static Device OpenAuto(Invocation call, int? threads, int[]? cores)
    {
        (string Name, Func<Device> Open)[] gpus = [(Cuda, () => new CudaDevice(0, PrecisionOf(call))), (OpenCl, OpenGpuOfOpenCl)];
        List<string> faults = [];
        foreach (var (name, open) in gpus)
            try
            {
                var device = open();
                Tell(call, $"--device auto computes on {name}, the first GPU found: {device.Description}");
                return device;
            }
            catch (ActionableException fault)
            {
                faults.Add($"{name}: {fault.Message}");
            }
        Tell(call, $"--device auto computes on the cpu, for no GPU was found ({string.Join("; ", faults)})");
        return OpenCpu(call, threads, cores);
    }

    /// <summary>OpenCL on a processor is not faster than the cpu device.</summary>
    private static OpenClDevice OpenGpuOfOpenCl()
    {
        var found = OpenClDevice.Find(out var fault);
        return found.FirstOrDefault(d => !d.IsProcessor) is { } gpu
            ? new OpenClDevice(gpu.Index)
            : throw new ActionableException(fault ?? $"its devices are processors ({string.Join(", ", found.Select(d => d.Name))})");
    }

    private static void Tell(Invocation call, string line)
    {
        if (!told) call.Note(line);
        told = true;
    }

    private static CpuDevice OpenCpu(Invocation call, int? given, int[]? chosen)
    {
        var threads = given ?? call.Get(CommonOptions.Threads);
        var path = Choice.Parse<ConvolutionPath>(call.Get(Convolution));
        if ((chosen ?? CoresOf(call)) is not { } cores) return new CpuDevice(threads, path: path);
        if (threads == 0) threads = cores.Length;
        if (cores.Length != threads)
            throw new ActionableException(
                $"--cores {string.Join(',', cores)} names {cores.Length} cores for {threads} threads: give one for each");
        var device = new CpuDevice(threads, path: path, cores: cores[1..]);
        Affinity.Pin(cores[0]);
        return device;
    }

    private static (string Name, int Index) Parse(string given)
    {
        string[] known = [Cpu, OpenCl, Cuda, Auto];
        var parts = given.Split(':');
        if (!known.Contains(parts[0])) throw new ActionableException(Names.Unknown("device", parts[0], known));
        if (parts.Length == 1) return (parts[0], 0);
        if (parts[0] is OpenCl or Cuda && parts.Length == 2 && int.TryParse(parts[1], out var index) && index >= 0) return (parts[0], index);
        throw new ActionableException($"--device '{given}' names no device: give cpu, auto, opencl or cuda, the last two with a number where there "
            + "are more, such as opencl:1");
    }

    private static Precision PrecisionOf(Invocation call) => Precisions.First(p => p.Name == call.Get(Precision)).Precision;

    private static int Core(string text) => int.TryParse(text, out var core) && core >= 0
        ? core
        : throw new ActionableException($"--cores: '{text}' is not a processor's number; give numbers from 0 with commas, such as 2,3");
}
