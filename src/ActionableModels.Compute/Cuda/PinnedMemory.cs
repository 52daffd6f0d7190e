namespace ActionableModels.Compute.Cuda;

/// <summary>Host memory that stays where it is, so that the device copies to and from it while the host goes on.</summary>
internal sealed unsafe class PinnedMemory : IDisposable
{
    private readonly CudaDriver driver;

    /// <summary>Takes a block; its content is undefined.</summary>
    /// <exception cref="OutOfDeviceMemoryException">There is not enough memory.</exception>
    public PinnedMemory(CudaDevice device, long bytes)
    {
        driver = device.Driver;
        void* pointer;
        var result = driver.HostAllocate(&pointer, (nuint)bytes, 0);
        if (result == CudaDriver.OutOfMemory)
            throw new OutOfDeviceMemoryException($"the cuda device could not pin {bytes:N0} bytes of host memory: free host memory or use a smaller batch");
        device.Check(result, "cuMemHostAlloc");
        Pointer = (byte*)pointer;
        Bytes = bytes;
    }

    /// <summary>The first byte.</summary>
    public byte* Pointer { get; private set; }

    /// <summary>Size in bytes.</summary>
    public long Bytes { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Pointer is not null) driver.HostFree(Pointer);
        Pointer = null;
    }
}
