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
    private static readonly TimeSpan PatienceAtEnd = TimeSpan.FromSeconds(2);

    private readonly object gate = new();
    private readonly IReadOnlyList<SourceFile> files;
    private readonly string[] paths;
    private readonly FileStamp[] before;
    private readonly bool[] changed;
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
            if (before[f].Length != files[f].Bytes) throw ChangedFile(f, before[f].Length);
        (hashes, changed) = (new string?[paths.Length], new bool[paths.Length]);
        threads = [.. Enumerable.Range(0, Math.Clamp((workers + 3) / 4, 0, MostThreads)).Select(_ =>
            new Thread(Hash) { IsBackground = true, Name = "source hashes" })];
        foreach (var thread in threads) thread.Start();
    }

    /// <summary>Bytes hashed so far.</summary>
    public long Hashed => Interlocked.Read(ref hashed);

    /// <summary>Bytes that are to be hashed, once the reading has ended.</summary>
    public long Total
    {
        get
        {
            if (threads.Length == 0) return 0;
            int end;
            lock (gate) end = Reached();
            return files.Take(end).Sum(f => f.Bytes);
        }
    }

    /// <summary>The reader has come to a place.</summary>
    public void Follow(SourcePosition place)
    {
        lock (gate)
        {
            reached = place;
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>Whether a record's file was found changed.</summary>
    /// <param name="next">The place behind the record.</param>
    public bool IsChanged(SourcePosition next) => FileOf(next) is var file && file >= 0 && file < files.Count && changed[file];

    /// <summary>
    /// A file that is not what it was, of those that the reading came to since the last call; null: none. Each is told once. What was read
    /// before a call that did not tell of a file is what the file held at first.
    /// </summary>
    /// <param name="next">The place behind the record that was read last; null: at the end, so that all files that were reached are checked.</param>
    public SourceException? Changed(SourcePosition? next)
    {
        int end;
        lock (gate) end = next is { } place ? FileOf(place) + 1 : Reached();
        for (var f = next is null ? 0 : left; f < Math.Min(end, files.Count); f++)
        {
            left = f;
            if (changed[f] || State(paths[f]) is var now && now == before[f]) continue;
            changed[f] = true;
            return ChangedFile(f, State(paths[f]).Length);
        }
        return null;
    }

    /// <summary>The source has told itself that a file cannot be read on: it is not told again.</summary>
    public void Told(SourcePosition next)
    {
        if (FileOf(next) is var file && file >= 0 && file < files.Count) changed[file] = State(paths[file]) != before[file];
    }

    /// <summary>Waits for the hashes of the files that were reached, and returns all files.</summary>
    /// <param name="place">Where the import ended: the reader may have been ahead of it.</param>
    /// <param name="waiting">Called from time to time.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <param name="told">Told of every file that was changed after it was read.</param>
    /// <exception cref="ActionableException">A file could not be read.</exception>
    public IReadOnlyList<ReadFile> Finish(SourcePosition place, Action? waiting, Action<SourceException> told, CancellationToken cancellation)
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
        while (Changed(null) is { } fault) told(fault);
        if (failure is not null) throw failure;
        return [.. files.Select((file, f) => new ReadFile(file.Path, file.Bytes, f < Reached() && !changed[f] ? hashes[f] : null))];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            stopped = true;
            Monitor.PulseAll(gate);
        }
        // One that is stuck in opening what somebody put in a file's place ends with the process.
        foreach (var thread in threads) thread.Join(PatienceAtEnd);
    }

    // The file that the reading ended in counts; one that it would have begun next does not.
    private int Reached() => Math.Min(files.Count, reached.Record > 0 || reached.Offset > 0 ? reached.File + 1 : reached.File);

    private void Hash()
    {
        var buffer = new byte[AtOnce];
        while (Interlocked.Increment(ref taken) - 1 is var file && file < files.Count)
        {
            try
            {
                if (!Hash(file, buffer)) return;
            }
            // One that was changed is told as such.
            catch (Exception fault) when (FileFault.Is(fault) && IsOther(file))
            {
            }
            catch (Exception fault)
            {
                lock (gate) failure ??= FileFault.Is(fault) ? Unreadable(fault) : fault;
                return;
            }
        }
    }

    private bool Hash(int file, byte[] buffer)
    {
        if (!MayRead(file, Math.Min(AtOnce, files[file].Bytes))) return false;
        // A pipe has no length; opening one waits for ever.
        if (before[file] is not { Exists: true, Length: > 0 } || IsOther(file)) return true;
        using var stream = new FileStream(paths[file], FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        var sha = new Sha256();
        for (var at = 0L; at < files[file].Bytes;)
        {
            var count = (int)Math.Min(AtOnce, files[file].Bytes - at);
            if (!MayRead(file, at + count)) return false;
            stream.ReadExactly(buffer, 0, count);
            sha.Append(buffer.AsSpan(0, count));
            at += count;
            Interlocked.Add(ref hashed, count);
        }
        hashes[file] = sha.Hex();
        return true;
    }

    private bool IsOther(int file)
    {
        try
        {
            return FileStamp.Of(paths[file]) != before[file];
        }
        catch (Exception fault) when (FileFault.Is(fault))
        {
            return true;
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

    private static FileStamp State(string path)
    {
        try
        {
            // A missing file is the source's to report; its length is 0 in the list.
            return FileStamp.Of(path);
        }
        catch (Exception fault) when (FileFault.Is(fault))
        {
            throw FileFault.Reading(path, fault);
        }
    }

    private static int FileOf(SourcePosition next) => next.Record > 0 || next.Offset > 0 ? next.File : next.File - 1;

    private SourceException ChangedFile(int file, long bytes) => new(files[file].Path, null, null, string.Create(CultureInfo.InvariantCulture,
        $"the file was changed while it was read ({files[file].Bytes} bytes at first, {bytes} now): leave the dataset alone while it is imported"));
}
