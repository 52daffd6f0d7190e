using System.Runtime.InteropServices;

namespace ActionableModels.Storage;

/// <summary>A tensor to write, its bytes at hand or produced while writing.</summary>
public sealed class SafetensorsTensor
{
    /// <summary>A tensor whose bytes are written by a callback, which must write exactly as many as type and shape take.</summary>
    /// <param name="name">Name in the file.</param>
    /// <param name="dtype">Element type.</param>
    /// <param name="shape">Sizes, outermost first.</param>
    /// <param name="write">Writes the little-endian bytes; called once.</param>
    public SafetensorsTensor(string name, SafetensorsDtype dtype, ReadOnlySpan<long> shape, Action<Stream> write)
    {
        Name = name;
        Dtype = dtype;
        Shape = shape.ToArray();
        Write = write;
        Length = dtype.Size();
        foreach (var size in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(size, nameof(shape));
            Length = checked(Length * size);
        }
    }

    /// <summary>A tensor of bytes at hand.</summary>
    /// <param name="name">Name in the file.</param>
    /// <param name="dtype">Element type.</param>
    /// <param name="shape">Sizes, outermost first.</param>
    /// <param name="data">The little-endian bytes, as many as type and shape take.</param>
    public SafetensorsTensor(string name, SafetensorsDtype dtype, ReadOnlySpan<long> shape, ReadOnlyMemory<byte> data)
        : this(name, dtype, shape, stream => stream.Write(data.Span))
    {
        if (data.Length != Length)
            throw new ArgumentException($"{name}: {data.Length} bytes given, {Length} needed", nameof(data));
    }

    /// <summary>Name in the file.</summary>
    public string Name { get; }
    /// <summary>Element type.</summary>
    public SafetensorsDtype Dtype { get; }
    /// <summary>Sizes, outermost first.</summary>
    public IReadOnlyList<long> Shape { get; }
    /// <summary>Bytes that type and shape take.</summary>
    public long Length { get; }
    internal Action<Stream> Write { get; }

    /// <summary>An F32 tensor of numbers at hand.</summary>
    public static SafetensorsTensor Float32(string name, ReadOnlySpan<long> shape, ReadOnlyMemory<float> data) =>
        new(name, SafetensorsDtype.F32, shape, stream => stream.Write(MemoryMarshal.AsBytes(data.Span)));

    /// <summary>An I32 tensor of numbers at hand.</summary>
    public static SafetensorsTensor Int32(string name, ReadOnlySpan<long> shape, ReadOnlyMemory<int> data) =>
        new(name, SafetensorsDtype.I32, shape, stream => stream.Write(MemoryMarshal.AsBytes(data.Span)));

    /// <summary>An I64 tensor of numbers at hand.</summary>
    public static SafetensorsTensor Int64(string name, ReadOnlySpan<long> shape, ReadOnlyMemory<long> data) =>
        new(name, SafetensorsDtype.I64, shape, stream => stream.Write(MemoryMarshal.AsBytes(data.Span)));
}
