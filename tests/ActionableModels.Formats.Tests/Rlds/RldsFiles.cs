using System.Globalization;
using System.Text.Json;
using ActionableModels.Formats.Rlds;
using ActionableModels.Formats.Sources;
using static ActionableModels.Formats.Tests.Rlds.RldsBytes;

namespace ActionableModels.Formats.Tests.Rlds;

/// <summary>A small RLDS dataset in a folder of its own, removed afterwards: three steps in each episode, one field of each kind.</summary>
internal sealed class RldsFiles : IDisposable
{
    private const string Class = "\"pythonClassName\": \"tensorflow_datasets.core.features.x.X\"";

    public static readonly string Schema = Dict(("success", Tensor("bool")), ("name", Text), ("list", Sequence(Tensor("float32"))),
        ("counts", Sequence(Sequence(Tensor("int64")))), ("map", Tensor("float64", "bytes", -1, -1)), ("sound", $"{{{Class}, \"audio\": {{}}}}"),
        ("steps", Sequence(Dict(("is_first", Tensor("bool")), ("is_last", Tensor("bool")), ("x", Tensor("float32", 2)), ("small", Tensor("uint8")),
            ("z", Tensor("float32", "zlib", 2)), ("raw", Tensor("int16", "bytes", 2)), ("ragged", Sequence(Tensor("int64"))), ("text", Text),
            ("dynamic", Tensor("float32", "zlib", -1, -1)), ("varying", Tensor("uint8", "zlib", -1)), ("u", Tensor("uint64")),
            ("nested", Sequence(Sequence(Tensor("int32", 2)))), ("coded", Sequence(Tensor("int16", "zlib", 2), "1")), ("image", Image("uint8")),
            ("depth", Image("float32"))))));

    public string Root { get; } = Directory.CreateTempSubdirectory("actionable-rlds-").FullName;
    public string Folder => Path.Combine(Root, "set", "1.0.0");
    public string Shard(int shard, int of = 2) => Path.Combine(Folder, Name(shard, of));

    public static string Name(int shard, int of = 2) => string.Create(CultureInfo.InvariantCulture, $"set-train.tfrecord-{shard:D5}-of-{of:D5}");

    /// <summary>Writes two files of two and three episodes.</summary>
    public RldsFiles()
    {
        Directory.CreateDirectory(Folder);
        Write(Schema, Info("2", "3"));
        File.WriteAllBytes(Shard(0), RldsBytes.Records(Episode(0), Episode(1)));
        File.WriteAllBytes(Shard(1), RldsBytes.Records(Episode(2), Episode(3), Episode(4)));
    }

    public void Write(string schema, string info)
    {
        File.WriteAllText(Path.Combine(Folder, "features.json"), schema);
        File.WriteAllText(Path.Combine(Folder, "dataset_info.json"), info);
    }

    /// <summary>The first episode with some features given otherwise, alone in the dataset.</summary>
    public SourceEpisode Single(params (string Key, byte[]? Feature)[] other) => Single(Episode(0, other));

    public SourceEpisode Single(byte[] record)
    {
        Write(Schema, Info("1"));
        File.WriteAllBytes(Shard(0, 1), RldsBytes.Records(record));
        return Assert.Single(Items()).Episode!;
    }

    public IEpisodeSource Open(string? split = null, long largest = 1 << 20) => RldsSource.Open(Root, new SourceOptions(split, largest));

    public List<SourceItem> Items(string? split = null, SourcePosition from = default, long largest = 1 << 20)
    {
        using var source = Open(split, largest);
        return [.. source.Read(from, default)];
    }

    public static string Info(params string[] lengths) => $$"""
        {"fileFormat": "tfrecord", "name": "set", "version": "1.0.0", "splits": [{"filepathTemplate": "{DATASET}-{SPLIT}.{FILEFORMAT}-{SHARD_X_OF_Y}",
         "name": "train", "numBytes": "9", "shardLengths": [{{string.Join(", ", lengths.Select(l => $"\"{l}\""))}}]}]}
        """;

