using System.Runtime.InteropServices;
using ActionableModels.Compute.Kernels;

namespace ActionableModels.Compute.Cuda;

/// <summary>
/// The operation set on an NVIDIA GPU of compute capability 8.0 or later, through the driver alone (CUDA 12.0, that is driver 525, or later):
/// the kernels are PTX that this assembly carries and the driver compiles. All work is queued in order on one stream. One caller at a time.
/// The environment variable ACTIONABLE_CUDA_DRIVER names a driver library to use in the place of the system's.
/// </summary>
/// <remarks>
/// After an error of the driver in the middle of work nothing on the device can be trusted: the device then refuses all further work with the
/// same error, and disposing it does not throw.
/// </remarks>
public sealed unsafe partial class CudaDevice : KernelDevice
{
    private readonly int handle;
    private readonly ModuleCache modules = null!;
    private readonly HashSet<CudaMemory> blocks = [];
    private readonly HashSet<CudaSequence> sequences = [];
    private readonly void** arguments = (void**)NativeMemory.Alloc(KernelCall.MaximumArguments, (nuint)sizeof(void*));
    private UploadRing? uploads;
    private PinnedMemory? downloads;
    private CudaSequence? running;
    private string? fault;
    private long allocated;
    private bool disposed;

    /// <summary>Starts a device.</summary>
    /// <param name="index">Its number in <see cref="Find"/>.</param>
    /// <param name="precision">How convolutions and dense layers multiply.</param>
    /// <exception cref="ActionableException">
    /// There is no driver, it is too old, there is no such device, or its compute capability is below 8.0; the message says which.
    /// </exception>
    public CudaDevice(int index = 0, Precision precision = Precision.Bfloat16) : this(CudaDriver.Open(), index, precision)
    {
    }

