using ActionableModels.Compute.Cpu;
using ActionableModels.Compute.Tests.Matrix;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Compute.Tests;

/// <summary>No operation allocates managed memory once its working memory has grown.</summary>
public sealed class AllocationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Operations_allocate_nothing(int threads)
    {
        using var device = new CpuDevice(threads);
        Check(device);
    }

    [Theory, OnDevice("opencl"), OnDevice("cuda")]
    public void Kernels_allocate_nothing(string name)
    {
        using var device = TestDevices.Open(name);
        Check(device);
    }

    private static void Check(Device device)
    {
        var tensors = new List<DeviceTensors>();
        var runs = new List<(string Name, Action Run)>();
        foreach (var c in Cases.All.Where(c => !c.Large))
        {
            tensors.Add(new DeviceTensors(device));
            runs.Add((c.Name, c.Prepare(tensors[^1])));
        }
        foreach (var (_, run) in runs) run();
        foreach (var (name, run) in runs)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            run();
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated == 0, $"{name} allocated {allocated} bytes");
        }
        foreach (var t in tensors) t.Dispose();
    }
}
