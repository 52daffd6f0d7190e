using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Formats.Sources;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Import;

/// <summary>
/// Where an import writes. A dataset that is to be replaced stays untouched until the first shard of the new one is full: what an import
/// finds wrong before costs nothing.
/// </summary>
internal sealed class ImportOutput : IDisposable
{
    private const string ShardPattern = "shard-*", Partial = ".partial";

    private readonly DatasetHeader header;
    private readonly ImportOptions options;
    private readonly List<Episode> waiting = [];
    private EpisodeWriter? writer;
    private long waitingBytes;

    /// <summary>Opens the dataset for writing, unless one is to be replaced.</summary>
    /// <param name="header">Its header.</param>
    /// <param name="options">How.</param>
    /// <exception cref="ActionableException">It cannot be written.</exception>
    public ImportOutput(DatasetHeader header, ImportOptions options)
    {
        (this.header, this.options) = (header, options);
        if (File.Exists(DatasetFile.PathIn(options.Folder)) && options.Force) return;
        if (!options.Resume || !File.Exists(DatasetFile.PathIn(options.Folder))) Clear(options.Folder);
        writer = Open();
        Kept = writer.EpisodeCount > 0;
    }

    /// <summary>Asked for what is to be noted in a shard.</summary>
    public required Func<IReadOnlyDictionary<string, string>> ShardNotes { get; init; }

    /// <summary>What the shards there note; none when a dataset is replaced.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, string>> Notes => writer?.Notes ?? [];

    /// <summary>Whether the folder holds shards of this import.</summary>
    public bool Kept { get; private set; }

    /// <summary>Whether an import is gone on with.</summary>
    /// <exception cref="ActionableException">The folder holds a dataset that is neither to be gone on with nor replaced, or files of others that
    /// bear names like those of a dataset, or it is the source's own.</exception>
    public static bool Check(IEpisodeSource source, ImportOptions options)
    {
        var folder = options.Folder;
        var (full, from) = (Trimmed(folder), Trimmed(source.Folder));
        if (full == from || full == Path.GetDirectoryName(from))
            throw new ActionableException($"{FileFault.Show(folder)}: the recorded dataset lies there, and a second one in its folder would hide it: give "
                + "another --output");
        var exists = File.Exists(DatasetFile.PathIn(folder));
        if (exists && !options.Resume && !options.Force)
            throw new ActionableException($"{FileFault.Show(folder)}: holds a dataset already: go on with --resume, replace it with --force, or choose "
                + "another folder");
        if (exists && options.Resume) return true;
        if (Directory.Exists(folder)) Own(folder);
        return false;
    }

    /// <summary>Adds an episode.</summary>
    /// <exception cref="ActionableException">A shard cannot be written.</exception>
    public void Add(Episode episode)
    {
        if (writer is not null)
        {
            writer.Add(episode);
            return;
        }
        waiting.Add(episode);
        // As the writer counts: its first shard is full with the very episode that ends the waiting, whose place is noted there.
        waitingBytes += EpisodeWriter.BytesOf(episode);
        if (waiting.Count >= options.EpisodesPerShard || waitingBytes >= options.ShardBytes) Replace();
    }

    /// <summary>Writes what is still in memory.</summary>
    /// <exception cref="ActionableException">It cannot be written.</exception>
    public void Flush()
    {
        if (writer is null) Replace();
        writer!.Flush();
    }

    /// <inheritdoc/>
    public void Dispose() => writer?.Dispose();

    private void Replace()
    {
        Clear(options.Folder);
        writer = Open();
        if (writer.EpisodeCount > 0)
            throw new ActionableException($"{FileFault.Show(options.Folder)}: another process has written a dataset there meanwhile: choose another folder");
        foreach (var episode in waiting) writer.Add(episode);
        waiting.Clear();
    }

    private EpisodeWriter Open()
    {
        var opened = EpisodeWriter.Open(options.Folder, header, options.EpisodesPerShard, options.ShardBytes!.Value, options.Probe);
        opened.ShardNotes = () =>
        {
            Kept = true;
            return ShardNotes();
        };
        return opened;
    }

    private static void Clear(string folder)
    {
        if (!Directory.Exists(folder)) return;
        try
        {
            using var @lock = new FileStream(Path.Combine(folder, EpisodeWriter.LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            var files = Own(folder);
            // The description goes first: whoever reads meanwhile finds no shard missing.
            File.Delete(DatasetFile.PathIn(folder));
            File.Delete(Path.Combine(folder, ImportReport.FileName));
            foreach (var file in files) File.Delete(file);
        }
        catch (Exception fault) when (FileFault.IsBusy(fault))
        {
            throw new ActionableException($"{FileFault.Show(folder)}: another process is writing this dataset: wait for it to end or choose another folder", fault);
        }
        catch (Exception fault) when (FileFault.Is(fault))
        {
            throw FileFault.Writing(folder, fault);
        }
    }

    // The shards there; a file of another kind that looks like one belongs to somebody.
    private static string[] Own(string folder)
    {
        try
        {
            if (!File.Exists(DatasetFile.PathIn(folder))) _ = ImportReport.Read(folder);
            var files = Directory.EnumerateFileSystemEntries(folder, ShardPattern).Order(StringComparer.Ordinal).ToArray();
            foreach (var file in files)
                if (Directory.Exists(file) || !IsShard(Path.GetFileName(file)))
                    throw new ActionableException($"{FileFault.Show(file)}: it is no file of a dataset, but lies where the shards are to lie: move it away, "
                        + "or choose another folder");
            return files;
        }
        catch (Exception fault) when (FileFault.Is(fault))
        {
            throw FileFault.Reading(folder, fault);
        }
    }

    private static bool IsShard(string name)
    {
        if (name.EndsWith(Partial, StringComparison.Ordinal)) name = name[..^Partial.Length];
        var end = name.IndexOf('.');
        return end > ShardPattern.Length - 1 && int.TryParse(name.AsSpan(ShardPattern.Length - 1, end - ShardPattern.Length + 1),
            System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var index) && name == ShardInfo.NameOf(index);
    }

    private static string Trimmed(string folder) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
}
