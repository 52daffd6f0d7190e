namespace ActionableModels.Compute.Cuda;

/// <summary>What the driver says of a device.</summary>
/// <param name="Index">The number by which it is chosen.</param>
/// <param name="Name">The product.</param>
/// <param name="Capability">Compute capability, as 10·major + minor.</param>
/// <param name="TotalBytes">Its memory.</param>
/// <param name="FreeBytes">Memory that is not in use; null where the device could not be asked.</param>
/// <param name="DriverVersion">The version of CUDA that the driver supports, as 1000·major + 10·minor.</param>
public sealed record CudaDeviceInfo(int Index, string Name, int Capability, long TotalBytes, long? FreeBytes, int DriverVersion)
{
    /// <summary>Whether the kernels run on it.</summary>
    public bool IsSupported => Capability >= CudaDevice.LowestCapability;

    /// <summary>The capability as people write it: 9.0.</summary>
    public string CapabilityText => $"{Capability / 10}.{Capability % 10}";

    /// <summary>The driver's version as people write it: 12.4.</summary>
    public string DriverText => CudaDriver.VersionText(DriverVersion);
}
