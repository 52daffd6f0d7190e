using ActionableModels.Compute.Cuda;
using ActionableModels.Compute.Kernels;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Compute.Tests;

/// <summary>What is CUDA's own: launches, staging, memory, the list of devices.</summary>
public sealed class CudaDeviceTests(OpenedDevices devices) : IClassFixture<OpenedDevices>
{
    private static readonly Kernel fill = new("fill", "fill", 256);

    private static float[] Read(Device device, Tensor tensor)
    {
        var values = new float[tensor.Count];
        device.Download<float>(tensor, values);
        return values;
    }

    [Theory, OnDevice("cuda")]
    public void A_launch_computes_into_a_window(string name)
    {
        var device = (CudaDevice)devices[name];
        using var arena = new Arena(device);
        Tensor before = arena.Allocate(Shape.Of(16)), y = arena.Allocate(Shape.Of(1000)), after = arena.Allocate(Shape.Of(16));
        var launches = device.Statistics.Launches;
        new KernelCall(device).Begin(fill).Add(y).Add(2.5f).Add(y.Count).Run(3);
        Assert.Equal(launches + 1, device.Statistics.Launches);
        Assert.All(Read(device, y), value => Assert.Equal(2.5f, value));
        Assert.All([.. Read(device, before), .. Read(device, after)], value => Assert.Equal(0, value));
    }

    [Theory, OnDevice("cuda")]
    public void A_grid_that_cuda_cannot_have_is_refused(string name)
    {
        var device = (CudaDevice)devices[name];
        using var arena = new Arena(device);
        var y = arena.Allocate(Shape.Of(1));
        Assert.Throws<InvalidOperationException>(() => new KernelCall(device).Begin(fill).Add(y).Add(1f).Add(y.Count).Run(1, 65536, 1));
        new KernelCall(device).Begin(fill).Add(y).Add(1f).Add(y.Count).Run(1, 65535, 1);
        Assert.Equal(1, Read(device, y)[0]);
    }

    /// <summary>Sizes around those of the staging memory, which all pass through it more than once.</summary>
    [Theory, OnDevice("cuda")]
    public void Transfers_of_any_size_arrive(string name)
    {
        using var device = (CudaDevice)TestDevices.Open(name);
        using var arena = new Arena(device);
        const int segment = UploadRing.SegmentBytes, ring = segment * UploadRing.Segments;
        foreach (var size in new[] { 1, 255, segment - 1, segment, segment + 1, ring + 12345, 2 * ring })
        {
            var sent = new byte[size];
            new Random(size).NextBytes(sent);
            Tensor x = arena.Allocate(Shape.Of(size + 1), ElementType.UInt8);
            device.Upload<byte>(sent, x);
            var expected = sent.ToArray();
            sent.AsSpan().Fill(77);
            var received = new byte[size + 1];
            device.Download<byte>(x, received);
            Assert.True(received.AsSpan(0, size).SequenceEqual(expected), $"{size} bytes");
            Assert.Equal(0, received[size]);
        }
    }

