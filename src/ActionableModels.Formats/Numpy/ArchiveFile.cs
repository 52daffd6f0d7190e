using ActionableModels.Compute;
using ActionableModels.Formats.Sources;
using ActionableModels.Storage;
using Microsoft.Win32.SafeHandles;

namespace ActionableModels.Formats.Numpy;

/// <summary>A file that is read at places of one's choice, by any number of readers at once.</summary>
internal sealed class ArchiveFile : IDisposable
{
    private readonly SafeFileHandle handle;

    private readonly DateTime written;

    private ArchiveFile(string path, SafeFileHandle handle) =>
        (Path, this.handle, Length, written) = (path, handle, RandomAccess.GetLength(handle), File.GetLastWriteTimeUtc(handle));

    /// <summary>Path, as messages name it.</summary>
    public string Path { get; }
    /// <summary>Length when it was opened.</summary>
    public long Length { get; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="ActionableException">It cannot be read.</exception>
    public static ArchiveFile Open(string path)
    {
        try
        {
            return new(path, File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        }
        catch (Exception e) when (FileFault.Is(e))
        {
            throw FileFault.Reading(path, e);
        }
    }

    /// <summary>Reads up to as many bytes as fit; 0 at the end.</summary>
    /// <exception cref="ActionableException">The disk gives them not.</exception>
    public int Read(long offset, Span<byte> bytes)
    {
        try
        {
            return RandomAccess.Read(handle, bytes, offset);
        }
        catch (Exception e) when (FileFault.Is(e))
        {
            throw FileFault.Reading(Path, e);
        }
    }

    /// <summary>Reads exactly as many bytes as fit.</summary>
    /// <exception cref="ActionableException">The file has become shorter since it was opened, or the disk gives them not.</exception>
    public void ReadExactly(long offset, Span<byte> bytes)
    {
        for (var done = 0; done < bytes.Length;)
        {
            var count = Read(offset + done, bytes[done..]);
            if (count == 0) throw Shorter(offset + done);
            done += count;
        }
    }

    /// <summary>Demands that nobody has written the file since it was opened.</summary>
    /// <exception cref="ActionableException">Somebody has.</exception>
    public void CheckUnchanged()
    {
        try
        {
            if (RandomAccess.GetLength(handle) == Length && File.GetLastWriteTimeUtc(handle) == written) return;
        }
        catch (Exception e) when (FileFault.Is(e))
        {
            throw FileFault.Reading(Path, e);
        }
        throw Bad("it was changed while it was read: let nothing write it, and read it again");
    }

    /// <summary>The fault that bytes are gone which were there when the file was opened.</summary>
    public SourceException Shorter(long offset) =>
        Bad($"it ends at byte {offset}, it had {Length} bytes when it was opened: let nothing write it while it is read");

    /// <summary>A fault of the whole file.</summary>
    public SourceException Bad(string what, Exception? cause = null) => new(Path, null, null, what, cause);

    /// <inheritdoc/>
    public void Dispose() => handle.Dispose();
}
