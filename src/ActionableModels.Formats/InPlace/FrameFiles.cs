using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Formats.Sources;
using ActionableModels.Storage;
using Microsoft.Win32.SafeHandles;

namespace ActionableModels.Formats.InPlace;

/// <summary>The files of a dataset's frames, opened on demand, a bounded number at a time. Any number of threads may read at once.</summary>
internal sealed class FrameFiles : IDisposable
{
    private readonly string[] paths;
    private readonly Opened?[] files;
    private readonly List<Opened> open = [];
    private readonly int mostOpen;
    private readonly object gate = new();
    private long clock;

    /// <summary>Checks that every file that had a byte is there, with the length that it had, and that no folder leads out (<see cref="DatasetLinks"/>).</summary>
    /// <param name="frames">The files.</param>
    /// <param name="mostOpen">Files that stay open when nobody reads them.</param>
    /// <exception cref="ActionableException">One is not.</exception>
    public FrameFiles(ExternalFrames frames, int mostOpen = 256)
    {
        frames.Checked(frames.Folder);
        this.mostOpen = mostOpen;
        paths = [.. frames.Files.Select(file => Path.Combine(frames.Folder, file.Path.Replace('/', Path.DirectorySeparatorChar)))];
        files = new Opened?[paths.Length];
        var links = new DatasetLinks(frames.Folder);
        // Of a file without a byte no frame can be: it was missing when the rest was indexed.
        for (var i = 0; i < paths.Length; i++)
            if (frames.Files[i].Bytes > 0) Check(links, frames.Files[i], paths[i]);
    }

    /// <summary>Path of a file.</summary>
    public string PathOf(int file) => paths[file];

    /// <summary>Files that are open.</summary>
    internal int OpenCount { get { lock (gate) return open.Count; } }

    /// <summary>Reads bytes of a file, all that are asked for.</summary>
    /// <exception cref="ActionableException">The file cannot be read or ends before.</exception>
    public void Read(int file, long offset, Span<byte> bytes)
    {
        var used = Take(file);
        try
        {
            for (var done = 0; done < bytes.Length;)
            {
                var count = RandomAccess.Read(used.Handle, bytes[done..], offset + done);
                if (count == 0) throw new ActionableException(
                    $"{FileFault.Show(paths[file])}: ends before byte {offset + bytes.Length}, it was shortened since it was indexed: import the data again");
                done += count;
            }
        }
        catch (Exception fault) when (FileFault.Is(fault))
        {
            throw FileFault.Reading(paths[file], fault);
        }
        finally
        {
            lock (gate) used.Readers--;
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            foreach (var file in open) file.Handle.Dispose();
            open.Clear();
            Array.Clear(files);
        }
    }

    private Opened Take(int file)
    {
        lock (gate)
        {
            if (files[file] is not { } used)
            {
                if (open.Count >= mostOpen) CloseOldest();
                try
                {
                    files[file] = used = new(File.OpenHandle(paths[file], FileMode.Open, FileAccess.Read, FileShare.Read), file);
                }
                catch (Exception fault) when (FileFault.Is(fault))
                {
                    throw FileFault.Reading(paths[file], fault);
                }
                open.Add(used);
            }
            used.Readers++;
            used.LastUse = ++clock;
            return used;
        }
    }

    private void CloseOldest()
    {
        var oldest = -1;
        for (var i = 0; i < open.Count; i++)
            if (open[i].Readers == 0 && (oldest < 0 || open[i].LastUse < open[oldest].LastUse)) oldest = i;
        if (oldest < 0) return;
        open[oldest].Handle.Dispose();
        files[open[oldest].File] = null;
        open.RemoveAt(oldest);
    }

    private static void Check(DatasetLinks links, ExternalFile file, string path)
    {
        try
        {
            links.Check(file.Path);
            var stamp = FileStamp.Of(path);
            if (!stamp.Exists) throw new ActionableException(Directory.Exists(path)
                ? $"{FileFault.Show(path)}: is a folder, where frames were indexed: bring the file back, or import the data again"
                : $"{FileFault.Show(path)}: there is no such file, in which frames were indexed: bring it back, or import the data again");
            if (stamp.Length != file.Bytes) throw new ActionableException(
                $"{FileFault.Show(path)}: has {stamp.Length} bytes, {file.Bytes} when it was indexed: bring that file back, or import the data again");
        }
        catch (Exception fault) when (FileFault.Is(fault))
        {
            throw FileFault.Reading(path, fault);
        }
    }

    private sealed class Opened(SafeFileHandle handle, int file)
    {
        public SafeFileHandle Handle => handle;
        public int File => file;
        public int Readers;
        public long LastUse;
    }
}
