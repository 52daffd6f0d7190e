using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;

namespace ActionableModels.Cli;

/// <summary>The one place where a device is chosen.</summary>
internal static class Devices
{
    public static Device Open(string name, int threads, ConvolutionPath path = ConvolutionPath.Auto) =>
        name == "cpu" ? new CpuDevice(threads, path: path) : throw new ActionableException(Names.Unknown("device", name, ["cpu"]));
}
