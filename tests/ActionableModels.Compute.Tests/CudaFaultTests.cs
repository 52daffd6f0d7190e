using ActionableModels.Compute.Cuda;
using ActionableModels.Compute.Kernels;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Compute.Tests;

/// <summary>Every fault of a driver says what was wrong and what to do, and leaves nothing behind.</summary>
public sealed class CudaFaultTests
{
    private static readonly Kernel fill = new("fill", "fill", 256);

    private static string Refused(Action call) => Assert.ThrowsAny<ActionableException>(call).Message;

    private static void Fill(CudaDevice device, Tensor y, float value) => new KernelCall(device).Begin(fill).Add(y).Add(value).Add(y.Count).Run(1);

    private static float First(Device device, Tensor x)
    {
        var value = new float[1];
        device.Download<float>(x, value);
        return value[0];
    }

    private static void ContainsAll(string message, params string[] parts)
    {
        Assert.DoesNotContain("\n", message);
        Assert.All(parts, part => Assert.Contains(part, message));
    }

    [StandInFact]
    public void A_driver_that_is_too_old()
    {
        ContainsAll(Refused(() => new OwnStandIn(("version", 11080)).Open()), "too old", "supports CUDA 11.8", "need 12.0", "driver 525");
        using var oldest = new OwnStandIn(("version", 12000)).Open();
        Assert.Equal("12.0", oldest.Info.DriverText);
    }

    [StandInFact]
    public void A_library_that_is_no_driver()
    {
        ContainsAll(Refused(() => CudaDriver.Open("libm.so.6")), "libm.so.6 is not NVIDIA's driver", "driver 525");
        Assert.Null(CudaDriver.Open("/nonexistent/libcuda.so.1"));
    }

    [StandInFact]
    public void A_machine_without_a_device() =>
        ContainsAll(Refused(() => new OwnStandIn(("devices", 0)).Open()), "CUDA 12.4", "found no device", "CUDA_VISIBLE_DEVICES");

    [StandInFact]
    public void A_device_that_is_not_there()
    {
        var own = new OwnStandIn(("devices", 2));
        ContainsAll(Refused(() => own.Open(2)), "no cuda device 2", "numbers 0 to 1");
        ContainsAll(Refused(() => own.Open(-1)), "no cuda device -1");
        using var second = own.Open(1);
        Assert.Equal(1, second.Info.Index);
    }

    [StandInFact]
    public void A_device_that_is_too_old()
    {
        ContainsAll(Refused(() => new OwnStandIn(("capability", 75)).Open()), "compute capability 7.5", "need 8.0");
        using var oldest = new OwnStandIn(("capability", 80)).Open();
        using var later = new OwnStandIn(("capability", 86)).Open();
        foreach (var device in (CudaDevice[])[oldest, later])
        {
            using var arena = new Arena(device, 1 << 16);
            var x = arena.Allocate(Shape.Of(4));
            Fill(device, x, 2);
            Assert.Equal(2, First(device, x));
        }
        Assert.Equal((80, 86), (oldest.Capability, later.Capability));
    }

    [StandInFact]
    public void Too_little_memory_leaves_the_device_as_it_was()
    {
        using var device = new OwnStandIn(("memory", 1 << 20)).Open();
        using var arena = new Arena(device, 1 << 16);
        var x = arena.Allocate(Shape.Of(4));
        ContainsAll(Refused(() => device.Allocate(1 << 20)), "could not allocate 1,048,576 bytes", "983,040 of its 1,048,576 bytes are free", "smaller batch");
        Fill(device, x, 3);
        Assert.Equal(3, First(device, x));
    }

    [StandInFact]
    public void A_rejected_module_shows_the_drivers_log()
    {
        var own = new OwnStandIn(("reject", 1));
        using var device = own.Open();
        using var arena = new Arena(device, 1 << 16);
        var x = arena.Allocate(Shape.Of(4));
        ContainsAll(Refused(() => Fill(device, x, 1)), "rejects the PTX sm_80/fill.ptx", "CUDA_ERROR_INVALID_PTX", "ptxas fatal", "CUDA 12.4");
        own.Set("reject", 0);
        Fill(device, x, 4);
        Assert.Equal(4, First(device, x));
        ContainsAll(Refused(() => new KernelCall(device).Begin(new Kernel("fill", "absent", 256)).Run(1)), "fill has no kernel absent", "kernels/build");
        ContainsAll(Refused(() => new KernelCall(device).Begin(new Kernel("absent", "fill", 256)).Run(1)), "no PTX sm_80/absent.ptx", "kernels/build");
        ContainsAll(Refused(() => new KernelCall(device).Begin(fill with { Shared = 1 << 20 }).Run(1)), "1,048,576 bytes of shared memory");
        Assert.Equal(4, First(device, x));
    }

