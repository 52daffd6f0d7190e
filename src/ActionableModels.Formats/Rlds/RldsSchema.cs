using System.Text.Json;
using ActionableModels.Compute;
using ActionableModels.Formats.Sources;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Rlds;

/// <summary>
/// features.json of TFDS: the tree of features, flattened into the keys under which examples hold their leaves. Names of levels have
/// slashes between them, and a name may hold slashes itself. What a node is, its content tells (featuresDict, sequence, tensor, …); its
/// Python class only appears in messages.
/// </summary>
internal sealed class RldsSchema
{
    /// <summary>File name.</summary>
    public const string File = "features.json";
    /// <summary>Name of the sequence that holds the steps.</summary>
    public const string Steps = "steps";
    const string ListsOfTexts = "it holds lists of texts, which are not read";
    const int MostLeaves = 10_000, LongestName = 1000, MostDimensions = 32, MostSequences = 8;

    readonly Dictionary<string, RldsLeaf> leaves = [];
    readonly List<RldsLeaf> order = [];
    readonly string where;
    bool hasSteps;

    RldsSchema(string where) => this.where = where;

    /// <summary>The fields, in the file's order.</summary>
    public IReadOnlyList<RldsLeaf> Leaves => order;
    /// <summary>The keys of examples.</summary>
    public FeatureIndex Index { get; } = new();
    /// <summary>Steps of every episode where the schema tells; else −1.</summary>
    public int StepsLength { get; private set; } = -1;
    /// <summary>The field that steps are counted by: is_first, or the first that can.</summary>
    public RldsLeaf Counter { get; private set; } = null!;

    /// <summary>A field by its name.</summary>
    public RldsLeaf? Find(string name) => leaves.GetValueOrDefault(name);

