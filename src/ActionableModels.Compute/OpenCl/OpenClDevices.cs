using System.Runtime.InteropServices;
using System.Text;

namespace ActionableModels.Compute.OpenCl;

/// <summary>Asks the drivers of the machine for their devices.</summary>
internal static unsafe class OpenClDevices
{
    // Numbers of cl.h.
    // The kernels' groups have up to so many work-items.
    private const int KernelGroup = 256;
    private const uint PlatformName = 0x0902, DeviceType = 0x1000, ComputeUnits = 0x1002, LargestGroup = 0x1004, LargestBlock = 0x1010,
        SingleFp = 0x101B, GlobalMemory = 0x101F, LocalMemory = 0x1023, Available = 0x1027, CompilerAvailable = 0x1028, DeviceName = 0x102B,
        DriverVersion = 0x102D, DeviceVersion = 0x102F;
    private const ulong AllTypes = 0xFFFFFFFF, ProcessorType = 1 << 1, CorrectlyRoundedDivision = 1 << 7;
    private static readonly Lock Asking = new();

    /// <summary>All devices of OpenCL 1.2 or later: GPUs and accelerators first, else in the drivers' order.</summary>
    /// <param name="fault">Why there are none; null where there are.</param>
    public static IReadOnlyList<OpenClDeviceInfo> Find(out string? fault)
    {
        // Drivers set themselves up at the first call, and not all of them survive two at once.
        lock (Asking) return Ask(out fault);
    }

    private static IReadOnlyList<OpenClDeviceInfo> Ask(out string? fault)
    {
        fault = null;
        if (OpenClLibrary.Loaded is not { } library)
        {
            fault = $"no OpenCL library ({OpenClLibrary.FileName}) was found: install a GPU driver with OpenCL and the OpenCL loader "
                + "(Debian: ocl-icd-libopencl1)";
            return [];
        }
        uint platforms = 0;
        var code = library.GetPlatformIds(0, null, &platforms);
        if (code is not (0 or OpenClError.PlatformNotFound))
        {
            fault = $"the OpenCL loader failed in clGetPlatformIDs with {OpenClError.Name(code)}: reinstall the GPU driver";
            return [];
        }
        if (platforms == 0)
        {
            fault = "the OpenCL loader knows no driver: install the GPU's OpenCL driver (on a processor, Debian: pocl-opencl-icd)";
            return [];
        }
        var handles = stackalloc nint[(int)platforms];
        library.GetPlatformIds(platforms, handles, null);
        List<OpenClDeviceInfo> found = [];
        var old = 0;
        for (var p = 0; p < platforms; p++)
        {
            uint count = 0;
            if (library.GetDeviceIds(handles[p], AllTypes, 0, null, &count) != 0 || count == 0) continue;
            var devices = new nint[count];
            fixed (nint* into = devices) library.GetDeviceIds(handles[p], AllTypes, count, into, null);
            var platform = Text(library.GetPlatformInfo, handles[p], PlatformName);
            foreach (var device in devices)
                if (!IsUsable(library, device)) old++;
                else found.Add(Describe(library, device, platform));
        }
        if (found.Count == 0)
            fault = old > 0
                ? $"the OpenCL drivers offer {old} devices, none of which is available, has a compiler, implements OpenCL 1.2 and runs groups of {KernelGroup} work-items: update the driver"
                : "the OpenCL drivers of this machine offer no device: check that the GPU is visible to this process";
        return [.. found.OrderBy(d => d.IsProcessor).Select((d, i) => d with { Index = i })];
    }

    private static bool IsUsable(OpenClLibrary library, nint device)
    {
        // "OpenCL<space>major.minor<space>…"
        var version = Text(library.GetDeviceInfo, device, DeviceVersion).Split(' ');
        return version.Length > 1 && Version.TryParse(version[1], out var number) && number >= new Version(1, 2)
            && Number<uint>(library, device, Available) != 0 && Number<uint>(library, device, CompilerAvailable) != 0
            && Number<nuint>(library, device, LargestGroup) >= KernelGroup;
    }

    private static OpenClDeviceInfo Describe(OpenClLibrary library, nint device, string platform) => new(0,
        Text(library.GetDeviceInfo, device, DeviceName), platform, Text(library.GetDeviceInfo, device, DeviceVersion),
        Text(library.GetDeviceInfo, device, DriverVersion), (Number<ulong>(library, device, DeviceType) & ProcessorType) != 0,
        (int)Number<uint>(library, device, ComputeUnits), (long)Number<ulong>(library, device, GlobalMemory),
        (long)Number<ulong>(library, device, LargestBlock), (long)Number<ulong>(library, device, LocalMemory),
        (int)Number<nuint>(library, device, LargestGroup))
    {
        Handle = device,
        CorrectDivision = (Number<ulong>(library, device, SingleFp) & CorrectlyRoundedDivision) != 0,
    };

    private static T Number<T>(OpenClLibrary library, nint device, uint what) where T : unmanaged
    {
        T value = default;
        return library.GetDeviceInfo(device, what, (nuint)sizeof(T), &value, null) == 0 ? value : default;
    }

    private static string Text(delegate* unmanaged<nint, uint, nuint, void*, nuint*, int> ask, nint of, uint what)
    {
        nuint size = 0;
        if (ask(of, what, 0, null, &size) != 0 || size == 0) return "";
        var text = new byte[size];
        fixed (byte* into = text)
            return ask(of, what, size, into, null) == 0 ? Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(into)).Trim() : "";
    }
}
