using System.Runtime.InteropServices;
using System.Text;
using ActionableModels.Compute;
using Microsoft.Win32.SafeHandles;

namespace ActionableModels.Storage;

/// <summary>
/// Durable atomic writing: a temporary file beside the target, fsync, rename, fsync of the folder. Whoever opens the target finds the
/// old content or the new, complete and on the disk, also after a kill or a power cut. The temporary is named after the target with
/// ".partial" added: what a killed process left there is overwritten by the next write.
/// </summary>
public static partial class AtomicFile
{
    const string TemporarySuffix = ".partial";

    /// <summary>
    /// Replaces a file by what <paramref name="write"/> puts into the stream. On any failure the old file stays as it was; only a folder
    /// whose sync fails after all else has the new file in place.
    /// </summary>
    /// <param name="path">The file to create or replace; its folder must exist.</param>
    /// <param name="write">Writes the content. What it throws (a cancellation, say) passes through, input and output errors aside.</param>
    /// <exception cref="ActionableException">
    /// The disk is full, the folder is missing or read-only, or another process writes this file.
    /// </exception>
    public static void Write(string path, Action<Stream> write) => Write(path, write, null);

    /// <summary>Replaces a file by <paramref name="bytes"/>.</summary>
    /// <inheritdoc cref="Write(string, Action{Stream})" path="/exception"/>
    public static void WriteBytes(string path, ReadOnlyMemory<byte> bytes) => Write(path, stream => stream.Write(bytes.Span), null);

    /// <summary>Replaces a file by <paramref name="text"/> as UTF-8.</summary>
    /// <inheritdoc cref="Write(string, Action{Stream})" path="/exception"/>
    public static void WriteText(string path, string text) => WriteBytes(path, Encoding.UTF8.GetBytes(text));

    /// <summary>Creates a folder and its parents where missing, durably.</summary>
    /// <exception cref="ActionableException">The folder cannot be created.</exception>
    public static void CreateFolder(string path)
    {
        try
        {
            var full = Path.GetFullPath(path);
            if (Directory.Exists(full))
                return;
            var parent = Path.GetDirectoryName(full);
            if (parent is not null)
                CreateFolder(parent);
            Directory.CreateDirectory(full);
            if (parent is not null)
                SyncFolder(parent);
        }
        catch (Exception e) when (FileFault.Is(e))
        {
            throw FileFault.Writing(path, e);
        }
    }

    internal static void Write(string path, Action<Stream> write, Action<WritePoint, string>? probe)
    {
        try
        {
            var full = Path.GetFullPath(path);
            var temporary = full + TemporarySuffix;
            using var stream = OpenTemporary(temporary);
            try
            {
                probe?.Invoke(WritePoint.Created, path);
                write(stream);
                stream.Flush(flushToDisk: false);
                probe?.Invoke(WritePoint.Written, path);
                stream.Flush(flushToDisk: true);
                probe?.Invoke(WritePoint.Synced, path);
                AdmitReaders(stream);
                File.Move(temporary, full, overwrite: true);
            }
            catch
            {
                Abandon(stream, temporary);
                throw;
            }
            probe?.Invoke(WritePoint.Renamed, path);
            SyncFolder(Path.GetDirectoryName(full)!);
        }
        catch (Exception e) when (FileFault.Is(e))
        {
            throw FileFault.Writing(path, e);
        }
    }

    // The exclusive handle stays open until after the rename, so that of two writers of one file the second fails at once.
    static FileStream OpenTemporary(string temporary)
    {
        var stream = new FileStream(temporary, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.Write,
            Share = OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None,
            BufferSize = 1 << 16,
        });
        try
        {
            // Gone: another writer has just finished with this very file and put it in the target's place.
            if (!File.Exists(temporary))
                throw FileFault.Taken();
            if (stream.Length > 0)
                stream.SetLength(0);
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    // From the rename until the handle is closed, readers find the file by its final name: the lock becomes a shared one before.
    static void AdmitReaders(FileStream stream)
    {
        const int SharedWithoutWaiting = 1 | 4;
        if (!OperatingSystem.IsWindows() && LockDescriptor(stream.SafeFileHandle, SharedWithoutWaiting) != 0
            && Marshal.GetLastPInvokeError() == FileFault.TryAgain)
            throw FileFault.Taken();
    }

    static void Abandon(FileStream stream, string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception e) when (FileFault.Is(e))
        {
            // The failure that brought us here is the one to report.
        }
        try
        {
            stream.Dispose();
        }
        catch (Exception e) when (FileFault.Is(e))
        {
            // Disposing writes what is left in the buffer, which fails again on a full disk.
        }
    }

    static void SyncFolder(string folder)
    {
        if (!OperatingSystem.IsLinux())
            return;
        const int ReadOnlyCloseOnExec = 0x80000, InvalidArgument = 22;
        var descriptor = OpenDescriptor(folder, ReadOnlyCloseOnExec);
        if (descriptor < 0)
            throw new IOException($"the folder cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}", Marshal.GetLastPInvokeError());
        var failed = SyncDescriptor(descriptor) != 0;
        var error = Marshal.GetLastPInvokeError();
        _ = CloseDescriptor(descriptor);
        // A file system that cannot sync folders says "invalid argument": there is nothing more to do then.
        if (failed && error != InvalidArgument)
            throw new IOException($"the folder cannot be synced: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenDescriptor(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int SyncDescriptor(int descriptor);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int LockDescriptor(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseDescriptor(int descriptor);
}
