using System.Runtime.InteropServices;

namespace ActionableModels.Compute.Cuda;

public sealed unsafe partial class CudaDevice
{
    /// <summary>Lowest compute capability that the kernels run on: bfloat16 tensor cores and asynchronous copies.</summary>
    internal const int LowestCapability = 80;

    private const int CapabilityMajor = 75, CapabilityMinor = 76;

    /// <summary>The devices of this machine, in the driver's order. Asking for free memory starts each for a moment.</summary>
    /// <param name="fault">Why there are none and what to do; null where there are.</param>
    public static IReadOnlyList<CudaDeviceInfo> Find(out string? fault)
    {
        fault = null;
        try
        {
            var driver = CudaDriver.Open();
            var found = new CudaDeviceInfo[Count(driver)];
            for (var i = 0; i < found.Length; i++) found[i] = Look(driver, i, Handle(driver, i)) with { FreeBytes = FreeBytes(driver, Handle(driver, i)) };
            return found;
        }
        catch (ActionableException none)
        {
            fault = none.Message;
            return [];
        }
    }

    private static int Count(CudaDriver driver)
    {
        int count;
        Started(driver, driver.DeviceGetCount(&count), "cuDeviceGetCount");
        return count;
    }

    private static int Handle(CudaDriver driver, int index)
    {
        int handle;
        Started(driver, driver.DeviceGet(&handle, index), "cuDeviceGet");
        return handle;
    }

    private static CudaDeviceInfo Look(CudaDriver driver, int index, int handle)
    {
        const int longest = 256;
        var name = stackalloc byte[longest];
        int major, minor;
        nuint total;
        Started(driver, driver.DeviceGetName(name, longest, handle), "cuDeviceGetName");
        Started(driver, driver.DeviceGetAttribute(&major, CapabilityMajor, handle), "cuDeviceGetAttribute");
        Started(driver, driver.DeviceGetAttribute(&minor, CapabilityMinor, handle), "cuDeviceGetAttribute");
        Started(driver, driver.DeviceTotalMem(&total, handle), "cuDeviceTotalMem");
        return new(index, Marshal.PtrToStringUTF8((nint)name)!, 10 * major + minor, (long)total, null, driver.Version);
    }

    private static long? FreeBytes(CudaDriver driver, int handle)
    {
        nint context;
        if (driver.PrimaryContextRetain(&context, handle) != 0) return null;
        nuint free = 0, total;
        var known = driver.ContextSetCurrent(context) == 0 && driver.MemoryInfo(&free, &total) == 0;
        driver.ContextSetCurrent(0);
        driver.PrimaryContextRelease(handle);
        return known ? (long)free : null;
    }

    private static void Started(CudaDriver driver, int result, string function)
    {
        if (result != 0)
            throw new DeviceException(
                $"the cuda device did not start: {driver.Describe(result)} at {function}; look at nvidia-smi, or choose another device");
    }
}
