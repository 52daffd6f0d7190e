using System.Runtime.CompilerServices;
using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Storage;

namespace ActionableModels.Data;

/// <summary>
/// Creates a dataset or appends to one. Episodes gather in memory until a shard is full; the shard is complete and on the disk before
/// dataset.json, replaced atomically, names it. So whenever the writer is killed, the folder holds the dataset of the last shard
/// written; files left over are ignored by readers and overwritten by the next writer. One writer at a time: it holds a lock that the
/// operating system releases when the process ends, however it ends.
/// </summary>
public sealed class EpisodeWriter : IDisposable
{
    /// <summary>Name of the lock file, which stays in the folder.</summary>
    public const string LockName = "writer.lock";
    const int DefaultEpisodesPerShard = 1000;
    const long DefaultBytesPerShard = 64 << 20;

    readonly FileStream @lock;
    readonly List<ShardInfo> shards;
    readonly List<Episode> pending = [];
    readonly int episodesPerShard;
    readonly long bytesPerShard;
    readonly Action<WritePoint, string>? probe;
    readonly List<IReadOnlyDictionary<string, string>> notes = [];
    long pendingBytes;
    bool disposed;

    EpisodeWriter(
        string folder, DatasetHeader header, FileStream @lock, int episodesPerShard, long bytesPerShard, Action<WritePoint, string>? probe)
    {
        Folder = folder;
        this.@lock = @lock;
        this.episodesPerShard = episodesPerShard;
        this.bytesPerShard = bytesPerShard;
        this.probe = probe;
        (Header, shards) = File.Exists(DatasetFile.PathIn(folder)) ? Continue(folder, header, notes) : (header, []);
    }

    /// <summary>Folder of the dataset, as given.</summary>
    public string Folder { get; }

    /// <summary>The dataset's header: when appending, that of the existing dataset.</summary>
    public DatasetHeader Header { get; }

    /// <summary>What the writers of the shards on the disk noted in them, a set for each shard.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, string>> Notes => notes;

    /// <summary>
    /// Asked when a shard is written for what is to be noted in it: keys and values of one's own, on the disk together with the episodes
    /// or not at all. An importer keeps its place in the source there.
    /// </summary>
    public Func<IReadOnlyDictionary<string, string>>? ShardNotes { get; set; }

    /// <summary>Episodes in the dataset, those still in memory included.</summary>
    public int EpisodeCount => shards.Sum(s => s.Episodes) + pending.Count;

    /// <summary>Opens a dataset for writing, creating folder and dataset where there are none and appending where there are.</summary>
    /// <param name="folder">Folder of the dataset.</param>
    /// <param name="header">What holds for every episode; image size and action space must be those of an existing dataset.</param>
    /// <exception cref="ActionableException">The folder cannot be written, another writer is at work, the existing dataset is damaged or of
    /// another image size or action space.</exception>
    public static EpisodeWriter Open(string folder, DatasetHeader header) =>
        Open(folder, header, DefaultEpisodesPerShard, DefaultBytesPerShard);

    /// <inheritdoc cref="Open(string, DatasetHeader)"/>
    /// <param name="folder">Folder of the dataset.</param>
    /// <param name="header">What holds for every episode; image size and action space must be those of an existing dataset.</param>
    /// <param name="episodesPerShard">A shard is written when this many episodes have gathered,</param>
    /// <param name="bytesPerShard">or this many bytes of images.</param>
    public static EpisodeWriter Open(string folder, DatasetHeader header, int episodesPerShard, long bytesPerShard) =>
        Open(folder, header, episodesPerShard, bytesPerShard, null);

