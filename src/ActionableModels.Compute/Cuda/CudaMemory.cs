namespace ActionableModels.Compute.Cuda;

/// <summary>A block of a CUDA device's memory.</summary>
internal sealed class CudaMemory(CudaDevice device, ulong address, long bytes) : DeviceMemory
{
    private ulong address = address;

    /// <summary>The device that it belongs to.</summary>
    public CudaDevice Device => device;

    /// <summary>The first byte.</summary>
    /// <exception cref="ObjectDisposedException">The block has been given back.</exception>
    public ulong Address => address != 0 ? address : throw new ObjectDisposedException(nameof(CudaMemory));

    /// <inheritdoc/>
    public override long Bytes => bytes;

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (address == 0) return;
        device.Free(this);
        address = 0;
    }
}
