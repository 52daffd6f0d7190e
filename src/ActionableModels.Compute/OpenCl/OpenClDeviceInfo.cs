namespace ActionableModels.Compute.OpenCl;

/// <summary>One OpenCL device of the machine.</summary>
/// <param name="Index">Its number in <see cref="OpenClDevice.Find"/>, by which it is chosen.</param>
/// <param name="Name">The device's name, as its driver gives it.</param>
/// <param name="Platform">The driver's name.</param>
/// <param name="Version">The OpenCL version that it implements, as "OpenCL 3.0 …".</param>
/// <param name="Driver">The driver's version.</param>
/// <param name="IsProcessor">Whether it computes on the machine's processor (PoCL), not on a GPU or accelerator.</param>
/// <param name="ComputeUnits">Compute units (multiprocessors, cores).</param>
/// <param name="MemoryBytes">Global memory.</param>
/// <param name="LargestBlockBytes">Most bytes of one block of it.</param>
/// <param name="LocalBytes">Local (shared) memory of a work-group.</param>
/// <param name="LargestGroup">Most work-items of a work-group.</param>
public sealed record OpenClDeviceInfo(int Index, string Name, string Platform, string Version, string Driver, bool IsProcessor,
    int ComputeUnits, long MemoryBytes, long LargestBlockBytes, long LocalBytes, int LargestGroup)
{
    /// <summary>The driver's handle of the device, valid in this process.</summary>
    internal nint Handle { get; init; }

    /// <summary>Whether divisions and square roots may be asked to round correctly.</summary>
    internal bool CorrectDivision { get; init; }
}
