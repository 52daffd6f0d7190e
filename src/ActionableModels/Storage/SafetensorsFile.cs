using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using ActionableModels.Compute;

namespace ActionableModels.Storage;

/// <summary>
/// A safetensors file in memory or memory-mapped. Spans point into it: they cost no copy and no memory, and are valid until
/// <see cref="Dispose"/>. A mapped file must not be shortened by others meanwhile, which ends the process; everything in this project replaces
/// files instead (<see cref="AtomicFile"/>). Datasets are mapped; models are read by <see cref="SafetensorsReader"/>.
/// </summary>
public sealed unsafe class SafetensorsFile : SafetensorsSource, IDisposable
{
    readonly ReadOnlyMemory<byte> memory;
    readonly MemoryMappedViewAccessor? view;
    readonly byte* mapped;
    bool disposed;

    SafetensorsFile(string name, ReadOnlyMemory<byte> memory, MemoryMappedViewAccessor? view, long length, int longestHeader)
        : base(name, length)
    {
        this.memory = memory;
        this.view = view;
        view?.SafeMemoryMappedViewHandle.AcquirePointer(ref mapped);
        try
        {
            ParseHeader(Range(LengthBytes, HeaderLength(Range(0, LengthBytes), longestHeader)));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Maps and checks a file.</summary>
    /// <exception cref="ActionableException">The file cannot be read, or anything in it is wrong.</exception>
    public static SafetensorsFile Open(string path)
    {
        try
        {
            using var handle = OpenHandle(path, out var length);
            using var file = MemoryMappedFile.CreateFromFile(
                handle, null, length, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            var view = file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
            return new SafetensorsFile(FileFault.Show(path), default, view, length, SafetensorsHeader.LongestHeader);
        }
        catch (Exception e) when (FileFault.Is(e))
        {
            throw FileFault.Reading(path, e);
        }
    }

    /// <summary>Checks a file that is in memory already; the bytes are used in place.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="longestHeader">A longer header, in bytes, is refused.</param>
    /// <exception cref="ActionableException">Anything in it is wrong.</exception>
    public static SafetensorsFile Parse(ReadOnlyMemory<byte> bytes, string name, int longestHeader = SafetensorsHeader.LongestHeader)
    {
        RequireLength(name, bytes.Length);
        return new SafetensorsFile(name, bytes, null, bytes.Length, longestHeader);
    }

    /// <summary>The bytes of a tensor.</summary>
    /// <exception cref="ActionableException">
    /// There is no such tensor, or it is larger than one span (2 GiB): use <see cref="Slice"/>.
    /// </exception>
    public ReadOnlySpan<byte> Bytes(string name)
    {
        var entry = Entry(name);
        return entry.Length <= int.MaxValue ? Range(entry.Offset, (int)entry.Length)
            : throw new ActionableException($"{Name}: tensor {FileFault.Quote(name)} ({entry}) is larger than 2 GiB: read it in slices");
    }

    /// <summary>Some bytes of a tensor of any size.</summary>
    /// <param name="name">Tensor.</param>
    /// <param name="start">First byte within the tensor.</param>
    /// <param name="count">Number of bytes.</param>
    /// <exception cref="ActionableException">There is no such tensor.</exception>
    public ReadOnlySpan<byte> Slice(string name, long start, int count) => Range(Place(name, start, count), count);

    /// <summary>The numbers of an F32 tensor.</summary>
    /// <param name="name">Tensor.</param>
    /// <param name="shape">The shape it must have; none given: any.</param>
    /// <exception cref="ActionableException">The tensor is missing, of another type or shape, or larger than one span.</exception>
    public ReadOnlySpan<float> Float32(string name, params ReadOnlySpan<long> shape)
    {
        Require(name, SafetensorsDtype.F32, shape);
        return MemoryMarshal.Cast<byte, float>(Bytes(name));
    }

    /// <summary>The numbers of an I32 tensor.</summary>
    /// <inheritdoc cref="Float32"/>
    public ReadOnlySpan<int> Int32(string name, params ReadOnlySpan<long> shape)
    {
        Require(name, SafetensorsDtype.I32, shape);
        return MemoryMarshal.Cast<byte, int>(Bytes(name));
    }

    /// <summary>The numbers of an I64 tensor.</summary>
    /// <inheritdoc cref="Float32"/>
    public ReadOnlySpan<long> Int64(string name, params ReadOnlySpan<long> shape)
    {
        Require(name, SafetensorsDtype.I64, shape);
        return MemoryMarshal.Cast<byte, long>(Bytes(name));
    }

    /// <summary>Unmaps the file; spans taken from it must not be used any more.</summary>
    public void Dispose()
    {
        if (disposed)
            return;
        disposed = true;
        view?.SafeMemoryMappedViewHandle.ReleasePointer();
        view?.Dispose();
    }

    /// <summary>Bytes of the file by absolute offset.</summary>
    internal ReadOnlySpan<byte> Range(long offset, int count)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (offset < 0 || count < 0 || offset > Length - count)
            throw new ArgumentOutOfRangeException(nameof(offset));
        return view is null ? memory.Span.Slice((int)offset, count) : new ReadOnlySpan<byte>(mapped + offset, count);
    }

    private protected override void ReadAt(long offset, Span<byte> destination) => Range(offset, destination.Length).CopyTo(destination);
}
