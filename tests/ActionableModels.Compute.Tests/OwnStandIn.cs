using System.Runtime.InteropServices;
using ActionableModels.Compute.Cuda;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Compute.Tests;

/// <summary>A copy of the driver's stand-in for one test, whose settings and faults no other test sees.</summary>
internal sealed unsafe class OwnStandIn
{
    private static readonly string folder = Directory.CreateTempSubdirectory("stand-in-").FullName;
    private static int copies;
    private readonly string file = Path.Combine(folder, $"libcuda.so.{Interlocked.Increment(ref copies)}");
    private readonly nint library;

    static OwnStandIn() => AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);

    public OwnStandIn(params (string Name, long Value)[] settings)
    {
        if (StandIn.Missing is { } reason) Assert.Fail(reason);
        File.Copy(StandIn.File, file);
        library = NativeLibrary.Load(file);
        foreach (var (name, value) in settings) Set(name, value);
    }

    /// <summary>Starts the driver.</summary>
    public CudaDriver Start() => CudaDriver.Open(file)!;

    /// <summary>A device of the driver.</summary>
    public CudaDevice Open(int index = 0) => new(Start(), index, Precision.Float32);

    /// <summary>Changes a setting; tests/driver/api/settings.h names them.</summary>
    public void Set(string name, long value)
    {
        var set = (delegate* unmanaged<byte*, nint, int>)NativeLibrary.GetExport(library, "standinSet");
        fixed (byte* text = System.Text.Encoding.ASCII.GetBytes(name + "\0")) Assert.Equal(1, set(text, (nint)value));
    }

    /// <summary>How much of something there is; tests/driver/api/settings.cpp names them.</summary>
    public long Count(string name)
    {
        var get = (delegate* unmanaged<byte*, nint>)NativeLibrary.GetExport(library, "standinGet");
        fixed (byte* text = System.Text.Encoding.ASCII.GetBytes(name + "\0"))
        {
            var count = (long)get(text);
            Assert.True(count >= 0, name);
            return count;
        }
    }
}
