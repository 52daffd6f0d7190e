namespace ActionableModels.Compute;

/// <summary>One block of device memory, zeroed when allocated and 64-byte aligned. Tensors are windows into such blocks.</summary>
public abstract class DeviceMemory : IDisposable
{
    /// <summary>Size in bytes.</summary>
    public abstract long Bytes { get; }

    /// <summary>Keeps the block in physical memory; false where the system does not allow it or it is in a device's own.</summary>
    public virtual bool TryLock() => false;

    /// <summary>Whether there is anything to lock: memory that the system could page out, in whole pages.</summary>
    public virtual bool CanLock => false;

    /// <summary>Gives the block back to the device.</summary>
    public abstract void Dispose();
}
