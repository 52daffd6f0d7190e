using System.Runtime.InteropServices;

namespace ActionableModels.Compute.Cpu;

/// <summary>
/// Host memory outside the garbage-collected heap: zeroed, 64-byte aligned, at a fixed address. Freed by <see cref="Dispose"/> alone, never by
/// the collector, which cannot see that an operation still uses the address.
/// </summary>
public sealed unsafe class CpuMemory : DeviceMemory
{
    private static readonly long most = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
    private static long taken;
    private readonly long size;
    private byte* pointer;
    private bool locked;

    internal CpuMemory(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        // Large blocks have pages of their own: locks are kept by page.
        var alignment = bytes >= PageLock.PageBytes ? PageLock.PageBytes : 64;
        size = Math.Max(bytes, 64);
        if (size <= long.MaxValue - alignment) size = (size + alignment - 1) / alignment * alignment;
        // Linux grants more memory than there is and ends the program that touches it: refuse before that.
        if (size > most || Interlocked.Read(ref taken) > most - size) throw Refused(bytes, null);
        try
        {
            pointer = (byte*)NativeMemory.AlignedAlloc((nuint)size, (nuint)alignment);
        }
        catch (OutOfMemoryException fault)
        {
            throw Refused(bytes, fault);
        }
        Interlocked.Add(ref taken, size);
        NativeMemory.Clear(pointer, (nuint)size);
        Bytes = bytes;
    }

    /// <inheritdoc/>
    public override long Bytes { get; }

    /// <summary>The first byte. Valid until <see cref="Dispose"/>.</summary>
    /// <exception cref="ObjectDisposedException">The block has been given back.</exception>
    public byte* Pointer => pointer is not null ? pointer : throw new ObjectDisposedException(nameof(CpuMemory));

    /// <summary>The elements of a tensor on a <see cref="CpuDevice"/> as a span that stays valid until its memory is disposed.</summary>
    /// <exception cref="ArgumentException">The tensor is on another device, or T has another size than its elements.</exception>
    public static Span<T> Span<T>(Tensor tensor) where T : unmanaged
    {
        if (tensor.Memory is not CpuMemory memory) throw new ArgumentException("the tensor is not in the memory of a cpu device", nameof(tensor));
        if (sizeof(T) != tensor.Type.Size()) throw new ArgumentException($"{typeof(T).Name} is not the size of {tensor.Type}", nameof(tensor));
        return new Span<T>(memory.Pointer + tensor.Offset, checked((int)tensor.Count));
    }

    /// <inheritdoc/>
    public override bool TryLock() => locked = locked || (CanLock && PageLock.TryLock(Pointer, size));

    /// <inheritdoc/>
    public override bool CanLock => size >= PageLock.PageBytes;

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (pointer is null) return;
        // Freed memory may come back for something else, and what is locked is limited.
        if (locked) PageLock.Unlock(pointer, size);
        NativeMemory.AlignedFree(pointer);
        Interlocked.Add(ref taken, -size);
        pointer = null;
    }

    private static OutOfDeviceMemoryException Refused(long bytes, Exception? fault) =>
        new($"the cpu device could not allocate {bytes:N0} bytes: use a smaller batch or free memory", fault);
}
