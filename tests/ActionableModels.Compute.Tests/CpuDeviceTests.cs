using ActionableModels.Compute.Cpu;
using ActionableModels.Compute.Tests.Matrix;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Compute.Tests;

/// <summary>What is the processor's own: addresses, threads, and checks of values that other devices keep to themselves.</summary>
public sealed class CpuDeviceTests : IDisposable
{
    private readonly CpuDevice device = new(2);
    private readonly Arena arena;

    public CpuDeviceTests() => arena = new Arena(device);

    public void Dispose()
    {
        arena.Dispose();
        device.Dispose();
    }

    [Fact]
    public unsafe void Memory_is_aligned_and_has_no_address_after_disposal()
    {
        var memory = (CpuMemory)device.Allocate(1000);
        Assert.Equal(0, (long)memory.Pointer % 64);
        memory.Dispose();
        Assert.Throws<ObjectDisposedException>(() => (nint)memory.Pointer);
    }

    [Fact]
    public void Spans_are_the_memory_of_a_tensor()
    {
        var tensor = arena.Allocate(Shape.Of(4));
        Assert.Throws<ArgumentException>(() => CpuMemory.Span<double>(tensor));
        CpuMemory.Span<float>(tensor)[3] = 7;
        var values = new float[4];
        device.Download<float>(tensor, values);
        Assert.Equal([0, 0, 0, 7], values);
    }

    [Fact]
    public void Rows_outside_are_refused()
    {
        Tensor x = arena.Allocate(Shape.Of(2, 3)), y = arena.Allocate(Shape.Of(2, 3)), indices = arena.Allocate(Shape.Of(2), ElementType.Int32);
        device.Upload<int>([0, 2], indices);
        Assert.Contains("index 2 at 1", Assert.Throws<ArgumentException>(() => device.GatherRows(x, indices, y)).Message);
    }

    [Fact]
    public void Many_small_jobs_on_many_threads_all_finish()
    {
        using var crowd = new CpuDevice(8);
        using var tensors = new DeviceTensors(crowd);
        Tensor x = tensors.In(OracleTensor.Random(Shape.Of(100_000), 3)), y = tensors.Out(Shape.Of(100_000));
        for (var i = 0; i < 2000; i++) crowd.Combine(1, x, i == 0 ? 0 : 1, y);
        var values = tensors.Read(y);
        Assert.Equal(2000 * tensors.Read(x)[99_999], values[99_999], 0.05);
    }

    [Fact]
    public void Description_names_level_and_threads()
    {
        Assert.Equal("cpu", device.Name);
        Assert.Contains(device.Level.ToString(), device.Description);
        Assert.Contains("2 threads", device.Description);
    }
}