    internal static EpisodeWriter Open(
        string folder, DatasetHeader header, int episodesPerShard, long bytesPerShard, Action<WritePoint, string>? probe)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(episodesPerShard, 1);
        header.Checked(FileFault.Show(folder));
        AtomicFile.CreateFolder(folder);
        var @lock = Lock(folder);
        try
        {
            return new EpisodeWriter(folder, header, @lock, episodesPerShard, bytesPerShard, probe);
        }
        catch
        {
            @lock.Dispose();
            throw;
        }
    }

    /// <summary>Adds an episode, and writes a shard when enough have gathered.</summary>
    /// <param name="episode">The episode; its arrays are used until the shard is written and must not be changed.</param>
    /// <exception cref="ActionableException">The episode does not fit the dataset, and is left out; or the shard cannot be written, as
    /// in <see cref="Flush"/>.</exception>
    public void Add(Episode episode)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        Check(episode);
        pending.Add(episode);
        pendingBytes += BytesOf(episode);
        if (pending.Count >= episodesPerShard || pendingBytes >= bytesPerShard)
            Flush();
    }

    /// <summary>Bytes of an episode that count towards a shard.</summary>
    internal static long BytesOf(Episode episode) => episode.Images.Length + (episode.Frames?.LongLength ?? 0) * Unsafe.SizeOf<FrameReference>();

    /// <summary>Writes the episodes still in memory as a last shard, and ends the writing.</summary>
    /// <inheritdoc cref="Flush" path="/exception"/>
    public void Complete()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (pending.Count > 0)
            Flush();
        else if (shards.Count == 0)
            DatasetFile.Write(Folder, Header, shards, probe);
        Dispose();
    }

    /// <summary>Writes the episodes gathered so far as a shard of their own.</summary>
    /// <exception cref="ActionableException">They cannot be written: the dataset on the disk stays as it was, and this writer ends, since
    /// only a new one knows what the disk holds.</exception>
    public void Flush()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (pending.Count == 0)
            return;
        try
        {
            var noted = ShardNotes?.Invoke() ?? new Dictionary<string, string>();
            shards.Add(Shard.Write(Folder, shards.Count, Header, pending, noted, probe));
            DatasetFile.Write(Folder, Header, shards, probe);
            notes.Add(noted);
        }
        catch
        {
            Dispose();
            throw;
        }
        pending.Clear();
        pendingBytes = 0;
    }

    /// <summary>Ends the writing. Episodes still in memory are dropped unless <see cref="Complete"/> was called.</summary>
    public void Dispose()
    {
        disposed = true;
        @lock.Dispose();
    }

    // A writer reads no frame.
    static IFrameReader NoFrames(ExternalFrames frames, DatasetHeader header) => new UnreadFrames();

    sealed class UnreadFrames : IFrameReader
    {
        public void Read(in FrameReference frame, int episode, Span<byte> image) => throw new InvalidOperationException("a writer reads no frame");

        public void Dispose() { }
    }

    static FileStream Lock(string folder)
    {
        var path = Path.Combine(folder, LockName);
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (FileFault.IsBusy(e))
        {
            throw new ActionableException(
                $"{FileFault.Show(folder)}: another process is writing this dataset: wait for it to end or choose another folder", e);
        }
        catch (Exception e) when (FileFault.Is(e))
        {
            throw FileFault.Writing(path, e);
        }
    }

    static (DatasetHeader, List<ShardInfo>) Continue(
        string folder, DatasetHeader header, List<IReadOnlyDictionary<string, string>> notes)
    {
        using (var store = EpisodeStore.Open(folder, frames: NoFrames))
        {
            notes.AddRange(Enumerable.Range(0, store.ShardCount).Select(store.Notes));
            var (existing, infos) = DatasetFile.Read(folder);
            var where = FileFault.Show(folder);
            if ((existing.ImageHeight, existing.ImageWidth) != (header.ImageHeight, header.ImageWidth))
                throw new ActionableException($"{where}: the dataset there has images of {existing.ImageHeight}×{existing.ImageWidth}, "
                    + $"the new ones have {header.ImageHeight}×{header.ImageWidth} (height × width): record into another folder");
            if (!existing.Actions.Equals(header.Actions))
                throw new ActionableException($"{where}: the dataset there has another action space: record into another folder");
            if (existing.Frames is null != header.Frames is null)
                throw new ActionableException($"{where}: the dataset there {(existing.Frames is null ? "holds its images" : "leaves its images "
                    + "in other files")}, the new one does not: record into another folder");
            return (existing, [.. infos]);
        }
    }

    void Check(Episode episode)
    {
        var where = $"{FileFault.Show(Folder)}: episode {EpisodeCount}";
        var steps = episode.Steps;
        if (episode.Actions.Length != steps * ActionSpace.Dimensions)
            throw new ActionableException(
                $"{where}: {episode.Actions.Length} action numbers are no multiple of {ActionSpace.Dimensions}: mend the recording");
        if (Header.Frames is { } external)
        {
            if (episode.Images.Length > 0 || episode.Frames is not { } frames || frames.Length != steps + 1
                || frames.Any(f => (uint)f.File >= (uint)external.Files.Count))
                throw new ActionableException(
                    $"{where}: {steps} steps take {steps + 1} places of frames in {external.Files.Count} files, and no images: mend the import");
        }
        else if (episode.Images.Length != (steps + 1L) * Header.ImageBytes)
            throw new ActionableException($"{where}: {episode.Images.Length} image bytes, where {steps} steps take {steps + 1} images of "
                + $"{Header.ImageHeight}×{Header.ImageWidth}×3 bytes: mend the recording or its image size");
        if (episode.States.Length != (steps + 1L) * ActionSpace.StateDimensions)
            throw new ActionableException($"{where}: {episode.States.Length} state numbers, where {steps} steps take "
                + $"{(steps + 1L) * ActionSpace.StateDimensions}: mend the recording");
        if (!EpisodeCheck.IsPolicyName(episode.Policy))
            throw new ActionableException(
                $"{where}: the policy name {FileFault.Quote(episode.Policy ?? "")} is not one line of text: name the recording policy");
        EpisodeCheck.Actions(episode.Actions, Header.Actions, t => $"{where}, step {t}");
        EpisodeCheck.States(episode.States, t => $"{where}, frame {t}");
    }
}
