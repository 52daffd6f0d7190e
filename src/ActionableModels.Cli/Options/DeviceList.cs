using ActionableModels.Cli.Terminal;
using ActionableModels.Compute;
using ActionableModels.Compute.Cuda;
using ActionableModels.Compute.OpenCl;

namespace ActionableModels.Cli;

/// <summary>A device that --device can name, or a kind of which the machine has none.</summary>
/// <param name="Name">What --device takes: cpu, opencl:0.</param>
/// <param name="Model">What it is; null where there is none.</param>
/// <param name="MemoryBytes">Its memory.</param>
/// <param name="FreeBytes">How much of it is free, where that is known.</param>
/// <param name="Capability">What it can: instruction set, OpenCL version, compute capability and driver.</param>
/// <param name="Used">Whether this command computes on it.</param>
/// <param name="Fault">Why there is none, or why it cannot be used, and what to do.</param>
internal sealed record ListedDevice(string Name, string? Model, long? MemoryBytes, long? FreeBytes, string? Capability, bool Used, string? Fault)
{
    /// <summary>The row of a table: what, found, remark. The fault is too long for it.</summary>
    public (string What, string Found, string Remark) ToRow() => ($"device {Name}", Model is null ? "none"
        : $"{Model}, {(FreeBytes is { } free ? $"{Amount.Bytes(free)} free of " : "")}{Amount.Bytes(MemoryBytes!.Value)}",
        string.Join("; ", ((string?[])[Used ? "used" : null, Capability, Fault is null ? null : "see below"]).OfType<string>()));
}

/// <summary>The devices of this machine.</summary>
internal static class DeviceList
{
    /// <summary>Asks all drivers.</summary>
    /// <param name="used">The device that the command computes on.</param>
    /// <param name="processor">The processor's model.</param>
    /// <param name="memory">Memory that the process may use.</param>
    public static IReadOnlyList<ListedDevice> Look(Device used, string processor, long memory)
    {
        var cuda = CudaDevice.Find(out var cudaFault);
        var openCl = OpenClDevice.Find(out var openClFault);
        return
        [
            new("cpu", processor, memory, null, Compute.Cpu.CpuDevice.Widest.ToString(), used.Name == "cpu", null),
            .. openCl.Select(d => new ListedDevice($"opencl:{d.Index}", $"{d.Name} ({d.Platform})", d.MemoryBytes, null, d.Version,
                used is OpenClDevice { Info.Index: var index } && index == d.Index, null)),
            .. None("opencl", openCl.Count, openClFault),
            .. cuda.Select(d => new ListedDevice($"cuda:{d.Index}", d.Name, d.TotalBytes, d.FreeBytes,
                $"compute capability {d.CapabilityText}, CUDA {d.DriverText}", used is CudaDevice { Info.Index: var index } && index == d.Index,
                d.IsSupported ? null : "its compute capability is too low for the kernels")),
            .. None("cuda", cuda.Count, cudaFault),
        ];
    }

    private static ListedDevice[] None(string name, int count, string? fault) =>
        count > 0 ? [] : [new(name, null, null, null, null, false, fault ?? "the driver offers no device")];
}
