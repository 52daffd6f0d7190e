namespace ActionableModels.Compute.OpenCl;

/// <summary>A buffer on an OpenCL device.</summary>
internal sealed unsafe class OpenClMemory(OpenClDevice device, nint handle, long bytes, long taken) : DeviceMemory
{
    private nint handle = handle;

    /// <inheritdoc/>
    public override long Bytes => bytes;

    /// <summary>The device that it was taken from.</summary>
    public OpenClDevice Device => device;

    /// <summary>The driver's handle.</summary>
    /// <exception cref="ObjectDisposedException">The block has been given back.</exception>
    public nint Handle => handle != 0 ? handle : throw new ObjectDisposedException(nameof(OpenClMemory));

    /// <summary>Gives the block back; the driver keeps it until queued work that uses it is done.</summary>
    public override void Dispose()
    {
        if (handle == 0) return;
        device.Release(handle, taken);
        handle = 0;
    }
}
