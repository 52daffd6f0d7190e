using ActionableModels.Compute;
using Microsoft.Win32.SafeHandles;

namespace ActionableModels.Storage;

/// <summary>
/// Reader of the safetensors file of a model: copies what is asked for, by its place in the file. Unlike a mapping, which ends the process
/// when others shorten the file (SIGBUS), it then reports an error.
/// </summary>
public sealed class SafetensorsReader : SafetensorsSource, IDisposable
{
    private readonly SafeFileHandle handle;
    private readonly DateTime written;

    private SafetensorsReader(string name, SafeFileHandle handle, long length, int longestHeader) : base(name, length)
    {
        this.handle = handle;
        written = File.GetLastWriteTimeUtc(handle);
        Span<byte> first = stackalloc byte[LengthBytes];
        ReadAt(0, first);
        var header = new byte[HeaderLength(first, longestHeader)];
        ReadAt(LengthBytes, header);
        ParseHeader(header);
    }

    /// <summary>Opens a file and checks its header; nothing else is read.</summary>
    /// <param name="path">The file.</param>
    /// <param name="longestHeader">A longer header, in bytes, is refused.</param>
    /// <exception cref="ActionableException">The file cannot be read, or anything in its header is wrong.</exception>
    public static SafetensorsReader Open(string path, int longestHeader = SafetensorsHeader.LongestHeader)
    {
        SafeFileHandle? handle = null;
        try
        {
            handle = OpenHandle(path, out var length);
            return new SafetensorsReader(FileFault.Show(path), handle, length, longestHeader);
        }
        catch (Exception e)
        {
            handle?.Dispose();
            if (FileFault.Is(e)) throw FileFault.Reading(path, e);
            throw;
        }
    }

    /// <summary>Called before bytes are read, with their offset: where a test changes the file.</summary>
    internal Action<long>? Probe { get; set; }

    /// <summary>Checks that nobody wrote to the file since it was opened: what was read belongs together.</summary>
    /// <exception cref="ActionableException">Somebody did.</exception>
    public void RequireUnchanged()
    {
        try
        {
            if (RandomAccess.GetLength(handle) != Length || File.GetLastWriteTimeUtc(handle) != written) throw Changed();
        }
        catch (Exception e) when (FileFault.Is(e))
        {
            throw FileFault.Reading(Name, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => handle.Dispose();

    private protected override void ReadAt(long offset, Span<byte> destination)
    {
        Probe?.Invoke(offset);
        try
        {
            while (!destination.IsEmpty)
            {
                var count = RandomAccess.Read(handle, destination, offset);
                if (count == 0) throw Changed();
                destination = destination[count..];
                offset += count;
            }
        }
        catch (Exception e) when (FileFault.Is(e))
        {
            throw FileFault.Reading(Name, e);
        }
    }

    private ActionableException Changed() => new(
        $"{Name}: changed while it was read: write a new file and rename it over the old one, then read again");
}
