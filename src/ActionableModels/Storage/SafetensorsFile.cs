using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using ActionableModels.Compute;

namespace ActionableModels.Storage;

/// <summary>
/// Reader of safetensors (8 bytes of header length, a JSON header, the tensors' little-endian bytes; huggingface/safetensors). The
/// file is memory-mapped and checked completely before any tensor is given out: header, types, shapes, offsets, total length. Spans
/// point into the mapping: they cost no copy and no memory, and are valid until <see cref="Dispose"/>. A mapped file must not be
/// shortened by others meanwhile; everything in this project replaces files instead (<see cref="AtomicFile"/>).
/// </summary>
public sealed unsafe class SafetensorsFile : IDisposable
{
    const int LengthBytes = 8;

    readonly Dictionary<string, string> metadata = [];
    readonly Dictionary<string, SafetensorsEntry> entries = [];
    readonly ReadOnlyMemory<byte> memory;
    readonly MemoryMappedViewAccessor? view;
    readonly byte* mapped;
    bool disposed;

    SafetensorsFile(string name, ReadOnlyMemory<byte> memory, MemoryMappedViewAccessor? view, long length)
    {
        Name = name;
        Length = length;
        this.memory = memory;
        this.view = view;
        view?.SafeMemoryMappedViewHandle.AcquirePointer(ref mapped);
        try
        {
            ParseHeader();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Path, or the name given to bytes in memory: what messages call this file.</summary>
    public string Name { get; }

    /// <summary>Bytes of the whole file.</summary>
    public long Length { get; }

    /// <summary>The free text of the header.</summary>
    public IReadOnlyDictionary<string, string> Metadata => metadata;

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries => entries;

    /// <summary>Maps and checks a file.</summary>
    /// <exception cref="ActionableException">The file cannot be read, or anything in it is wrong.</exception>
    public static SafetensorsFile Open(string path)
    {
        try
        {
            using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var length = RandomAccess.GetLength(handle);
            if (length < LengthBytes)
                throw TooShort(FileFault.Show(path), length);
            using var file = MemoryMappedFile.CreateFromFile(
                handle, null, length, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            var view = file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
            return new SafetensorsFile(FileFault.Show(path), default, view, length);
        }
        catch (Exception e) when (FileFault.Is(e))
        {
            throw FileFault.Reading(path, e);
        }
    }

    /// <summary>Checks a file that is in memory already; the bytes are used in place.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="ActionableException">Anything in it is wrong.</exception>
    public static SafetensorsFile Parse(ReadOnlyMemory<byte> bytes, string name) =>
        bytes.Length < LengthBytes ? throw TooShort(name, bytes.Length) : new SafetensorsFile(name, bytes, null, bytes.Length);

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
    public ReadOnlySpan<byte> Slice(string name, long start, int count)
    {
        var entry = Entry(name);
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, entry.Length - count);
        return Range(entry.Offset + start, count);
    }

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

    /// <summary>What the header says of a tensor, with its type and shape as they must be.</summary>
    /// <param name="name">Tensor.</param>
    /// <param name="dtype">The type it must have.</param>
    /// <param name="shape">The shape it must have; none given: any.</param>
    /// <exception cref="ActionableException">The tensor is missing, or of another type or shape.</exception>
    public SafetensorsEntry Require(string name, SafetensorsDtype dtype, params ReadOnlySpan<long> shape)
    {
        var entry = Entry(name);
        if (entry.Dtype != dtype || (!shape.IsEmpty && !shape.SequenceEqual(entry.Shape)))
            throw new ActionableException($"{Name}: tensor {FileFault.Quote(name)} is {entry}, not {dtype.Name()}"
                + (shape.IsEmpty ? "" : $" {SafetensorsEntry.Show(shape)}")
                + ": the file was written for something else, give the one that fits");
        return entry;
    }

    /// <summary>What the header says of a tensor.</summary>
    /// <exception cref="ActionableException">There is no such tensor.</exception>
    public SafetensorsEntry Entry(string name) => entries.TryGetValue(name, out var entry) ? entry
        : throw new ActionableException(
            $"{Name}: there is no tensor {FileFault.Quote(name)}: the file was written for something else, give the one that fits");

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

    void ParseHeader()
    {
        var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(Range(0, LengthBytes));
        if (headerLength > SafetensorsHeader.LongestHeader || headerLength > (ulong)(Length - LengthBytes))
            throw SafetensorsHeader.Bad(Name, $"its first 8 bytes announce a header of {headerLength} bytes, the file has {Length}");
        var dataStart = LengthBytes + (long)headerLength;
        SafetensorsHeader.Parse(Range(LengthBytes, (int)headerLength), dataStart, Length - dataStart, Name, metadata, entries);
    }

    static ActionableException TooShort(string name, long length) =>
        SafetensorsHeader.Bad(name, $"it has only {length} bytes");
}
