using System.Globalization;
using ActionableModels.Compute;
using ActionableModels.Formats.Sources;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Import;

/// <summary>
/// Takes the SHA-256 of a source's files while they are read, on threads of its own that keep behind the reader, where the operating
/// system still holds the bytes: the disk reads them once. And finds out files that are changed meanwhile.
/// </summary>
internal sealed class SourceManifest : IDisposable
{
    private const int AtOnce = 1 << 20, MostThreads = 4;

    private readonly object gate = new();
    private readonly IReadOnlyList<SourceFile> files;
    private readonly string[] paths;
    private readonly (long Bytes, DateTime Changed)[] before;
    private readonly string?[] hashes;
    private readonly Thread[] threads;
    private SourcePosition reached;
    private bool ended, stopped;
    private int taken, left;
    private Exception? failure;
    private long hashed;

    /// <summary>Remembers the files, and starts.</summary>
    /// <param name="source">The source.</param>
    /// <param name="workers">Threads that work beside; 0: no hashes are taken.</param>
    /// <exception cref="ActionableException">A file is not what it was when the source was opened.</exception>
    public SourceManifest(IEpisodeSource source, int workers)
    {
        files = source.Files;
        paths = [.. files.Select(f => Path.Combine(source.Folder, f.Path))];
        before = [.. paths.Select(State)];
        for (var f = 0; f < paths.Length; f++)
            if (before[f].Bytes != files[f].Bytes) throw ChangedFile(f, before[f].Bytes);
        hashes = new string?[paths.Length];
        threads = [.. Enumerable.Range(0, Math.Clamp((workers + 3) / 4, 0, MostThreads)).Select(_ =>
            new Thread(Hash) { IsBackground = true, Name = "source hashes" })];
        foreach (var thread in threads) thread.Start();
    }

    /// <summary>Bytes hashed so far.</summary>
    public long Hashed => Interlocked.Read(ref hashed);

    /// <summary>Bytes that are to be hashed, once the reading has ended.</summary>
    public long Total => threads.Length == 0 ? 0 : files.Take(Reached()).Sum(f => f.Bytes);

    /// <summary>The reader has come to a place.</summary>
    public void Follow(SourcePosition place)
    {
        lock (gate)
        {
            reached = place;
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>Demands that the files which the reading has left, from one on, are what they were.</summary>
    /// <param name="place">Where the reading is; null: at its end, so that all are checked.</param>
    /// <exception cref="ActionableException">One was changed.</exception>
    public void RequireUnchanged(SourcePosition? place)
    {
        for (var end = place?.File ?? files.Count; left < Math.Min(end, files.Count); left++)
            if (State(paths[left]) is var now && now != before[left]) throw ChangedFile(left, now.Bytes);
    }

    /// <summary>Waits for the hashes of the files that were reached, and returns all files.</summary>
    /// <param name="place">Where the import ended: the reader may have been ahead of it.</param>
    /// <param name="waiting">Called from time to time.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="ActionableException">A file could not be read, or was changed.</exception>
    public IReadOnlyList<ReadFile> Finish(SourcePosition place, Action? waiting, CancellationToken cancellation)
    {
        lock (gate)
        {
            (ended, reached) = (true, place);
            Monitor.PulseAll(gate);
        }
        foreach (var thread in threads)
            while (!thread.Join(TimeSpan.FromMilliseconds(100)))
            {
                cancellation.ThrowIfCancellationRequested();
                waiting?.Invoke();
            }
        if (failure is not null) throw failure;
        left = 0;
        RequireUnchanged(null);
        return [.. files.Select((file, f) => new ReadFile(file.Path, file.Bytes, f < Reached() ? hashes[f] : null))];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            stopped = true;
            Monitor.PulseAll(gate);
        }
        foreach (var thread in threads) thread.Join();
    }

    // The file that the reading ended in counts; one that it would have begun next does not.
    private int Reached() => Math.Min(files.Count, reached.Record > 0 || reached.Offset > 0 ? reached.File + 1 : reached.File);

    private void Hash()
    {
        var buffer = new byte[AtOnce];
        try
        {
            while (Interlocked.Increment(ref taken) - 1 is var file && file < files.Count)
            {
                if (!MayRead(file, Math.Min(AtOnce, files[file].Bytes))) return;
                if (before[file] == default) continue;
                using var stream = new FileStream(paths[file], FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
                var sha = new Sha256();
                for (var at = 0L; at < files[file].Bytes;)
                {
                    var count = (int)Math.Min(AtOnce, files[file].Bytes - at);
                    if (!MayRead(file, at + count)) return;
                    stream.ReadExactly(buffer, 0, count);
                    sha.Append(buffer.AsSpan(0, count));
                    at += count;
                    Interlocked.Add(ref hashed, count);
                }
                hashes[file] = sha.Hex();
            }
        }
        catch (Exception fault)
        {
            lock (gate) failure ??= FileFault.Is(fault) ? Unreadable(fault) : fault;
        }
    }

    // Waits until the reading is past a byte of a file; false when it never comes there.
    private bool MayRead(int file, long end)
    {
        lock (gate)
        {
            while (!stopped)
            {
                if (reached.File > file || (reached.File == file && reached.Offset >= end)) return true;
                if (ended) return file < Reached();
                Monitor.Wait(gate);
            }
            return false;
        }
    }

    private ActionableException Unreadable(Exception fault) => new(
        $"the files of the dataset cannot be read a second time for their hashes ({FileFault.Show(fault.Message)}): leave them alone while they "
        + "are read, or import with --no-hashes", fault);

    private static (long Bytes, DateTime Changed) State(string path)
    {
        try
        {
            var file = new FileInfo(path);
            // A missing file is the source's to report; its length is 0 in the list.
            return file.Exists ? (file.Length, file.LastWriteTimeUtc) : default;
        }
        catch (Exception fault) when (FileFault.Is(fault))
        {
            throw FileFault.Reading(path, fault);
        }
    }

    private ActionableException ChangedFile(int file, long bytes) => new(string.Create(CultureInfo.InvariantCulture,
        $"{FileFault.Show(files[file].Path)}: the file was changed while it was read ({files[file].Bytes} bytes at first, {bytes} now): leave the "
        + $"dataset alone and import it again with --force"));
}
