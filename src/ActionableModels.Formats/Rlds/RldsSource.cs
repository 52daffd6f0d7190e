using ActionableModels.Compute;
using ActionableModels.Formats.Sources;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Rlds;

/// <summary>
/// An RLDS dataset of TFDS: a folder with features.json, dataset_info.json and TFRecord files, each record a tf.train.Example that holds an
/// episode. Only the files that the chosen slice touches are looked at; where a slice begins, the number of episodes in each file tells.
/// </summary>
internal sealed class RldsSource : IEpisodeSource
{
    readonly RldsSchema schema;
    readonly RldsShard[] shards;
    readonly long largestRecord;

    RldsSource(string folder, RldsInfo info, RldsSchema schema, SourceOptions options)
    {
        (Folder, Name, this.schema, largestRecord) = (folder, info.Name, schema, options.LargestRecord);
        Fields = [.. schema.Leaves.Select(l => l.Field)];
        Splits = [.. info.Splits.Select(s => new SourceSplit(s.Name, s.Episodes))];
        var where = FileFault.Show(Path.Combine(folder, RldsInfo.File));
        var slice = SplitSlice.Parse(options.Split);
        var split = Choose(info, slice.Name, where);
        Split = slice.Of(split.Name);
        var (first, end) = slice.Of(split.Episodes);
        Episodes = end - first;
        shards = [.. Shards(folder, info.Name, split, first, end, where)];
        Files = [.. shards.Select(s => new SourceFile(s.Name, s.Stamp.Length))];
        if (shards.Length > 0 && Array.TrueForAll(shards, s => !s.Stamp.Exists))
            throw new ActionableException($"{FileFault.Show(folder)}: none of the {shards.Length} files of split {FileFault.Quote(split.Name)} that "
                + $"are asked for is there; the first is {FileFault.Quote(shards[0].Name)}: download them, or choose others with a slice such as "
                + "train[:10]");
    }

    /// <inheritdoc/>
    public string Format => "rlds";
    /// <inheritdoc/>
    public string Name { get; }
    /// <inheritdoc/>
    public string Folder { get; }
    /// <summary>The files that the chosen slice touches, also those that are missing, with a length of 0.</summary>
    public IReadOnlyList<SourceFile> Files { get; }
    /// <inheritdoc/>
    public IReadOnlyList<SourceField> Fields { get; }
    /// <inheritdoc/>
    public IReadOnlyList<SourceSplit> Splits { get; }
    /// <inheritdoc/>
    public string Split { get; }
    /// <inheritdoc/>
    public long? Episodes { get; }

    /// <summary>Whether the path looks like one; nothing is opened that could fail.</summary>
    public static bool Recognises(string path) => RldsFolder.Any(path);

    /// <summary>Opens one.</summary>
    /// <param name="path">The folder of a version, one above it, or a file in it.</param>
    /// <param name="options">How.</param>
    /// <exception cref="ActionableException">It is incomplete, damaged or not one; or there is no such split.</exception>
    public static IEpisodeSource Open(string path, SourceOptions options)
    {
        var folder = RldsFolder.Find(path);
        var info = RldsJson.Read(folder, RldsInfo.File, RldsInfo.Parse);
        return new RldsSource(folder, info, RldsJson.Read(folder, RldsSchema.File, RldsSchema.Parse), options);
    }

    /// <inheritdoc/>
    public IEnumerable<SourceItem> Read(SourcePosition from, CancellationToken cancellation)
    {
        if (from.File < 0 || from.File > shards.Length || from.Record < 0 || from.Offset < 0)
            throw new ActionableException($"{FileFault.Show(Folder)}: there is no place {from} in it: start from the begin");
        for (var file = from.File; file < shards.Length; file++)
        {
            using var reading = new RldsReading(Folder, shards[file], file, schema, largestRecord, file == from.File ? from : new(file, 0, 0));
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                if (reading.Next() is not { } item) break;
                yield return item;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() { }

    static RldsSplit Choose(RldsInfo info, string? name, string where)
    {
        var wanted = name ?? (info.Splits.Count == 1 ? info.Splits[0].Name : "train");
        return info.Splits.FirstOrDefault(s => s.Name == wanted) ?? throw new ActionableException(
            $"{where}: there is no split {FileFault.Quote(wanted)}: choose one of {FileFault.Show(string.Join(", ", info.Splits.Select(s => s.Name)))}");
    }

    static IEnumerable<RldsShard> Shards(string folder, string dataset, RldsSplit split, long first, long end, string where)
    {
        var begin = 0L;
        var links = new DatasetLinks(folder);
        for (var i = 0; i < split.ShardLengths.Length && begin < end; i++)
        {
            var episodes = split.ShardLengths[i];
            var (from, to) = (Math.Max(0, first - begin), Math.Min(episodes, end - begin));
            begin += episodes;
            if (from >= to) continue;
            var name = ShardTemplate.Expand(split.Template, dataset, split.Name, i, split.ShardLengths.Length, where);
            yield return new(name, Stamp(links, folder, name), episodes, from, to);
        }
    }

    static FileStamp Stamp(DatasetLinks links, string folder, string name)
    {
        var path = Path.Combine(folder, name);
        try
        {
            links.Check(name);
            return FileStamp.Of(path);
        }
        catch (Exception e) when (FileFault.Is(e))
        {
            throw FileFault.Reading(path, e);
        }
    }
}
