using ActionableModels.Compute.Kernels;

namespace ActionableModels.Compute.OpenCl;

/// <summary>
/// The operation set on any OpenCL 1.2 device, through libOpenCL: GPUs of all makers, and processors through PoCL. A program is compiled by the
/// driver when the first of its kernels is launched. Work is queued in order; uploads and downloads wait for it. Launches allocate no
/// managed memory. One caller at a time.
/// </summary>
public sealed unsafe partial class OpenClDevice : KernelDevice
{
    private const uint Yes = 1;
    private readonly OpenClLibrary library;
    private readonly nint context, queue;
    private bool disposed;

    /// <summary>Opens a device.</summary>
    /// <param name="index">Its number in <see cref="Find"/>.</param>
    /// <exception cref="ActionableException">There is no OpenCL library, no driver, no device, or none of this number; or the driver fails.</exception>
    public OpenClDevice(int index = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        var devices = Find(out var fault);
        if (fault is not null) throw new DeviceException(fault);
        if (index >= devices.Count)
            throw new DeviceException($"there is no OpenCL device {index}: this machine has "
                + string.Join(", ", devices.Select(d => $"{d.Index} ({d.Name})")));
        Info = devices[index];
        library = OpenClLibrary.Loaded!;
        nint handle = Info.Handle;
        int code;
        context = library.CreateContext(null, 1, &handle, 0, 0, &code);
        Expect(code, "clCreateContext");
        queue = library.CreateCommandQueue(context, handle, 0, &code);
        Expect(code, "clCreateCommandQueue");
    }

    /// <summary>The OpenCL devices of this machine: GPUs and accelerators first, then processors.</summary>
    /// <param name="fault">Why there are none and what to do; null where there are.</param>
    public static IReadOnlyList<OpenClDeviceInfo> Find(out string? fault) => OpenClDevices.Find(out fault);

    /// <summary>What the driver says of the device.</summary>
    public OpenClDeviceInfo Info { get; }

    /// <summary>Bytes of device memory that this device has given out.</summary>
    internal long Taken { get; private set; }

    /// <inheritdoc/>
    public override string Name => "opencl";

    /// <inheritdoc/>
    public override string Description =>
        $"{Info.Name} ({Info.Platform}) with {Info.ComputeUnits} compute units and {Info.MemoryBytes >> 20:N0} MiB, {Info.Version}";

    /// <inheritdoc/>
    public override long? AllocatedBytes => Taken;

    /// <inheritdoc/>
    public override DeviceMemory Allocate(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        ObjectDisposedException.ThrowIf(disposed, this);
        if (bytes > Info.LargestBlockBytes)
            throw Refused(bytes, $"one block may have at most {Info.LargestBlockBytes:N0} bytes there");
        var size = Math.Max(bytes + 63 & ~63L, 64);
        if (size > Info.MemoryBytes - Taken) throw Refused(bytes, $"it has {Info.MemoryBytes:N0} bytes, of which {Taken:N0} are taken");
        int code;
        var handle = library.CreateBuffer(context, 1, (nuint)size, null, &code);
        if (code == 0)
        {
            // Drivers may put the memory off until it is used, so that the fill is what finds it missing.
            var zero = 0;
            code = library.EnqueueFillBuffer(queue, handle, &zero, sizeof(int), 0, (nuint)size, 0, null, null);
            if (code != 0) library.ReleaseMemObject(handle);
        }
        if (code is OpenClError.MemoryAllocationFailure or OpenClError.OutOfResources or OpenClError.OutOfHostMemory or OpenClError.InvalidBufferSize)
            throw Refused(bytes,
                $"its driver answered {OpenClError.Name(code)}; it has {Info.MemoryBytes:N0} bytes, of which this program has taken {Taken:N0}");
        Expect(code, "clCreateBuffer");
        Taken += size;
        return new OpenClMemory(this, handle, bytes, size);
    }

    /// <inheritdoc/>
    public override void Upload<T>(ReadOnlySpan<T> source, Tensor destination)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        Operands.Upload(source, destination);
        if (source.IsEmpty) return;
        fixed (T* from = source)
            Expect(library.EnqueueWriteBuffer(queue, Handle(destination.Memory), Yes, (nuint)destination.Offset,
                (nuint)((long)source.Length * sizeof(T)), from, 0, null, null), "clEnqueueWriteBuffer");
    }

    /// <inheritdoc/>
    public override void Download<T>(Tensor source, Span<T> destination)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        Operands.Download(source, destination);
        if (destination.IsEmpty) return;
        fixed (T* to = destination)
            Expect(library.EnqueueReadBuffer(queue, Handle(source.Memory), Yes, (nuint)source.Offset,
                (nuint)((long)destination.Length * sizeof(T)), to, 0, null, null), "clEnqueueReadBuffer");
    }

    /// <inheritdoc/>
    public override void Synchronize()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        Expect(library.Finish(queue), "clFinish");
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (disposed) return;
        disposed = true;
        base.Dispose();
        ReleasePrograms();
        library.ReleaseCommandQueue(queue);
        library.ReleaseContext(context);
    }

    internal void Release(nint memory, long bytes)
    {
        library.ReleaseMemObject(memory);
        Taken -= bytes;
    }

    internal override void Launch(KernelCall call, int groupsX, int groupsY, int groupsZ)
    {
        var kernel = Handle(call.Kernel);
        for (var i = 0; i < call.Count; i++)
            if (call.IsMemory(i))
            {
                var memory = call.Memory(i) is { } block ? Handle(block) : 0;
                Expect(library.SetKernelArg(kernel, (uint)i, (nuint)sizeof(nint), &memory), call.Kernel.Name);
            }
            else
            {
                var argument = call.Argument(i);
                fixed (byte* value = argument)
                    Expect(library.SetKernelArg(kernel, (uint)i, (nuint)argument.Length, value), call.Kernel.Name);
            }
        var local = stackalloc nuint[3] { (nuint)call.Kernel.Group, 1, 1 };
        var global = stackalloc nuint[3] { (nuint)groupsX * (nuint)call.Kernel.Group, (nuint)groupsY, (nuint)groupsZ };
        Expect(library.EnqueueNDRangeKernel(queue, kernel, 3, null, global, local, 0, null, null), call.Kernel.Name);
    }

    private nint Handle(DeviceMemory memory) => memory is OpenClMemory block && block.Device == this
        ? block.Handle
        : throw new ArgumentException("a tensor is not in the memory of this opencl device");

    private void Expect(int code, string call)
    {
        if (code != 0) throw OpenClError.Fault(Info.Name, call, code);
    }

    private OutOfDeviceMemoryException Refused(long bytes, string why) =>
        new($"the opencl device {Info.Name} could not allocate {bytes:N0} bytes: {why}; use a smaller batch or another device");
}
