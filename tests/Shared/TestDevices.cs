using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.Compute.Cuda;
using ActionableModels.Compute.OpenCl;

namespace ActionableModels.Tests.Shared;

/// <summary>The devices that tests run on, by the names of the command line; cuda is the driver's stand-in where there is no NVIDIA GPU.</summary>
public static class TestDevices
{
    /// <summary>Opens a device.</summary>
    /// <exception cref="ActionableException">The machine has none of this name.</exception>
    public static Device Open(string name, Precision precision = Precision.Float32) => name switch
    {
        "cpu" => new CpuDevice(2),
        "opencl" => new OpenClDevice(),
        "cuda" => OpenCuda(precision),
        _ => throw new ActionableException($"there is no device '{name}': the devices are cpu, opencl and cuda"),
    };

    /// <summary>Why the machine has no device of this name; null where it has one.</summary>
    public static string? Missing(string name)
    {
        string? fault = null;
        if (name == "opencl") OpenClDevice.Find(out fault);
        return name == "cuda" ? StandIn.NoDevice : fault;
    }

    private static CudaDevice OpenCuda(Precision precision) =>
        StandIn.NoDevice is { } fault ? throw new ActionableException(fault) : new CudaDevice(0, precision);
}
