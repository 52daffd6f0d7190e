using ActionableModels.Formats.Images;
using ActionableModels.Formats.Mappings;
using ActionableModels.Formats.Sources;

namespace ActionableModels.Formats.Tests.Mappings;

/// <summary>An episode of numbers and texts that a test states.</summary>
internal sealed class MappingFakeEpisode(int steps) : SourceEpisode
{
    private readonly Dictionary<string, FieldValues> numbers = [];
    private readonly Dictionary<string, string[]> texts = [];

    public override string File => "fake-00000-of-00001";
    public override long Record => 7;
    public override long MemoryBytes => 0;
    public override int Steps => steps;
    public int Asked { get; private set; }

    public MappingFakeEpisode With(string field, int width, params float[] values)
    {
        numbers[field] = new(values, width);
        return this;
    }

    public MappingFakeEpisode With(string field, params string[] values)
    {
        texts[field] = values;
        return this;
    }

    public override FieldValues Numbers(string field)
    {
        Asked++;
        return numbers.GetValueOrDefault(field) ?? throw Bad(field, "there is no such field");
    }

    public override string[] Texts(string field) => texts.GetValueOrDefault(field) ?? throw Bad(field, "there is no such field");

    public override SourceFrame Frame(string field, int row) => throw Bad(field, "there is no such field");
}

/// <summary>A dataset of a schema that a test states.</summary>
internal sealed class MappingFakeSource(string format, string name, params SourceField[] fields) : IEpisodeSource
{
    public string Format => format;
    public string Name => name;
    public string Folder { get; init; } = Path.Combine(Path.GetTempPath(), "no-such-folder");
    public IReadOnlyList<SourceFile> Files => [];
    public IReadOnlyList<SourceField> Fields => fields;
    public IReadOnlyList<SourceSplit> Splits => [];
    public long? Episodes => 0;

    public IEnumerable<SourceItem> Read(SourcePosition from, CancellationToken cancellation) => [];

    public void Dispose() { }

    public static SourceField Image(string name) => new(name, FieldType.Image, "uint8", [64, 64, 3], true);
    public static SourceField Float(string name, params int[] shape) => new(name, FieldType.Float, "float32", shape, true);
    public static SourceField Bool(string name) => new(name, FieldType.Bool, "bool", [], true);
    public static SourceField Text(string name) => new(name, FieldType.Text, "string", [], false);
    public static SourceField OfEpisode(SourceField field) => field with { PerStep = false };
}

/// <summary>Mappings of which a test states one part.</summary>
internal static class MappingText
{
    private static readonly (string Key, string Value)[] Base =
    [
        ("image", "{field: image}"), ("policy", "someone"), ("success", "none"), ("outside", "fault"), ("frame", ""), ("closed", "0"), ("height", "0"),
        ("x", "0"), ("y", "0"), ("z", "0"), ("azimuth", "0"), ("close", "0"), ("open", "0"), ("terminate", "0"), ("bounds", ""),
    ];

    /// <summary>A mapping whose parts are constants but for some.</summary>
    public static string With(params (string Key, string Value)[] parts)
    {
        string Of(string key) => parts.FirstOrDefault(p => p.Key == key).Value ?? Base.First(b => b.Key == key).Value;
        string Top(string key) => Of(key).Length == 0 ? "" : $"{key}: {Of(key)}\n";
        return $"image: {Of("image")}\n{Top("policy")}{Top("success")}{Top("outside")}{Top("frame")}"
            + $"state: {{gripper_closed: {Of("closed")}, height: {Of("height")}}}\naction:\n"
            + string.Concat(new[] { "x", "y", "z", "azimuth", "close", "open", "terminate" }.Select(n => $"  {n}: {Of(n)}\n")) + Top("bounds");
    }

    public static EpisodeMapping Parse(params (string Key, string Value)[] parts) => EpisodeMapping.Parse(With(parts), "test", "test.yaml");

    /// <summary>One dimension of the actions that a mapping makes.</summary>
    public static float[] Column(this MappedEpisode episode, int dimension) =>
        [.. Enumerable.Range(0, episode.Actions.Length / 7).Select(t => episode.Actions[t * 7 + dimension])];
}
