using ActionableModels.Compute.Cpu;

namespace ActionableModels.Compute;

/// <summary>A dense, row-major window into device memory. Creating one copies nothing; all are made when a network is planned.</summary>
public sealed class Tensor
{
    /// <summary>A window of <paramref name="shape"/> at byte <paramref name="offset"/> of <paramref name="memory"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The window does not lie inside the memory.</exception>
    public Tensor(DeviceMemory memory, long offset, Shape shape, ElementType type = ElementType.Float32)
    {
        if (offset < 0 || offset + shape.Count * type.Size() > memory.Bytes)
            throw new ArgumentOutOfRangeException(nameof(offset), $"tensor {shape} at byte {offset} exceeds {memory.Bytes} bytes of memory");
        (Memory, Offset, Shape, Type) = (memory, offset, shape, type);
    }

    /// <summary>The block that holds the elements.</summary>
    public DeviceMemory Memory { get; }
    /// <summary>Byte offset of the first element in <see cref="Memory"/>.</summary>
    public long Offset { get; }
    /// <summary>Extents.</summary>
    public Shape Shape { get; }
    /// <summary>Element type.</summary>
    public ElementType Type { get; }
    /// <summary>Number of elements.</summary>
    public long Count => Shape.Count;

    /// <summary>
    /// What <see cref="Device.Pack"/> keeps up to date, or null. Belongs to this window alone, not to others on the same memory.
    /// </summary>
    internal PackedWeights? Packed { get; init; }

    /// <summary>The same elements under another shape of equal count.</summary>
    public Tensor Reshape(Shape shape) => shape.Count == Shape.Count
        ? new Tensor(Memory, Offset, shape, Type)
        : throw new ArgumentException($"{Shape} cannot become {shape}: the element counts differ");

    /// <summary>Rows <paramref name="start"/> to <paramref name="start"/>+<paramref name="count"/> of the first dimension.</summary>
    public Tensor Rows(int start, int count)
    {
        if (start < 0 || count < 0 || start + count > Shape[0]) throw new ArgumentOutOfRangeException(nameof(start));
        var shape = Shape.Rank switch
        {
            1 => Shape.Of(count),
            2 => Shape.Of(count, Shape[1]),
            3 => Shape.Of(count, Shape[1], Shape[2]),
            _ => Shape.Of(count, Shape[1], Shape[2], Shape[3]),
        };
        return new Tensor(Memory, Offset + start * Shape.RowCount * Type.Size(), shape, Type);
    }
}