    /// <summary>Reads a schema.</summary>
    /// <param name="root">The JSON.</param>
    /// <param name="where">File, for messages.</param>
    /// <exception cref="ActionableException">It is damaged, or describes no episodes of steps.</exception>
    public static RldsSchema Parse(JsonElement root, string where)
    {
        var schema = new RldsSchema(where);
        if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("content", out _) && root.TryGetProperty("type", out _))
            throw new ActionableException($"{where}: it is in an old form (\"type\" and \"content\"), which is not read: "
                + "write it again with a newer TFDS");
        if (root.Member("featuresDict", JsonValueKind.Object, where) is not { } dict)
            throw RldsJson.Bad(where, "its root has no \"featuresDict\"");
        foreach (var (name, feature) in schema.Features(dict, ""))
        {
            if (name == Steps && feature.Member("sequence", JsonValueKind.Object, schema.At(name)) is { } steps)
            {
                schema.hasSteps = true;
                schema.StepsLength = schema.Length(steps, name);
                schema.Walk(schema.Inner(steps, name), Steps, true, []);
            }
            else
            {
                schema.Walk(feature, name, false, []);
            }
        }
        if (!schema.hasSteps)
            throw new ActionableException($"{where}: there is no sequence named {Steps}, so this is no RLDS dataset: its fields are "
                + ShowNames(schema.order));
        schema.Counter = schema.Find($"{Steps}/is_first") is { Counts: true } first ? first : schema.order.Find(l => l.Counts)
            ?? throw new ActionableException($"{where}: no field of {Steps} has a fixed shape, by which they could be counted: give it is_first");
        return schema;
    }

    /// <summary>Names of fields for messages.</summary>
    public static string ShowNames(IEnumerable<RldsLeaf> leaves) => FileFault.Show(string.Join(", ", leaves.Select(l => l.Name)), 600);

    void Walk(JsonElement feature, string name, bool perStep, int[] lengths)
    {
        var at = At(name);
        if (feature.Member("featuresDict", JsonValueKind.Object, at) is { } dict)
        {
            foreach (var (inner, child) in Features(dict, name + "/")) Walk(child, inner, perStep, lengths);
        }
        else if (feature.Member("sequence", JsonValueKind.Object, at) is { } sequence)
        {
            if (lengths.Length == MostSequences) throw RldsJson.Bad(at, $"more than {MostSequences} sequences are nested");
            Walk(Inner(sequence, name), name, perStep, [.. lengths, Length(sequence, name)]);
        }
        else if (feature.Member("tensor", JsonValueKind.Object, at) is { } tensor)
        {
            AddTensor(tensor, name, perStep, lengths);
        }
        else if (feature.Member("boundingBox", JsonValueKind.Object, at) is { } box)
        {
            AddTensor(box, name, perStep, lengths);
        }
        else if (feature.Member("image", JsonValueKind.Object, at) is { } image)
        {
            AddImage(image, name, perStep, lengths);
        }
        else if (feature.Member("text", JsonValueKind.Object, at) is not null)
        {
            Add(name, FieldType.Text, "string", RldsType.Text, RldsEncoding.None, [], perStep, lengths, lengths.Length > 0 ? ListsOfTexts : null);
        }
        else if (feature.Member("classLabel", JsonValueKind.Object, at) is not null)
        {
            Add(name, FieldType.Integer, "int64", RldsType.Int64, RldsEncoding.None, [], perStep, lengths, null);
        }
        else
        {
            var python = feature.Text("pythonClassName", at) ?? "of no class";
            Add(name, FieldType.Other, FileFault.Show(python[(python.LastIndexOf('.') + 1)..], 80), default, default, [], perStep, lengths,
                $"its class {FileFault.Quote(python)} is not read");
        }
    }

    void AddTensor(JsonElement tensor, string name, bool perStep, int[] lengths)
    {
        var at = At(name);
        var shape = Shape(tensor, at);
        var word = tensor.Text("dtype", at) ?? throw RldsJson.Bad(at, "\"dtype\" is missing");
        var coding = tensor.Text("encoding", at) ?? "";
        string? problem = null;
        var typed = RldsTypes.TryParse(word, out var type);
        if (!typed) problem = $"its type {FileFault.Quote(word)} is not read";
        RldsEncoding? known = coding.ToLowerInvariant() switch
        {
            "" or "none" => RldsEncoding.None,
            "bytes" => RldsEncoding.Bytes,
            "zlib" => RldsEncoding.Zlib,
            _ => null,
        };
        if (known is not { } encoding)
        {
            encoding = RldsEncoding.None;
            problem ??= $"its encoding {FileFault.Quote(coding)} is not read";
        }
        var varying = shape.Count(d => d < 0);
        if (type == RldsType.Text && encoding != RldsEncoding.None) problem ??= "texts with an encoding are not read";
        if (type == RldsType.Text && (shape.Length > 0 || lengths.Length > 0)) problem ??= ListsOfTexts;
        if (varying > 1 && encoding == RldsEncoding.None) problem ??= "more than one of its dimensions varies, which needs an encoding";
        if (varying > 0 && encoding == RldsEncoding.None && (perStep || lengths.Length > 0))
            problem ??= "a dimension of it varies and it has no encoding, so that its numbers cannot be told apart";
        if (varying > 1 && lengths.Length > 0) problem ??= "it holds sequences of tensors of which more than one dimension varies, which are not read";
        var kind = !typed ? FieldType.Other : type.IsFloat() ? FieldType.Float
            : type switch { RldsType.Text => FieldType.Text, RldsType.Bool => FieldType.Bool, _ => FieldType.Integer };
        var dataType = FileFault.Show(known is RldsEncoding.None ? word : $"{word} {coding}", 80);
        Add(name, kind, dataType, type, encoding, shape, perStep, lengths, problem);
    }

    void AddImage(JsonElement image, string name, bool perStep, int[] lengths)
    {
        var at = At(name);
        var shape = Shape(image, at);
        var word = image.Text("dtype", at) ?? "uint8";
        var problem = word switch
        {
            "uint8" when lengths.Length > 0 => "it holds sequences of images, which are not read",
            "uint8" => null,
            "float32" => "its float32 images (bits cut into four 8-bit channels of a PNG) cannot be used",
            _ => $"its images of {FileFault.Quote(word)} cannot be used",
        };
        Add(name, FieldType.Image, FileFault.Show(word, 80), RldsType.UInt8, RldsEncoding.None, shape, perStep, lengths, problem);
    }

    // Of the last step they are not valid (RLDS README).
    static bool IsOfTransition(string name) => name.StartsWith($"{Steps}/action", StringComparison.Ordinal)
        || name is $"{Steps}/reward" or $"{Steps}/discount";

    void Add(string name, FieldType kind, string dataType, RldsType type, RldsEncoding encoding, int[] shape, bool perStep, int[] lengths,
        string? problem)
    {
        if (order.Count == MostLeaves) throw RldsJson.Bad(where, $"it describes more than {MostLeaves} fields");
        // As steps are, the outermost sequence of an episode's field is the list itself; only those inside of it are ragged.
        var ragged = lengths.Length - (perStep ? 0 : 1);
        var dynamic = kind != FieldType.Image && shape.Count(d => d < 0) > 1;
        var values = Index.Add(name + (ragged > 0 ? "/ragged_flat_values" : dynamic ? "/value" : ""));
        var shapes = dynamic ? Index.Add(name + "/shape") : -1;
        int[] slots = [.. Enumerable.Range(0, Math.Max(0, ragged)).Select(i => Index.Add($"{name}/ragged_row_lengths_{i}"))];
        var leaf = new RldsLeaf(new(name, kind, dataType, [.. lengths, .. shape], perStep) { Problem = problem, OfTransition = perStep && IsOfTransition(name) }, type,
            encoding, shape, lengths, values, shapes, slots);
        if (!leaves.TryAdd(name, leaf)) throw RldsJson.Bad(where, $"two fields have the name {FileFault.Quote(name)}");
        order.Add(leaf);
    }

    IEnumerable<(string Name, JsonElement Feature)> Features(JsonElement dict, string prefix)
    {
        if (dict.Member("features", JsonValueKind.Object, At(prefix)) is not { } features) yield break;
        foreach (var property in features.EnumerateObject())
        {
            var name = prefix + property.Name;
            if (name.Length > LongestName) throw RldsJson.Bad(where, $"the name {FileFault.Quote(name)} is longer than {LongestName} characters");
            yield return (name, property.Value);
        }
    }

    JsonElement Inner(JsonElement sequence, string name) =>
        sequence.Member("feature", JsonValueKind.Object, At(name)) ?? throw RldsJson.Bad(At(name), "\"feature\" is missing");

    int Length(JsonElement sequence, string name)
    {
        if (!sequence.TryGetProperty("length", out var length) || length.ValueKind == JsonValueKind.Null) return -1;
        var number = length.Integer("\"length\"", At(name));
        return number is >= -1 and <= int.MaxValue ? number == 0 ? -1 : (int)number
            : throw RldsJson.Bad(At(name), "\"length\" is no length");
    }

    static int[] Shape(JsonElement element, string at)
    {
        if (element.Member("shape", JsonValueKind.Object, at)?.Member("dimensions", JsonValueKind.Array, at) is not { } dimensions) return [];
        if (dimensions.GetArrayLength() > MostDimensions) throw RldsJson.Bad(at, $"its shape has more than {MostDimensions} dimensions");
        var product = 1L;
        return [.. dimensions.EnumerateArray().Select(dimension =>
        {
            var size = dimension.Integer("a dimension", at);
            if (size is < -1 or > int.MaxValue || (product *= Math.Max(1, size)) > int.MaxValue)
                throw RldsJson.Bad(at, "its shape is not one of a tensor that fits memory");
            return (int)size;
        })];
    }

    string At(string name) => name.Length == 0 ? where : $"{where}: feature {FileFault.Quote(name)}";
}
