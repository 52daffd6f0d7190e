using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.Compute.Cuda;
using ActionableModels.Compute.OpenCl;
using ActionableModels.Control;

namespace ActionableModels;

/// <summary>What to compute on, by the names that the command line and the C interface share. The one place where a device is chosen.</summary>
public sealed record DeviceChoice
{
    /// <summary>Name of a kind of device.</summary>
    public const string Cpu = "cpu", OpenCl = "opencl", Cuda = "cuda", Auto = "auto";

    private static readonly (string Name, Precision Precision)[] Precisions =
        [("bf16", Compute.Precision.Bfloat16), ("tf32", Compute.Precision.TensorFloat32), ("fp32", Compute.Precision.Float32)];

    private DeviceChoice(string kind, int index, Precision? precision) => (Kind, Index, Precision) = (kind, index, precision);

    /// <summary>Names of the precisions; the first is the default.</summary>
    public static IReadOnlyList<string> PrecisionNames { get; } = [.. Precisions.Select(p => p.Name)];

    /// <summary><see cref="Cpu"/>, <see cref="OpenCl"/>, <see cref="Cuda"/> or <see cref="Auto"/>.</summary>
    public string Kind { get; }
    /// <summary>Which of its kind, from 0.</summary>
    public int Index { get; }
    /// <summary>What convolutions and dense layers multiply on cuda; null: <see cref="Compute.Precision.Bfloat16"/>.</summary>
    public Precision? Precision { get; }
    /// <summary>On the cpu: threads that compute, the caller's among them; 0: one for each core.</summary>
    public int Threads { get; init; }
    /// <summary>On the cpu: how convolutions are computed.</summary>
    public ConvolutionPath Convolution { get; init; }
    /// <summary>On the cpu: cores of the device's own threads, in turn; none: the system chooses.</summary>
    public int[] Cores { get; init; } = [];
    /// <summary>On the cpu: SCHED_FIFO priority of the device's own threads; 0: the usual scheduling.</summary>
    public int Priority { get; init; }

    /// <summary>Reads the names.</summary>
    /// <param name="device">cpu, opencl, cuda, auto, or the last two kinds with a number, such as opencl:1.</param>
    /// <param name="precision">bf16, tf32, fp32, or null: the device's own.</param>
    /// <exception cref="DeviceException">There is no device of this name; the message says which there are.</exception>
    /// <exception cref="OptionException">There is no such precision, or the device has another.</exception>
    public static DeviceChoice Parse(string device, string? precision = null)
    {
        string[] known = [Cpu, OpenCl, Cuda, Auto];
        var parts = device.Split(':');
        var index = 0;
        if (!known.Contains(parts[0])) throw new DeviceException(Names.Unknown("device", parts[0], known));
        if (parts.Length > 1
            && (parts[0] is not (OpenCl or Cuda) || parts.Length > 2 || !int.TryParse(parts[1], out index) || index < 0))
            throw new DeviceException($"'{device}' names no device: give cpu, auto, opencl or cuda, the last two with a number where there "
                + "are more, such as opencl:1");
        var chosen = precision is null ? (Precision?)null : PrecisionOf(precision);
        if (parts[0] is Cpu or OpenCl && chosen is not (null or Compute.Precision.Float32))
            throw new OptionException($"precision {precision} is for cuda: {parts[0]} computes in fp32; leave it out");
        return new(parts[0], index, chosen);
    }

    /// <summary>Opens the device.</summary>
    /// <param name="tell">Receives a line that says what auto has found.</param>
    /// <exception cref="ActionableException">There is no such device, or a core or priority cannot be had; the message says which.</exception>
    public Device Open(Action<string>? tell = null) => Kind switch
    {
        Cpu => OpenCpu(),
        OpenCl => new OpenClDevice(Index),
        Cuda => OpenCuda(),
        _ => OpenAuto(tell),
    };

    private Device OpenAuto(Action<string>? tell)
    {
        (string Name, Func<Device> Open)[] gpus = [(Cuda, OpenCuda), (OpenCl, OpenGpuOfOpenCl)];
        List<string> faults = [];
        foreach (var (name, open) in gpus)
            try
            {
                var device = open();
                tell?.Invoke($"device auto computes on {name}, the first GPU found: {device.Description}");
                return device;
            }
            catch (ActionableException fault)
            {
                faults.Add($"{name}: {fault.Message}");
            }
        tell?.Invoke($"device auto computes on the cpu, for no GPU was found ({string.Join("; ", faults)})");
        return OpenCpu();
    }

    /// <summary>OpenCL on a processor is not faster than the cpu device.</summary>
    private static OpenClDevice OpenGpuOfOpenCl()
    {
        var found = OpenClDevice.Find(out var fault);
        return found.FirstOrDefault(d => !d.IsProcessor) is { } gpu
            ? new OpenClDevice(gpu.Index)
            : throw new DeviceException(fault ?? $"its devices are processors ({string.Join(", ", found.Select(d => d.Name))})");
    }

    private CudaDevice OpenCuda() => new(Index, Precision ?? Compute.Precision.Bfloat16);

    private CpuDevice OpenCpu() => new(Threads, path: Convolution, cores: Cores, priority: Priority);

    private static Precision PrecisionOf(string name) => Precisions.FirstOrDefault(p => p.Name == name) is { Name: not null } found
        ? found.Precision
        : throw new OptionException(Names.Unknown("precision", name, PrecisionNames));
}
