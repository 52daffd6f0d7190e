using System.Text;
using ActionableModels.Compute.Kernels;

namespace ActionableModels.Compute.Cuda;

/// <summary>The device functions of the kernels: each PTX file is given to the driver, which compiles it, when its first kernel is launched.</summary>
/// <param name="device">The device, on which what is not about the PTX fails.</param>
/// <param name="capability">Capability of the device, as 10·major + minor.</param>
internal sealed unsafe class ModuleCache(CudaDevice device, int capability) : IDisposable
{
    private const string Rebuild = "generate it with kernels/build and build the program again";
    private const int InvalidValue = 1, NotFound = 500;
    // An invalid image, no code for the device, invalid PTX, no compiler in the driver, PTX of a newer version. Other results are of work before.
    private static readonly int[] rejections = [200, 209, 218, 221, 222];
    private readonly CudaDriver driver = device.Driver;
    private const int ErrorLogBuffer = 5, ErrorLogBufferBytes = 6, LogBytes = 1 << 13;
    private const int MaximumDynamicSharedBytes = 8;
    // Kernels are static objects: their identity is found faster than their names.
    private readonly Dictionary<Kernel, nint> functions = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, nint> modules = [];
    private readonly Dictionary<nint, int> shared = [];

    /// <summary>The function of a kernel.</summary>
    /// <exception cref="ActionableException">This build has no PTX of it, or the driver rejects it; the message has the driver's log.</exception>
    public nint Function(Kernel kernel) => functions.TryGetValue(kernel, out var function) ? function : Load(kernel);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var module in modules.Values) driver.ModuleUnload(module);
        modules.Clear();
        functions.Clear();
    }

    private nint Load(Kernel kernel)
    {
        if (!modules.TryGetValue(kernel.File, out var module)) modules[kernel.File] = module = LoadModule(kernel.File);
        nint function;
        int result;
        fixed (byte* name = Encoding.ASCII.GetBytes(kernel.Name + "\0")) result = driver.ModuleGetFunction(&function, module, name);
        if (result == NotFound) throw new DeviceException($"the PTX {kernel.File} has no kernel {kernel.Name} ({driver.Describe(result)}): {Rebuild}");
        device.Check(result, "cuModuleGetFunction", kernel.Name);
        // The driver keeps one maximum for a function, which launches with other amounts of shared memory have in common.
        if (kernel.Shared > shared.GetValueOrDefault(function))
        {
            result = driver.FunctionSetAttribute(function, MaximumDynamicSharedBytes, kernel.Shared);
            if (result == InvalidValue)
                throw new DeviceException($"the device refuses {kernel.Shared:N0} bytes of shared memory to {kernel.Name}: compute with --precision fp32");
            device.Check(result, "cuFuncSetAttribute", kernel.Name);
        }
        shared[function] = Math.Max(kernel.Shared, shared.GetValueOrDefault(function));
        return functions[kernel] = function;
    }

    private nint LoadModule(string file)
    {
        // sm_90a is no base for later devices: its tensor-core instructions exist on 9.0 alone.
        var (target, ptx) = ("sm_90a", capability == 90 ? KernelResources.Ptx(file, "sm_90a") : null);
        if (ptx is null)
            (target, ptx) = ("sm_80", KernelResources.Ptx(file, "sm_80") ?? throw new DeviceException($"this build has no PTX sm_80/{file}.ptx: {Rebuild}"));
        var log = new byte[LogBytes];
        int* options = stackalloc int[] { ErrorLogBuffer, ErrorLogBufferBytes };
        nint module;
        int result;
        fixed (byte* image = ptx, text = log)
        {
            void** values = stackalloc void*[] { text, (void*)LogBytes };
            result = driver.ModuleLoad(&module, image, 2, options, values);
        }
        if (!rejections.Contains(result))
        {
            device.Check(result, "cuModuleLoadDataEx", file);
            return module;
        }
        var end = Array.IndexOf(log, (byte)0);
        var lines = Encoding.UTF8.GetString(log, 0, end < 0 ? log.Length : end)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        throw new DeviceException(
            $"NVIDIA's driver (CUDA {CudaDriver.VersionText(driver.Version)}) rejects the PTX {target}/{file}.ptx: {driver.Describe(result)}; its log: " +
            $"{(lines.Length == 0 ? "empty" : string.Join(" | ", lines))}; install a newer driver, or choose another device");
    }
}
