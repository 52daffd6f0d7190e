using ActionableModels.Compute.Kernels;
using ActionableModels.Compute.OpenCl;

namespace ActionableModels.Compute.Tests;

/// <summary>What is OpenCL's own: launches, memory, the list of devices, and clear errors.</summary>
public sealed class OpenClDeviceTests : IDisposable
{
    private static readonly Kernel fill = new("fill", "fill", 256);
    private readonly OpenClDevice device = new();
    private readonly Arena arena;

    public OpenClDeviceTests() => arena = new Arena(device);

    public void Dispose()
    {
        arena.Dispose();
        device.Dispose();
    }

    private float[] Read(Tensor tensor)
    {
        var values = new float[tensor.Count];
        device.Download<float>(tensor, values);
        return values;
    }

    [Fact]
    public void A_launch_computes_into_a_window()
    {
        Tensor before = arena.Allocate(Shape.Of(16)), y = arena.Allocate(Shape.Of(1000)), after = arena.Allocate(Shape.Of(16));
        new KernelCall(device).Begin(fill).Add(y).Add(2.5f).Add(y.Count).Run(3);
        Assert.All(Read(y), value => Assert.Equal(2.5f, value));
        Assert.All([.. Read(before), .. Read(after)], value => Assert.Equal(0, value));
    }

    [Fact]
    public void Launches_and_transfers_allocate_nothing()
    {
        var y = arena.Allocate(Shape.Of(1000));
        var values = new float[1000];
        var call = new KernelCall(device);
        Work();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) Work();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Work()
        {
            device.Upload<float>(values, y);
            call.Begin(fill).Add(y).Add(2.5f).Add(y.Count).Run(3);
            device.Download<float>(y, values);
            device.Synchronize();
        }
    }
}