    /// <summary>Kernels fail when the device comes to them: at the next call that waits.</summary>
    [StandInFact]
    public void A_device_lost_in_the_middle_of_work_refuses_all_that_follows()
    {
        var own = new OwnStandIn();
        var device = own.Open();
        var arena = new Arena(device, 1 << 16);
        var x = arena.Allocate(Shape.Of(4));
        var recorded = device.Sequence(() => Fill(device, x, 5));
        recorded.Run();
        Assert.Equal(5, First(device, x));
        own.Set("fail_launch", 2);
        Fill(device, x, 6);
        Fill(device, x, 7);
        var message = Refused(device.Synchronize);
        ContainsAll(message, "CUDA_ERROR_ILLEGAL_ADDRESS (an illegal memory access was encountered", "at cuStreamSynchronize", "last checkpoint", "nvidia-smi");
        var action = new Action[]
        {
            device.Synchronize, recorded.Run, () => First(device, x), () => device.Upload<float>([1], x), () => Fill(device, x, 1),
            () => device.Allocate(64), () => device.Sequence(() => { }),
        };
        Assert.All(action, refused => Assert.Equal(message, Refused(refused)));
        recorded.Dispose();
        arena.Dispose();
        device.Dispose();

        using var next = own.Open();
        using var memory = new Arena(next, 1 << 16);
        Fill(next, memory.Allocate(Shape.Of(4)), 1);
        next.Synchronize();
    }

    [StandInFact]
    public void A_device_lost_in_a_recorded_sequence_names_its_error()
    {
        var own = new OwnStandIn(("fail_result", 719));
        using var device = own.Open();
        using var arena = new Arena(device, 1 << 16);
        Tensor x = arena.Allocate(Shape.Of(4)), y = arena.Allocate(Shape.Of(4));
        using var work = device.Sequence(() =>
        {
            device.Upload<float>([1, 2, 3, 4], y);
            Fill(device, x, 5);
            Fill(device, y, 5);
        });
        work.Run();
        work.Run();
        own.Set("fail_launch", 6);
        work.Run();
        ContainsAll(Refused(() => First(device, x)), "CUDA_ERROR_LAUNCH_FAILED", "last checkpoint");
    }

    /// <summary>Two devices, so that the context lives on when the first of them ends.</summary>
    [StandInFact]
    public void A_disposed_device_gives_everything_back()
    {
        string[] things = ["blocks", "pinned", "modules", "streams", "events", "graphs", "executables"];
        var own = new OwnStandIn();
        using var other = own.Open();
        long[] before = [.. things.Select(own.Count)];
        var device = own.Open();
        var arena = new Arena(device, 1 << 16);
        var x = arena.Allocate(Shape.Of(4));
        var work = device.Sequence(() =>
        {
            device.Upload<float>([1, 2], x);
            Fill(device, x, 5);
        });
        for (var i = 0; i < 3; i++) work.Run();
        device.Upload<float>([1], x);
        Assert.Equal(1, First(device, x));
        Assert.All(things.Zip(before), thing => Assert.True(own.Count(thing.First) > thing.Second, thing.First));
        device.Dispose();
        Assert.Equal(before, things.Select(own.Count));
        Assert.Throws<ObjectDisposedException>(work.Run);
        work.Dispose();
        arena.Dispose();
    }

    /// <summary>A sequence that is recorded again and again, with ever larger uploads, keeps one graph.</summary>
    [StandInFact]
    public void Recording_again_gives_back_what_it_replaces()
    {
        var own = new OwnStandIn();
        using var device = own.Open();
        using var arena = new Arena(device, 1 << 16);
        var x = arena.Allocate(Shape.Of(1000));
        var run = 0;
        using (var work = device.Sequence(() =>
        {
            device.Upload<float>(new float[100 * run], x);
            for (var i = 0; i <= run; i++) Fill(device, x, run);
        }))
        {
            var pinned = own.Count("pinned");
            for (run = 1; run <= 10; run++) work.Run();
            Assert.Equal((1, 1, pinned + 1), (own.Count("graphs"), own.Count("executables"), own.Count("pinned")));
        }
        Assert.Equal((0, 0, 0), (own.Count("graphs"), own.Count("executables"), own.Count("pinned")));
        Assert.Equal(10, First(device, x));
    }
}
