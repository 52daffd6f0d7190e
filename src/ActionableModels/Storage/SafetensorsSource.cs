using System.Buffers.Binary;
using ActionableModels.Compute;

namespace ActionableModels.Storage;

/// <summary>
/// What a safetensors file holds (8 bytes of header length, a JSON header, the tensors' little-endian bytes; huggingface/safetensors), and a
/// way to its bytes. All of the header is checked before any tensor is given out: types, shapes, offsets, total length.
/// </summary>
public abstract class SafetensorsSource
{
    /// <summary>Bytes of the header's length, first in the file.</summary>
    protected const int LengthBytes = 8;

    private readonly Dictionary<string, string> metadata = [];
    private readonly Dictionary<string, SafetensorsEntry> entries = [];

    /// <summary>A file of some length; the header is yet to be parsed.</summary>
    private protected SafetensorsSource(string name, long length) => (Name, Length) = (name, length);

    /// <summary>Path, or the name given to bytes in memory: what messages call this file.</summary>
    public string Name { get; }

    /// <summary>Bytes of the whole file.</summary>
    public long Length { get; }

    /// <summary>The free text of the header.</summary>
    public IReadOnlyDictionary<string, string> Metadata => metadata;

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries => entries;

    /// <summary>What the header says of a tensor.</summary>
    /// <exception cref="ActionableException">There is no such tensor.</exception>
    public SafetensorsEntry Entry(string name) => entries.TryGetValue(name, out var entry) ? entry
        : throw new ActionableException(
            $"{Name}: there is no tensor {FileFault.Quote(name)}: the file was written for something else, give the one that fits");

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

    /// <summary>Copies bytes of a tensor.</summary>
    /// <param name="name">Tensor.</param>
    /// <param name="start">First byte within the tensor.</param>
    /// <param name="destination">Receives as many bytes as it is long.</param>
    /// <exception cref="ActionableException">There is no such tensor, or the file cannot be read.</exception>
    public void Copy(string name, long start, Span<byte> destination) => ReadAt(Place(name, start, destination.Length), destination);

    /// <summary>Offset in the file of some bytes of a tensor.</summary>
    private protected long Place(string name, long start, int count)
    {
        var entry = Entry(name);
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, entry.Length - count);
        return entry.Offset + start;
    }

    /// <summary>Copies bytes of the file by absolute offset.</summary>
    private protected abstract void ReadAt(long offset, Span<byte> destination);

    /// <summary>Opens a file that others may replace, remove or write meanwhile.</summary>
    /// <exception cref="ActionableException">The file cannot be opened, or is too short to be safetensors.</exception>
    private protected static Microsoft.Win32.SafeHandles.SafeFileHandle OpenHandle(string path, out long length)
    {
        var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            length = RandomAccess.GetLength(handle);
            RequireLength(FileFault.Show(path), length);
            return handle;
        }
        catch (NotSupportedException e)
        {
            handle.Dispose();
            throw new ActionableException($"{FileFault.Show(path)}: cannot be read, it is a pipe or a device: give a file", e);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Checks that there are bytes for the length of a header.</summary>
    private protected static void RequireLength(string name, long length)
    {
        if (length < LengthBytes) throw SafetensorsHeader.Bad(name, $"it has only {length} bytes");
    }

    /// <summary>The length of the header from the file's first bytes, checked.</summary>
    private protected int HeaderLength(ReadOnlySpan<byte> first, int longest)
    {
        var announced = BinaryPrimitives.ReadUInt64LittleEndian(first);
        return announced <= (ulong)longest && announced <= (ulong)(Length - LengthBytes) ? (int)announced
            : throw SafetensorsHeader.Bad(Name, $"its first 8 bytes announce a header of {announced} bytes, the file has {Length}"
                + (announced <= (ulong)(Length - LengthBytes) ? $" and at most {longest} are read" : ""));
    }

    /// <summary>Reads names, types, shapes and places from the header's bytes.</summary>
    private protected void ParseHeader(ReadOnlySpan<byte> json)
    {
        var dataStart = LengthBytes + (long)json.Length;
        SafetensorsHeader.Parse(json, dataStart, Length - dataStart, Name, metadata, entries);
    }
}