    /// <summary>A device of a driver.</summary>
    internal CudaDevice(CudaDriver driver, int index, Precision precision)
    {
        Driver = driver;
        Precision = precision;
        try
        {
            var count = Count(Driver);
            if (index < 0 || index >= count)
                throw new DeviceException(
                    $"there is no cuda device {index}: this machine has {(count == 1 ? "one, number 0" : $"{count}, numbers 0 to {count - 1}")}");
            handle = Handle(Driver, index);
            Info = Look(Driver, index, handle);
            if (!Info.IsSupported)
                throw new DeviceException($"cuda device {index}, {Info.Name}, has compute capability {Info.CapabilityText}; " +
                    $"the kernels need {LowestCapability / 10}.{LowestCapability % 10} or later: choose another device");
            nint retained, stream;
            Started(Driver, Driver.PrimaryContextRetain(&retained, handle), "cuDevicePrimaryCtxRetain");
            Context = retained;
            Started(Driver, Driver.ContextSetCurrent(retained), "cuCtxSetCurrent");
            const uint apartFromDefaultStream = 1;
            Started(Driver, Driver.StreamCreate(&stream, apartFromDefaultStream), "cuStreamCreate");
            Stream = stream;
            modules = new ModuleCache(this, Info.Capability);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override string Name => "cuda";

    /// <inheritdoc/>
    public override string Description =>
        $"{Info.Name} of compute capability {Info.CapabilityText} with {Info.TotalBytes >> 20:N0} MiB, CUDA {Info.DriverText}, {Precision}";

    /// <inheritdoc/>
    public override long? AllocatedBytes => allocated;

    /// <summary>What the driver says of the device.</summary>
    public CudaDeviceInfo Info { get; } = null!;

    /// <summary>How convolutions and dense layers multiply.</summary>
    public Precision Precision { get; }

    /// <summary>Compute capability, as 10·major + minor: 80, 90.</summary>
    public int Capability => Info.Capability;

    /// <summary>What has been asked of the driver so far.</summary>
    public CudaStatistics Statistics { get; private set; }

    internal CudaDriver Driver { get; }

    internal HostCopier Copier { get; } = new();

    internal nint Context { get; }

    internal nint Stream { get; }

    /// <inheritdoc/>
    /// <exception cref="ActionableException">There is not enough memory; the message says how much was asked for and how much there is.</exception>
    public override DeviceMemory Allocate(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        Enter();
        var size = (nuint)Math.Max(bytes, 64);
        ulong address;
        var result = Driver.MemoryAllocate(&address, size);
        if (result == CudaDriver.OutOfMemory) throw OutOfMemory(bytes);
        Check(result, "cuMemAlloc");
        Check(Driver.MemorySet(address, 0, size, Stream), "cuMemsetD8Async");
        var block = new CudaMemory(this, address, bytes);
        blocks.Add(block);
        allocated += bytes;
        return block;
    }

    /// <inheritdoc/>
    public override void Upload<T>(ReadOnlySpan<T> source, Tensor destination)
    {
        Operands.Upload(source, destination);
        var bytes = source.Length * (long)sizeof(T);
        if (running is null) Enter();
        var address = Address(destination.Memory) + (ulong)destination.Offset;
        if (bytes == 0) return;
        fixed (T* pointer = source)
        {
            if (running is null) (uploads ??= new UploadRing(this)).Upload((byte*)pointer, address, bytes);
            else running.Upload((byte*)pointer, address, bytes);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">A sequence is being run: what comes back is downloaded after it.</exception>
    public override void Download<T>(Tensor source, Span<T> destination)
    {
        const int staging = 4 << 20;
        Operands.Download(source, destination);
        var bytes = destination.Length * (long)sizeof(T);
        Enter();
        RefuseInSequence("Download");
        var address = Address(source.Memory) + (ulong)source.Offset;
        downloads ??= new PinnedMemory(this, staging);
        fixed (T* pointer = destination)
        {
            for (long done = 0, part; done < bytes; done += part)
            {
                part = Math.Min(bytes - done, staging);
                Check(Driver.CopyToHost(downloads.Pointer, address + (ulong)done, (nuint)part, Stream), "cuMemcpyDtoHAsync");
                Check(Driver.StreamSynchronize(Stream), "cuStreamSynchronize");
                Buffer.MemoryCopy(downloads.Pointer, (byte*)pointer + done, part, part);
            }
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">A sequence is being run.</exception>
    public override void Synchronize()
    {
        Enter();
        RefuseInSequence("Synchronize");
        Check(Driver.StreamSynchronize(Stream), "cuStreamSynchronize");
    }

    /// <summary>
    /// Work that is recorded as a CUDA graph when it is first run, and launched as one unit from then on; see <see cref="WorkSequence"/>. A run
    /// that does other operations than the one before is recorded again.
    /// </summary>
    public override WorkSequence Sequence(Action work)
    {
        Enter();
        var sequence = new CudaSequence(this, work);
        sequences.Add(sequence);
        return sequence;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (disposed) return;
        // Results are ignored from here on: what fails after a fault is gone with it.
        Driver.ContextSetCurrent(Context);
        if (Stream != 0) Driver.StreamSynchronize(Stream);
        base.Dispose();
        foreach (var sequence in sequences.ToArray()) sequence.Dispose();
        foreach (var block in blocks.ToArray()) block.Dispose();
        uploads?.Dispose();
        downloads?.Dispose();
        Copier.Dispose();
        modules?.Dispose();
        if (Stream != 0) Driver.StreamDestroy(Stream);
        Driver.ContextSetCurrent(0);
        if (Context != 0) Driver.PrimaryContextRelease(handle);
        NativeMemory.Free(arguments);
        disposed = true;
    }

    /// <inheritdoc/>
    internal override void Launch(KernelCall call, int groupsX, int groupsY, int groupsZ)
    {
        if (running is null) Enter();
        if ((groupsY | groupsZ) > ushort.MaxValue) throw new InvalidOperationException($"{call.Kernel.Name}: CUDA has at most 65535 groups in y and z");
        for (var i = 0; i < call.Count; i++)
            if (call.IsMemory(i)) MemoryMarshal.Write(call.Argument(i), call.Memory(i) is { } memory ? Address(memory) : 0);
        var function = modules.Function(call.Kernel);
        if (running is { } sequence)
        {
            sequence.Launch(call, function, groupsX, groupsY, groupsZ);
            return;
        }
        fixed (byte* bytes = call.Arguments)
        {
            Check(Driver.LaunchKernel(function, (uint)groupsX, (uint)groupsY, (uint)groupsZ, (uint)call.Kernel.Group, 1, 1, (uint)call.Kernel.Shared,
                Stream, Pointers(bytes, call.Offsets), null), "cuLaunchKernel", call.Kernel.Name);
        }
        Statistics = Statistics with { Launches = Statistics.Launches + 1 };
    }

    /// <summary>The table of argument addresses that the driver takes; the same for every launch.</summary>
    internal void** Pointers(byte* bytes, ReadOnlySpan<int> offsets)
    {
        for (var i = 0; i < offsets.Length; i++) arguments[i] = bytes + offsets[i];
        return arguments;
    }

    private ulong Address(DeviceMemory memory) => memory is CudaMemory block && block.Device == this
        ? block.Address
        : throw new ArgumentException("the tensor is not in the memory of this cuda device");

    private OutOfDeviceMemoryException OutOfMemory(long bytes)
    {
        nuint free = 0, total = 0;
        var known = Driver.MemoryInfo(&free, &total) == 0;
        var room = known ? $"{free:N0} of its {total:N0} bytes are free" : $"it has {Info.TotalBytes:N0}";
        return new($"the cuda device could not allocate {bytes:N0} bytes: {room}; use a smaller batch or end other programs on the device");
    }
}