    [Theory, OnDevice("cuda")]
    public void Launches_and_transfers_allocate_nothing(string name)
    {
        var device = (CudaDevice)devices[name];
        using var arena = new Arena(device);
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

    [Theory, OnDevice("cuda")]
    public void A_device_can_be_used_from_any_thread(string name)
    {
        var device = (CudaDevice)devices[name];
        using var arena = new Arena(device);
        var y = arena.Allocate(Shape.Of(10));
        var work = new Thread(() => new KernelCall(device).Begin(fill).Add(y).Add(3f).Add(y.Count).Run(1));
        work.Start();
        work.Join();
        Assert.All(Read(device, y), value => Assert.Equal(3, value));
    }

    [Theory, OnDevice("cuda")]
    public void Memory_of_another_cuda_device_is_refused(string name)
    {
        using Device other = TestDevices.Open(name);
        using var arena = new Arena(other);
        var x = arena.Allocate(Shape.Of(4));
        Assert.Throws<ArgumentException>(() => devices[name].Upload<float>([1], x));
    }

    [Theory, OnDevice("cuda")]
    public void A_disposed_device_refuses_and_its_memory_is_gone(string name)
    {
        var device = TestDevices.Open(name);
        var arena = new Arena(device);
        var x = arena.Allocate(Shape.Of(4));
        device.Dispose();
        device.Dispose();
        Assert.Throws<ObjectDisposedException>(() => device.Upload<float>([1], x));
        Assert.Throws<ObjectDisposedException>(device.Synchronize);
        arena.Dispose();
    }

    [Theory, OnDevice("cuda")]
    public void Devices_are_listed_with_what_they_have(string name)
    {
        var found = CudaDevice.Find(out var fault);
        Assert.Null(fault);
        Assert.Equal(Enumerable.Range(0, found.Count), found.Select(d => d.Index));
        var device = (CudaDevice)devices[name];
        Assert.Equal(device.Info, found[0] with { FreeBytes = null });
        Assert.True(found[0].FreeBytes is > 0 && found[0].FreeBytes <= found[0].TotalBytes);
        Assert.True(device.Info is { TotalBytes: > 1 << 20, Capability: >= 80, DriverVersion: >= 12000, IsSupported: true });
        foreach (var part in new[] { device.Info.Name, device.Info.CapabilityText, device.Info.DriverText, nameof(Precision.Float32) })
            Assert.Contains(part, device.Description);
        Assert.Equal(device.Info.Capability, device.Capability);
        foreach (var index in new[] { -1, found.Count })
            Assert.Contains($"no cuda device {index}", Assert.Throws<DeviceException>(() => new CudaDevice(index)).Message);
    }

    [Theory, OnDevice("cuda")]
    public void Too_much_memory_is_refused_with_what_there_is(string name)
    {
        var device = (CudaDevice)devices[name];
        var bytes = device.Info.TotalBytes + 1;
        var message = Assert.ThrowsAny<ActionableException>(() => device.Allocate(bytes)).Message;
        Assert.Contains($"{bytes:N0} bytes", message);
        Assert.Matches(@"[\d,]+ of its [\d,]+ bytes are free", message);
        Assert.Contains("smaller batch", message);
        var before = device.AllocatedBytes;
        using (var arena = new Arena(device, 1 << 16))
        {
            Assert.Equal(0, Read(device, arena.Allocate(Shape.Of(1)))[0]);
            Assert.Equal(before + (1 << 16), device.AllocatedBytes);
        }
        Assert.Equal(before, device.AllocatedBytes);
    }

    /// <summary>The layouts that cuda.h gives to CUDA_KERNEL_NODE_PARAMS_v2 and CUDA_MEMCPY3D.</summary>
    [Fact]
    public unsafe void Structures_are_laid_out_as_the_driver_reads_them()
    {
        KernelNodeParameters kernel = default;
        CopyNodeParameters copy = default;
        Assert.Equal((72, 200), (sizeof(KernelNodeParameters), sizeof(CopyNodeParameters)));
        Assert.Equal((8, 20, 32, 40, 48, 56, 64), (Offset(&kernel, &kernel.GridX), Offset(&kernel, &kernel.BlockX), Offset(&kernel, &kernel.SharedBytes),
            Offset(&kernel, &kernel.Arguments), Offset(&kernel, &kernel.Extra), Offset(&kernel, &kernel.Kernel), Offset(&kernel, &kernel.Context)));
        Assert.Equal((32, 40, 48, 72, 120, 128), (Offset(&copy, &copy.SourceKind), Offset(&copy, &copy.SourceHost), Offset(&copy, &copy.SourceDevice),
            Offset(&copy, &copy.SourcePitch), Offset(&copy, &copy.DestinationKind), Offset(&copy, &copy.DestinationHost)));
        Assert.Equal((136, 160, 176, 192), (Offset(&copy, &copy.DestinationDevice), Offset(&copy, &copy.DestinationPitch), Offset(&copy, &copy.Width),
            Offset(&copy, &copy.Depth)));

        static int Offset(void* start, void* field) => (int)((byte*)field - (byte*)start);
    }
}
