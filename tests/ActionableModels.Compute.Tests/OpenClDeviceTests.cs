using ActionableModels.Compute.Kernels;
using ActionableModels.Compute.OpenCl;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Compute.Tests;

/// <summary>What is OpenCL's own: launches, its limits of memory, the list of devices, and clear errors.</summary>
public sealed class OpenClDeviceTests(OpenedDevices devices) : IClassFixture<OpenedDevices>
{
    private static readonly Kernel fill = new("fill", "fill", 256);

    private static float[] Read(Device device, Tensor tensor)
    {
        var values = new float[tensor.Count];
        device.Download<float>(tensor, values);
        return values;
    }

    [Theory, OnDevice("opencl")]
    public void A_launch_computes_into_a_window(string name)
    {
        var device = (OpenClDevice)devices[name];
        using var arena = new Arena(device);
        Tensor before = arena.Allocate(Shape.Of(16)), y = arena.Allocate(Shape.Of(1000)), after = arena.Allocate(Shape.Of(16));
        new KernelCall(device).Begin(fill).Add(y).Add(2.5f).Add(y.Count).Run(3);
        Assert.All(Read(device, y), value => Assert.Equal(2.5f, value));
        Assert.All([.. Read(device, before), .. Read(device, after)], value => Assert.Equal(0, value));
    }

    [Theory, OnDevice("opencl")]
    public void Launches_and_transfers_allocate_nothing(string name)
    {
        var device = (OpenClDevice)devices[name];
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

    [Theory, OnDevice("opencl")]
    public void Devices_are_listed_with_what_they_have(string name)
    {
        var found = OpenClDevice.Find(out var fault);
        Assert.Null(fault);
        Assert.Equal(Enumerable.Range(0, found.Count), found.Select(d => d.Index));
        var device = (OpenClDevice)devices[name];
        Assert.Equal(device.Info, found[0]);
        Assert.True(device.Info is { MemoryBytes: > 1 << 20, LargestBlockBytes: > 1 << 20, LocalBytes: >= 16 << 10, LargestGroup: >= 256, ComputeUnits: > 0 });
        Assert.StartsWith("OpenCL ", device.Info.Version);
        Assert.Contains(device.Info.Name, device.Description);
        Assert.Contains(device.Info.Platform, device.Description);
        var fault2 = Assert.Throws<DeviceException>(() => new OpenClDevice(found.Count)).Message;
        Assert.Contains($"no OpenCL device {found.Count}", fault2);
        Assert.Contains(found[0].Name, fault2);
    }

    [Theory, OnDevice("opencl")]
    public void Too_much_memory_is_refused_with_what_there_is(string name)
    {
        using var device = (OpenClDevice)TestDevices.Open(name);
        var block = device.Info.LargestBlockBytes + 1;
        var fault = Assert.Throws<OutOfDeviceMemoryException>(() => device.Allocate(block)).Message;
        Assert.Contains($"{block:N0} bytes", fault);
        Assert.Contains($"at most {device.Info.LargestBlockBytes:N0} bytes", fault);
        using (device.Allocate(1000)) Assert.Equal(1024, device.Taken);
        Assert.Equal(0, device.Taken);
    }

    [Theory, OnDevice("opencl")]
    public void A_rejected_program_shows_the_compilers_log(string name)
    {
        using var device = (OpenClDevice)TestDevices.Open(name);
        var fault = Assert.Throws<DeviceException>(() => device.Build("broken", "#line 7 \"broken.cl\"\n__kernel void f() { int x = nonsense; }\n")).Message;
        Assert.Contains("rejected broken.cl with CL_BUILD_PROGRAM_FAILURE (-11)", fault);
        Assert.Contains("broken.cl:7", fault);
        Assert.Contains("nonsense", fault);
    }

    [Theory]
    [OnDevice("opencl", "absent", 256, "CL_INVALID_KERNEL_NAME (-46)")]
    [OnDevice("opencl", "fill", 128, "CL_INVALID_WORK_GROUP_SIZE (-54)")]
    public void A_refused_launch_names_the_kernel_and_the_fault(string name, string kernel, int group, string symbol)
    {
        using var device = (OpenClDevice)TestDevices.Open(name);
        using var arena = new Arena(device);
        var y = arena.Allocate(Shape.Of(10));
        var call = new KernelCall(device).Begin(new Kernel("fill", kernel, group)).Add(y).Add(1f).Add(y.Count);
        Assert.Contains($"{device.Info.Name} failed in {kernel} with {symbol}: ", Assert.Throws<DeviceException>(() => call.Run(1)).Message);
    }

    [Theory]
    [InlineData(-5, "CL_OUT_OF_RESOURCES (-5)", "start again from the last checkpoint")]
    [InlineData(-14, "CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST (-14)", "start again from the last checkpoint")]
    [InlineData(-4, "CL_MEM_OBJECT_ALLOCATION_FAILURE (-4)", "use a smaller batch")]
    [InlineData(-54, "CL_INVALID_WORK_GROUP_SIZE (-54)", "update it")]
    [InlineData(-4711, "unknown error (-4711)", "update it")]
    public void Faults_are_named(int code, string symbol, string advice)
    {
        var message = OpenClError.Fault("Some GPU", "conv2d", code).Message;
        Assert.StartsWith($"the opencl device Some GPU failed in conv2d with {symbol}: ", message);
        Assert.Contains(advice, message);
    }

    [Theory, OnDevice("opencl")]
    public async Task A_machine_without_a_driver_is_told_so(string name)
    {
        // Where the ICD loader looks for drivers.
        var (code, output) = await MatrixProgram.Run(["--device", name], ("OCL_ICD_VENDORS", "/nonexistent"));
        Assert.Equal(1, code);
        Assert.StartsWith("the OpenCL loader knows no driver: install", output);
    }
}
