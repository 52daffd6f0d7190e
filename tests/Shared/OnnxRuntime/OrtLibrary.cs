using System.Runtime.InteropServices;

namespace ActionableModels.OnnxRuntime;

/// <summary>
/// ONNX Runtime's C API, loaded from its shared library: the entries of its function table that tests and benchmarks call, and one environment.
/// It stays loaded.
/// </summary>
public sealed unsafe class OrtLibrary
{
    /// <summary>The environment variable that names the library's file.</summary>
    public const string Variable = "ACTIONABLE_ONNXRUNTIME";

    // The table only grows: entries of this version have the same places in every later library.
    private const uint TableVersion = 13;
    private const int LogWarnings = 2, DeviceAllocator = 0, DefaultMemory = 0;

    private static readonly Lock opening = new();
    private static readonly Dictionary<string, OrtLibrary> opened = [];

    private readonly delegate* unmanaged<nint, byte*> getErrorMessage;
    private readonly delegate* unmanaged<nint, void> releaseStatus;

    // The number of an entry is its place in OrtApi (onnxruntime_c_api.h), counted from 0.
    internal readonly delegate* unmanaged<nint, byte*, nint, nint*, nint> CreateSession;
    internal readonly delegate* unmanaged<nint*, nint> CreateSessionOptions;
    internal readonly delegate* unmanaged<nint, int, nint> SetSessionExecutionMode;
    internal readonly delegate* unmanaged<nint, int, nint> SetSessionGraphOptimizationLevel;
    internal readonly delegate* unmanaged<nint, int, nint> SetIntraOpNumThreads;
    internal readonly delegate* unmanaged<nint, int, nint> SetInterOpNumThreads;
    internal readonly delegate* unmanaged<nint, byte*, byte*, nint> AddSessionConfigEntry;
    internal readonly delegate* unmanaged<nint, nuint*, nint> SessionGetInputCount;
    internal readonly delegate* unmanaged<nint, nuint*, nint> SessionGetOutputCount;
    internal readonly delegate* unmanaged<nint, nuint, nint, byte**, nint> SessionGetInputName;
    internal readonly delegate* unmanaged<nint, nuint, nint, byte**, nint> SessionGetOutputName;
    internal readonly delegate* unmanaged<nint, void*, nint> AllocatorFree;
    internal readonly delegate* unmanaged<nint, void*, nuint, long*, nuint, int, nint*, nint> CreateTensorWithDataAsOrtValue;
    internal readonly delegate* unmanaged<nint, nint, nint, nint> RunWithBinding;
    internal readonly delegate* unmanaged<nint, nint*, nint> CreateIoBinding;
    internal readonly delegate* unmanaged<nint, byte*, nint, nint> BindInput;
    internal readonly delegate* unmanaged<nint, byte*, nint, nint> BindOutput;
    internal readonly delegate* unmanaged<nint, void> ReleaseSessionOptions;
    internal readonly delegate* unmanaged<nint, void> ReleaseSession;
    internal readonly delegate* unmanaged<nint, void> ReleaseValue;
    internal readonly delegate* unmanaged<nint, void> ReleaseIoBinding;

    /// <summary>The library's version, such as 1.30.0.</summary>
    public string Version { get; }

    internal nint Environment { get; }
    internal nint CpuMemory { get; }
    internal nint Allocator { get; }

