using System.Text.Json;
using ActionableModels.Compute;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Rlds;

/// <summary>One split of dataset_info.json.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Template">How its files are named.</param>
/// <param name="ShardLengths">Episodes of each of its files.</param>
internal sealed record RldsSplit(string Name, string Template, long[] ShardLengths)
{
    /// <summary>Episodes of all files.</summary>
    public long Episodes { get; } = ShardLengths.Sum();
}

/// <summary>dataset_info.json of TFDS: name, splits, and how many episodes lie in each file.</summary>
/// <param name="Name">The dataset's name.</param>
/// <param name="Splits">Its splits.</param>
internal sealed record RldsInfo(string Name, IReadOnlyList<RldsSplit> Splits)
{
    /// <summary>File name.</summary>
    public const string File = "dataset_info.json";
    const int MostShards = 1_000_000, MostSplits = 10_000;
    const long MostEpisodes = 1L << 50;

    /// <summary>Reads it.</summary>
    /// <param name="root">The JSON.</param>
    /// <param name="where">File, for messages.</param>
    /// <exception cref="ActionableException">It is damaged, or its files are of another format.</exception>
    public static RldsInfo Parse(JsonElement root, string where)
    {
        var name = root.Text("name", where) ?? throw RldsJson.Bad(where, "\"name\" is missing");
        if (root.Text("fileFormat", where) is { } format && format is not ("tfrecord" or ""))
            throw new ActionableException($"{where}: its files are of the format {FileFault.Quote(format)}, only tfrecord is read: "
                + "convert it with tfds convert_format");
        var splits = new List<RldsSplit>();
        var shards = 0L;
        foreach (var element in root.Member("splits", JsonValueKind.Array, where)?.EnumerateArray() ?? default)
        {
            if (splits.Count == MostSplits) throw RldsJson.Bad(where, $"it has more than {MostSplits} splits");
            var split = ParseSplit(element, where, ref shards);
            if (splits.Exists(s => s.Name == split.Name)) throw RldsJson.Bad(where, $"two splits have the name {FileFault.Quote(split.Name)}");
            splits.Add(split);
        }
        return splits.Count > 0 ? new(name, splits) : throw RldsJson.Bad(where, "it names no splits");
    }

    static RldsSplit ParseSplit(JsonElement element, string where, ref long shards)
    {
        var name = element.Text("name", where) ?? throw RldsJson.Bad(where, "a split has no \"name\"");
        var at = $"{where}: split {FileFault.Quote(name)}";
        var template = element.Text("filepathTemplate", at) is { Length: > 0 } given ? given : ShardTemplate.Default;
        var lengths = element.Member("shardLengths", JsonValueKind.Array, at);
        if (lengths is null && element.TryGetProperty("numBytes", out var bytes) && bytes.Integer("\"numBytes\"", at) != 0)
            throw RldsJson.Bad(at, "\"shardLengths\" is missing");
        if ((shards += lengths?.GetArrayLength() ?? 0) > MostShards) throw RldsJson.Bad(where, $"it names more than {MostShards} files");
        var total = 0L;
        var counts = new List<long>();
        foreach (var length in lengths?.EnumerateArray() ?? default)
        {
            var count = length.Integer("a number of \"shardLengths\"", at);
            if (count is < 0 or > MostEpisodes || (total += count) > MostEpisodes)
                throw RldsJson.Bad(at, "\"shardLengths\" holds what is no number of episodes");
            counts.Add(count);
        }
        return new(name, template, [.. counts]);
    }
}
