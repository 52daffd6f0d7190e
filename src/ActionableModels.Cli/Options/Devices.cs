using System.CommandLine;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;

namespace ActionableModels.Cli;

/// <summary>The one place where a device is chosen.</summary>
internal static class Devices
{
    private static readonly Option<string> Convolution = Choice.Option<ConvolutionPath>("--convolution",
        "auto: Winograd's form where it is faster; direct: every product of the definition. They round differently", ConvolutionPath.Auto);
    private static readonly Option<string?> Cores = CommonOptions.Optional("--cores",
        "processors to stay on, one for each thread, such as 2,3; the first is the main thread's (Linux)", "LIST");

    /// <summary>Options of commands that compute.</summary>
    public static IEnumerable<Option> Options { get; } = [CommonOptions.Threads, CommonOptions.Device, Convolution, Cores];

    /// <summary>How convolutions are computed, as on the command line.</summary>
    public static string ConvolutionOf(Invocation call) => call.Get(Convolution);

    /// <summary>The device of the command line. With --cores, the calling thread stays on the first of them from here on.</summary>
    /// <exception cref="ActionableException">There is no such device, or a core cannot be used; the message says which.</exception>
    public static Device Open(Invocation call)
    {
        var name = call.Get(CommonOptions.Device);
        if (name != "cpu") throw new ActionableException(Names.Unknown("device", name, ["cpu"]));
        var threads = call.Get(CommonOptions.Threads);
        var path = Choice.Parse<ConvolutionPath>(call.Get(Convolution));
        if (call.Get(Cores) is not { } list) return new CpuDevice(threads, path: path);
        int[] cores = [.. list.Split(',').Select(Core)];
        if (threads == 0) threads = cores.Length;
        if (cores.Length != threads)
            throw new ActionableException($"--cores {list} names {cores.Length} cores for {threads} threads: give one for each");
        var device = new CpuDevice(threads, path: path, cores: cores[1..]);
        Affinity.Pin(cores[0]);
        return device;
    }

    private static int Core(string text) => int.TryParse(text, out var core) && core >= 0
        ? core
        : throw new ActionableException($"--cores: '{text}' is not a processor's number; give numbers from 0 with commas, such as 2,3");
}