    private OrtLibrary(string file)
    {
        if (!NativeLibrary.TryLoad(file, out var library)) throw new OrtException($"{file} cannot be loaded");
        var getBase = (delegate* unmanaged<nint*>)NativeLibrary.GetExport(library, "OrtGetApiBase");
        var apiBase = getBase();
        Version = Marshal.PtrToStringUTF8((nint)((delegate* unmanaged<byte*>)apiBase[1])()) ?? "";
        var table = ((delegate* unmanaged<uint, nint*>)apiBase[0])(TableVersion);
        if (table is null) throw new OrtException($"{file}, version {Version}, has no function table of version {TableVersion}");

        getErrorMessage = (delegate* unmanaged<nint, byte*>)table[2];
        releaseStatus = (delegate* unmanaged<nint, void>)table[93];
        var createEnvironment = (delegate* unmanaged<int, byte*, nint*, nint>)table[3];
        var createCpuMemoryInfo = (delegate* unmanaged<int, int, nint*, nint>)table[69];
        var getAllocator = (delegate* unmanaged<nint*, nint>)table[78];
        CreateSession = (delegate* unmanaged<nint, byte*, nint, nint*, nint>)table[7];
        CreateSessionOptions = (delegate* unmanaged<nint*, nint>)table[10];
        SetSessionExecutionMode = (delegate* unmanaged<nint, int, nint>)table[13];
        SetSessionGraphOptimizationLevel = (delegate* unmanaged<nint, int, nint>)table[23];
        SetIntraOpNumThreads = (delegate* unmanaged<nint, int, nint>)table[24];
        SetInterOpNumThreads = (delegate* unmanaged<nint, int, nint>)table[25];
        SessionGetInputCount = (delegate* unmanaged<nint, nuint*, nint>)table[30];
        SessionGetOutputCount = (delegate* unmanaged<nint, nuint*, nint>)table[31];
        SessionGetInputName = (delegate* unmanaged<nint, nuint, nint, byte**, nint>)table[36];
        SessionGetOutputName = (delegate* unmanaged<nint, nuint, nint, byte**, nint>)table[37];
        CreateTensorWithDataAsOrtValue = (delegate* unmanaged<nint, void*, nuint, long*, nuint, int, nint*, nint>)table[49];
        AllocatorFree = (delegate* unmanaged<nint, void*, nint>)table[76];
        ReleaseSession = (delegate* unmanaged<nint, void>)table[95];
        ReleaseValue = (delegate* unmanaged<nint, void>)table[96];
        ReleaseSessionOptions = (delegate* unmanaged<nint, void>)table[100];
        AddSessionConfigEntry = (delegate* unmanaged<nint, byte*, byte*, nint>)table[130];
        RunWithBinding = (delegate* unmanaged<nint, nint, nint, nint>)table[133];
        CreateIoBinding = (delegate* unmanaged<nint, nint*, nint>)table[134];
        ReleaseIoBinding = (delegate* unmanaged<nint, void>)table[135];
        BindInput = (delegate* unmanaged<nint, byte*, nint, nint>)table[136];
        BindOutput = (delegate* unmanaged<nint, byte*, nint, nint>)table[137];

        nint handle;
        fixed (byte* name = "actionable"u8) Check(createEnvironment(LogWarnings, name, &handle));
        Environment = handle;
        Check(createCpuMemoryInfo(DeviceAllocator, DefaultMemory, &handle));
        CpuMemory = handle;
        Check(getAllocator(&handle));
        Allocator = handle;
    }

    /// <summary>The library of a file; the same object each time.</summary>
    /// <exception cref="OrtException">It cannot be loaded or is too old.</exception>
    public static OrtLibrary Open(string file)
    {
        lock (opening)
            return opened.TryGetValue(file, out var library) ? library : opened[file] = new OrtLibrary(file);
    }

    /// <summary>
    /// The library's file: the one that the environment names, else what tests/fetch-onnxruntime or benchmarks/peers.sh left in a checkout; null
    /// where there is none.
    /// </summary>
    /// <param name="checkout">The checkout's root.</param>
    public static string? Find(string checkout)
    {
        if (System.Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named) return named;
        var fetched = Path.Combine(checkout, "tests/.onnxruntime/libonnxruntime.so.1");
        if (File.Exists(fetched)) return fetched;
        var package = Path.Combine(checkout, "runs/peers/node_modules/onnxruntime-node/bin");
        return !Directory.Exists(package) ? null
            : Directory.EnumerateDirectories(package, "napi-v*").Order(StringComparer.Ordinal)
                .Select(folder => Path.Combine(folder, "linux/x64/libonnxruntime.so.1")).LastOrDefault(File.Exists);
    }

    internal void Check(nint status)
    {
        if (status == 0) return;
        var message = Marshal.PtrToStringUTF8((nint)getErrorMessage(status));
        releaseStatus(status);
        throw new OrtException($"ONNX Runtime {Version}: {message}");
    }
}
