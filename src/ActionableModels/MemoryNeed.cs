using ActionableModels.Compute;
using ActionableModels.Compute.Kernels;

namespace ActionableModels;

/// <summary>Says how much memory something needs as a whole, where a device had too little for a part of it.</summary>
internal static class MemoryNeed
{
    /// <summary>The error to throw in the place of a device's.</summary>
    /// <param name="fault">What the device said.</param>
    /// <param name="device">The device.</param>
    /// <param name="what">What was to be done.</param>
    /// <param name="plan">Plans it on a device and does it once.</param>
    public static OutOfDeviceMemoryException Explain(OutOfDeviceMemoryException fault, Device device, string what, Action<Device> plan)
    {
        using var measuring = new MeasuringDevice(device);
        try
        {
            plan(measuring);
        }
        catch (OverflowException)
        {
            // Larger than any tensor: there is no number to name, and none is needed.
            return fault;
        }
        return new($"{what} needs about {measuring.AllocatedBytes / (double)(1 << 20):N0} MiB of memory: {fault.Message}", fault);
    }
}
