using System.Runtime.InteropServices;

namespace ActionableModels.Compute.Cpu;

/// <summary>
/// Host memory outside the garbage-collected heap: zeroed, 64-byte aligned, at a fixed address. Freed by <see cref="Dispose"/> alone, never by
/// the collector, which cannot see that an operation still uses the address.
/// </summary>
public sealed unsafe class CpuMemory : DeviceMemory
{
    private byte* pointer;

    internal CpuMemory(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        try
        {
            pointer = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(bytes, 64), 64);
        }
        catch (OutOfMemoryException fault)
        {
            throw new ActionableException($"the cpu device could not allocate {bytes:N0} bytes: use a smaller batch or free memory", fault);
        }
        NativeMemory.Clear(pointer, (nuint)Math.Max(bytes, 64));
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
    public override void Dispose()
    {
        NativeMemory.AlignedFree(pointer);
        pointer = null;
    }
}
