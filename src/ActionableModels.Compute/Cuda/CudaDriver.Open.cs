using System.Runtime.InteropServices;

namespace ActionableModels.Compute.Cuda;

internal sealed unsafe partial class CudaDriver
{
    /// <summary>Results that mean something to the caller.</summary>
    public const int OutOfMemory = 2, NoDevice = 100, NotReady = 600;

    /// <summary>The environment variable that names another driver library.</summary>
    public const string Variable = "ACTIONABLE_CUDA_DRIVER";

    /// <summary>The kernels are PTX of version 8.0, which has sm_90a: drivers take it from CUDA 12.0 on, where the graph functions used appear too.</summary>
    private const int OldestVersion = 12000;
    private const string HowToInstall = "install NVIDIA's driver 525 or later, or choose another device";

    private static readonly Dictionary<string, CudaDriver> opened = [];

    /// <summary>The version of CUDA that the driver supports, as 1000·major + 10·minor.</summary>
    public int Version { get; }

    /// <summary>The driver, started: the file that ACTIONABLE_CUDA_DRIVER names, or the system's. It stays loaded.</summary>
    /// <exception cref="ActionableException">There is none, it is too old, or it found no device.</exception>
    public static CudaDriver Open()
    {
        var named = Environment.GetEnvironmentVariable(Variable);
        string[] files = !string.IsNullOrEmpty(named) ? [named]
            : OperatingSystem.IsWindows() ? ["nvcuda.dll"]
            // Containers and WSL put the driver where the loader does not look.
            : ["libcuda.so.1", "/usr/local/nvidia/lib64/libcuda.so.1", "/usr/lib/wsl/lib/libcuda.so.1"];
        foreach (var file in files)
            if (Open(file) is { } driver)
                return driver;
        throw new DeviceException(!string.IsNullOrEmpty(named)
            ? $"the cuda device needs NVIDIA's driver: {Variable} names {named}, which cannot be loaded; unset it or name a driver library"
            : $"the cuda device needs NVIDIA's driver: there is no {files[0]} on this machine; {HowToInstall}");
    }

    /// <summary>The driver of one file, started; null where it cannot be loaded.</summary>
    public static CudaDriver? Open(string file)
    {
        lock (opened)
        {
            if (opened.TryGetValue(file, out var driver)) return driver;
            if (!NativeLibrary.TryLoad(file, out var library)) return null;
            driver = new CudaDriver(library, file);
            driver.Start();
            return opened[file] = driver;
        }
    }

    /// <summary>Name and meaning of a result, such as CUDA_ERROR_LAUNCH_FAILED (unspecified launch failure).</summary>
    public string Describe(int result)
    {
        byte* name, meaning;
        if (getErrorName(result, &name) != 0 || name is null) return $"CUDA error {result}";
        return getErrorString(result, &meaning) == 0 && meaning is not null
            ? $"{Marshal.PtrToStringUTF8((nint)name)} ({Marshal.PtrToStringUTF8((nint)meaning)})"
            : Marshal.PtrToStringUTF8((nint)name)!;
    }

    /// <summary>A version as people write it: 12.4.</summary>
    public static string VersionText(int version) => $"{version / 1000}.{version % 1000 / 10}";

    private int CheckedVersion()
    {
        int version;
        var result = driverGetVersion(&version);
        if (result != 0) throw new DeviceException($"NVIDIA's driver does not tell its version: {Describe(result)}; {HowToInstall}");
        if (version < OldestVersion)
            throw new DeviceException(
                $"NVIDIA's driver is too old: it supports CUDA {VersionText(version)}, the kernels (PTX 8.0) need {VersionText(OldestVersion)}; {HowToInstall}");
        return version;
    }

    private void Start()
    {
        var count = 0;
        var result = Init(0);
        if (result == 0) result = DeviceGetCount(&count);
        if (result == NoDevice || (result == 0 && count == 0))
            throw new DeviceException($"NVIDIA's driver (CUDA {VersionText(Version)}) found no device: " +
                "look at nvidia-smi and CUDA_VISIBLE_DEVICES, or choose another device");
        if (result != 0)
            throw new DeviceException($"NVIDIA's driver (CUDA {VersionText(Version)}) did not start: {Describe(result)}; " +
                "look at nvidia-smi, or choose another device");
    }
}