    public static byte[] Episode(int number, params (string Key, byte[]? Feature)[] other)
    {
        float f = number;
        var features = new Dictionary<string, byte[]>
        {
            ["success"] = Flags(number % 2 == 1),
            ["name"] = Texts($"ëpisode {number}"),
            ["list"] = Floats(1, 2, 3, 4),
            ["steps/is_first"] = Flags(true, false, false),
            ["steps/is_last"] = Flags(false, false, true),
            ["steps/x"] = Floats(f, 1, f + 0.5f, 2, f + 1, 3),
            ["steps/small"] = Integers(1, 2, 255),
            ["steps/z"] = Bytes(Zlib(Raw(f, 0)), Zlib(Raw(1, 1)), Zlib(Raw(2, f))),
            ["steps/raw"] = Bytes([1, 0, 255, 255], [2, 0, 0, 128], [3, 0, 1, 1]),
            ["steps/ragged/ragged_flat_values"] = Integers(7, -8, 9),
            ["steps/ragged/ragged_row_lengths_0"] = Integers(2, 0, 1),
            ["steps/text"] = Texts("a", "", "ü"),
            ["steps/dynamic/value"] = Bytes(Zlib(Raw(1, 2)), Zlib(Raw(3)), Zlib([])),
            ["steps/dynamic/shape"] = Integers(2, 1, 1, 1, 0, 5),
            ["steps/varying"] = Bytes(Zlib([1, 2, 3]), Zlib([]), Zlib([4])),
            ["steps/u"] = Integers(-1, 0, 1),
            ["steps/nested/ragged_flat_values"] = Integers(1, 2, 3, 4, 5, 6),
            ["steps/nested/ragged_row_lengths_0"] = Integers(2, 0, 1),
            ["steps/nested/ragged_row_lengths_1"] = Integers(1, 0, 2),
            ["steps/coded/ragged_flat_values"] = Bytes(Zlib([1, 0, 2, 0]), Zlib([3, 0, 4, 0]), Zlib([5, 0, 6, 0])),
            ["steps/coded/ragged_row_lengths_0"] = Integers(1, 1, 1),
            ["counts/ragged_flat_values"] = Integers(5, 6, 7),
            ["counts/ragged_row_lengths_0"] = Integers(0, 2, 1),
            ["map/value"] = Bytes([0, 0, 0, 0, 0, 0, 0xF8, 0x3F, 0, 0, 0, 0, 0, 0, 0, 0xC0]),
            ["map/shape"] = Integers(1, 2),
            ["steps/image"] = Bytes([.. Jpeg, (byte)number], Png, Jpeg),
            ["steps/depth"] = Bytes(Png, Png, Png),
            ["unknown"] = Integers(5),
        };
        foreach (var (key, feature) in other)
        {
            if (feature is null) features.Remove(key);
            else features[key] = feature;
        }
        return Example(features.Select(f => (f.Key, f.Value)));
    }

    public const string Text = "{" + Class + ", \"text\": {}}";

    public static string Dict(params (string Name, string Feature)[] features) =>
        $"{{{Class}, \"featuresDict\": {{\"features\": {{{string.Join(",\n", features.Select(f => $"{JsonSerializer.Serialize(f.Name)}: {f.Feature}"))}}}}}}}";

    public static string Sequence(string feature, string length = "-1") => $"{{{Class}, \"sequence\": {{\"feature\": {feature}, \"length\": \"{length}\"}}}}";

    public static string Tensor(string dtype, params int[] shape) => Tensor(dtype, "none", shape);

    public static string Tensor(string dtype, string encoding, params int[] shape) =>
        $"{{{Class}, \"tensor\": {{\"shape\": {Shape(shape)}, \"dtype\": \"{dtype}\", \"encoding\": \"{encoding}\"}}}}";

    public static string Image(string dtype) => $"{{{Class}, \"image\": {{\"shape\": {Shape([8, 8, 3])}, \"dtype\": \"{dtype}\"}}}}";

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private static string Shape(int[] shape) => shape.Length == 0 ? "{}" : $"{{\"dimensions\": [{string.Join(", ", shape.Select(d => $"\"{d}\""))}]}}";
}
