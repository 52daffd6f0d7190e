using System.CommandLine;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;

namespace ActionableModels.Cli;

/// <summary>Options that choose a device.</summary>
internal static class Devices
{
    private static readonly Option<string> Device = CommonOptions.New("--device",
        "where to compute: cpu, opencl, cuda, or auto: the first NVIDIA GPU, else the first GPU of OpenCL, else the cpu; opencl:1 and cuda:1 are "
        + "the second of theirs, see doctor", DeviceChoice.Cpu, "NAME");
    private static readonly Option<string> Precision = Choice.Among("--precision",
        "what convolutions and dense layers multiply on cuda; sums are fp32 in every case, and the other devices compute in fp32",
        [.. DeviceChoice.PrecisionNames], DeviceChoice.PrecisionNames[0]);
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
        var choice = DeviceChoice.Parse(given, call.IsGiven(Precision) ? call.Get(Precision) : null) with
        {
            Threads = threads ?? call.Get(CommonOptions.Threads),
            Convolution = Choice.Parse<ConvolutionPath>(call.Get(Convolution)),
        };
        if (choice.Kind is DeviceChoice.OpenCl or DeviceChoice.Cuda)
            foreach (var option in (Option[])[Convolution, Cores])
                if (call.IsGiven(option)) throw new ActionableException($"{option.Name} is for the cpu: leave it out with --device {given}");
        if ((cores ?? CoresOf(call)) is not { } kept) return choice.Open(line => Tell(call, line));
        if (choice.Threads == 0) choice = choice with { Threads = kept.Length };
        if (kept.Length != choice.Threads)
            throw new ActionableException(
                $"--cores {string.Join(',', kept)} names {kept.Length} cores for {choice.Threads} threads: give one for each");
        var device = (choice with { Cores = kept[1..] }).Open(line => Tell(call, line));
        if (device is CpuDevice) Affinity.Pin(kept[0]);
        return device;
    }

    private static void Tell(Invocation call, string line)
    {
        if (!told) call.Note("--" + line);
        told = true;
    }

    private static int Core(string text) => int.TryParse(text, out var core) && core >= 0
        ? core
        : throw new ActionableException($"--cores: '{text}' is not a processor's number; give numbers from 0 with commas, such as 2,3");
}
