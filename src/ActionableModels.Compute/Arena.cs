namespace ActionableModels.Compute;

/// <summary>
/// Hands out tensors from a few large blocks, 64-byte aligned, all freed together. Networks plan their memory here once per batch
/// size; nothing is allocated while they run.
/// </summary>
public sealed class Arena(Device device, long blockBytes = 16 << 20) : IDisposable
{
    private readonly List<DeviceMemory> blocks = [];
    private long used;

    /// <summary>The device whose memory this is.</summary>
    public Device Device { get; } = device;

    /// <summary>Bytes taken from the device so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>A zeroed tensor.</summary>
    public Tensor Allocate(Shape shape, ElementType type = ElementType.Float32)
    {
        var bytes = (shape.Count * type.Size() + 63) & ~63L;
        if (blocks.Count == 0 || used + bytes > blocks[^1].Bytes)
        {
            blocks.Add(Device.Allocate(Math.Max(bytes, blockBytes)));
            Bytes += blocks[^1].Bytes;
            used = 0;
        }
        var tensor = new Tensor(blocks[^1], used, shape, type);
        used += bytes;
        return tensor;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var block in blocks) block.Dispose();
        blocks.Clear();
    }
}
