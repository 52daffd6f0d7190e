namespace ActionableModels.Compute;

/// <summary>
/// Hands out tensors from a few large blocks, 64-byte aligned, all freed together. Networks plan their memory here once per batch
/// size; nothing is allocated while they run.
/// </summary>
public sealed class Arena(Device device, long blockBytes = 16 << 20) : IDisposable
{
    private readonly List<DeviceMemory> blocks = [];
    private readonly List<Arena> beside = [];
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

    /// <summary>An arena for what computes on <paramref name="other"/>, a device on the same memory; freed together with this one.</summary>
    public Arena Beside(Device other)
    {
        var arena = new Arena(other, blockBytes);
        beside.Add(arena);
        return arena;
    }

    /// <summary>Bytes of the blocks that <see cref="Lock"/> keeps where the system allows all: 0 on a device with memory of its own.</summary>
    public long LockableBytes => beside.Sum(arena => arena.LockableBytes) + blocks.Where(block => block.CanLock).Sum(block => block.Bytes);

    /// <summary>Keeps what has been taken so far in physical memory, as far as the system allows.</summary>
    /// <returns>The bytes of the blocks that are kept.</returns>
    public long Lock()
    {
        var locked = 0L;
        foreach (var arena in beside) locked += arena.Lock();
        foreach (var block in blocks)
            if (block.TryLock()) locked += block.Bytes;
        return locked;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var arena in beside) arena.Dispose();
        foreach (var block in blocks) block.Dispose();
        blocks.Clear();
    }
}
