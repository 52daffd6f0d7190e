namespace ActionableModels.Compute.Kernels;

/// <summary>
/// Takes everything and computes nothing: what is planned on it, and run once for the working memory, tells how many bytes a device needs.
/// Downloads give zeros.
/// </summary>
public sealed class MeasuringDevice : KernelDevice
{
    private readonly int chunkScale;
    private long allocated;

    /// <summary>Stands for a device.</summary>
    /// <param name="device">The device whose need is measured.</param>
    public MeasuringDevice(Device device) => chunkScale = device.ChunkScale;

    /// <inheritdoc/>
    public override string Name => "measuring";

    /// <inheritdoc/>
    public override string Description => "counts bytes of memory and computes nothing";

    /// <inheritdoc/>
    public override int ChunkScale => chunkScale;

    /// <summary>Bytes asked for so far.</summary>
    public override long? AllocatedBytes => allocated;

    /// <inheritdoc/>
    public override DeviceMemory Allocate(long bytes)
    {
        allocated += bytes;
        return new Block(bytes);
    }

    /// <inheritdoc/>
    public override void Upload<T>(ReadOnlySpan<T> source, Tensor destination) { }

    /// <inheritdoc/>
    public override void Download<T>(Tensor source, Span<T> destination) => destination.Clear();

    /// <inheritdoc/>
    public override void Synchronize() { }

    /// <inheritdoc/>
    internal override void Launch(KernelCall call, int groupsX, int groupsY, int groupsZ) { }

    private sealed class Block(long bytes) : DeviceMemory
    {
        public override long Bytes => bytes;

        public override void Dispose() { }
    }
}
