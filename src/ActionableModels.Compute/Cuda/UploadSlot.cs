namespace ActionableModels.Compute.Cuda;

/// <summary>Where one upload of a sequence waits in pinned memory to be copied: two halves, so that the host fills one while a graph reads the other.</summary>
internal sealed unsafe class UploadSlot(CudaDevice device, long bytes) : IDisposable
{
    private readonly long stride = (bytes + 255) & ~255L;
    private readonly PinnedMemory memory = new(device, 2 * ((bytes + 255) & ~255L));

    /// <summary>Bytes of one half.</summary>
    public long Bytes => stride;

    /// <summary>The first byte of half 0 or 1.</summary>
    public byte* Half(int half) => memory.Pointer + half * stride;

    /// <inheritdoc/>
    public void Dispose() => memory.Dispose();
}
