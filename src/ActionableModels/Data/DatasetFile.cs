using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Storage;

namespace ActionableModels.Data;

/// <summary>
/// dataset.json: what a dataset holds and which shards belong to it. A file in the folder that it does not name is no part of the
/// dataset. It holds no times, and no path but that of frames which stay in other files, so that equal recordings give equal bytes.
/// </summary>
internal static class DatasetFile
{
    /// <summary>File name in the dataset's folder.</summary>
    public const string Name = "dataset.json";
    const string Format = "actionable-models-dataset";
    const int Version = 1;
    const long LongestFile = 64 << 20;
    const long MostSteps = 1L << 50;

    /// <summary>Path in a folder.</summary>
    public static string PathIn(string folder) => Path.Combine(folder, Name);

    /// <summary>Writes the description of a dataset, atomically.</summary>
    public static void Write(string folder, DatasetHeader header, IReadOnlyList<ShardInfo> shards, Action<WritePoint, string>? probe)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var options = new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var json = new Utf8JsonWriter(buffer, options))
        {
            json.WriteStartObject();
            json.WriteString("format", Format);
            json.WriteNumber("version", Version);
            json.WriteString("task", header.Task);
            json.WriteStartObject("image");
            json.WriteNumber("height", header.ImageHeight);
            json.WriteNumber("width", header.ImageWidth);
            json.WriteEndObject();
            WriteList(json, "states", DatasetHeader.StateNames, json.WriteStringValue);
            json.WriteStartObject("actions");
            WriteList(json, "names", ActionSpace.Names, json.WriteStringValue);
            WriteList(json, "low", header.Actions.Low, json.WriteNumberValue);
            WriteList(json, "high", header.Actions.High, json.WriteNumberValue);
            WriteList(json, "initial_deviation", header.Actions.InitialDeviation, json.WriteNumberValue);
            json.WriteEndObject();
            json.WriteStartObject("settings");
            foreach (var (key, value) in (header.Settings ?? new Dictionary<string, string>()).OrderBy(s => s.Key, StringComparer.Ordinal))
                json.WriteString(key, value);
            json.WriteEndObject();
            if (header.Frames is { } frames)
                WriteFrames(json, frames);
            json.WriteStartArray("shards");
            foreach (var shard in shards)
            {
                json.WriteStartObject();
                json.WriteString("file", shard.File);
                json.WriteNumber("episodes", shard.Episodes);
                json.WriteNumber("steps", shard.Steps);
                json.WriteNumber("bytes", shard.Bytes);
                json.WriteString("sha256", shard.Sha256);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        buffer.Write("\n"u8);
        if (buffer.WrittenCount > LongestFile)
            throw new ActionableException($"{FileFault.Show(PathIn(folder))}: {shards.Count} shards make a description of more than {LongestFile} bytes: "
                + "make fewer and larger ones (import: --shard-size), or leave the images where they are (import: --in-place)");
        AtomicFile.Write(PathIn(folder), stream => stream.Write(buffer.WrittenSpan), probe);
    }

    /// <summary>Reads and checks the description of a dataset.</summary>
    /// <exception cref="ActionableException">It is missing, or anything in it is wrong.</exception>
    public static (DatasetHeader Header, ShardInfo[] Shards) Read(string folder)
    {
        var path = PathIn(folder);
        var where = FileFault.Show(path);
        using var document = Parse(ReadBytes(path, folder), where);
        var root = new JsonFields(document.RootElement, where);
        if (root.Text("format") is var format && format != Format)
            throw root.Bad($"\"format\" is {FileFault.Quote(format)}, not \"{Format}\"");
        if (root.Number("version", 0, long.MaxValue) is var version && version != Version)
            throw new ActionableException(
                $"{where}: it has format version {version}, this program reads version {Version}: use the program that wrote it");
        var image = root.Fields("image");
        var actions = root.Fields("actions");
        RequireNames(root, "states", DatasetHeader.StateNames);
        RequireNames(actions, "names", ActionSpace.Names);
        var settings = root.Texts("settings");
        var frames = root.OptionalFields("frames") is { } external ? ReadFrames(external) : null;
        var header = new DatasetHeader(root.Text("task"),
            (int)image.Number("height", 1, DatasetHeader.LargestImageSide), (int)image.Number("width", 1, DatasetHeader.LargestImageSide),
            new ActionSpace(actions.Floats("low"), actions.Floats("high"), actions.Floats("initial_deviation")), settings, frames);
        var shards = root.Objects("shards").Select(ReadShard).ToArray();
        image.Finish();
        actions.Finish();
        root.Finish();
        return (header.Checked(where), shards);
    }

    static void WriteFrames(Utf8JsonWriter json, ExternalFrames frames)
    {
        json.WriteStartObject("frames");
        json.WriteString("folder", frames.Folder);
        json.WriteStartObject("decoding");
        foreach (var (key, value) in frames.Decoding.OrderBy(d => d.Key, StringComparer.Ordinal))
            json.WriteString(key, value);
        json.WriteEndObject();
        json.WriteStartArray("files");
        foreach (var file in frames.Files)
        {
            json.WriteStartObject();
            json.WriteString("path", file.Path);
            json.WriteNumber("bytes", file.Bytes);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static ExternalFrames ReadFrames(JsonFields fields)
    {
        var frames = new ExternalFrames(fields.Text("folder"), [.. fields.Objects("files").Select(file =>
        {
            var external = new ExternalFile(file.Text("path"), file.Number("bytes", 0, long.MaxValue));
            file.Finish();
            return external;
        })], fields.Texts("decoding"));
        fields.Finish();
        return frames;
    }

    static ShardInfo ReadShard(JsonFields shard, int index)
    {
        var name = shard.Text("file");
        if (name != ShardInfo.NameOf(index))
            throw shard.Bad($"the file is named {FileFault.Quote(name)}, not {ShardInfo.NameOf(index)}");
        var info = new ShardInfo(name, (int)shard.Number("episodes", 1, int.MaxValue), shard.Number("steps", 0, MostSteps),
            shard.Number("bytes", 0, long.MaxValue), shard.Text("sha256"));
        if (info.Sha256.Length != 64 || !info.Sha256.All(char.IsAsciiHexDigitLower))
            throw shard.Bad("\"sha256\" is not 64 lower-case hexadecimal digits");
        shard.Finish();
        return info;
    }

    static void RequireNames(JsonFields fields, string name, IReadOnlyList<string> expected)
    {
        if (!fields.Strings(name).SequenceEqual(expected))
            throw fields.Bad($"\"{name}\" is not [{string.Join(", ", expected)}]");
    }

    static byte[] ReadBytes(string path, string folder)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (stream.Length > LongestFile)
                throw new ActionableException(
                    $"{FileFault.Show(path)}: {stream.Length} bytes, more than {LongestFile}: it is no dataset description, restore it");
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ActionableException(
                $"{FileFault.Show(folder)}: holds no dataset ({Name} is missing): check the path or record a dataset there", e);
        }
        catch (Exception e) when (FileFault.Is(e))
        {
            throw FileFault.Reading(path, e);
        }
    }

    static JsonDocument Parse(byte[] bytes, string where)
    {
        try
        {
            return JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
        }
        catch (JsonException e)
        {
            throw new ActionableException($"{where}: it is not valid JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine}): "
                + "restore it or record the dataset again", e);
        }
        catch (InvalidOperationException e)
        {
            // The search for duplicate names reports half a surrogate pair in this way.
            throw new ActionableException($"{where}: a text holds half a character: restore it or record the dataset again", e);
        }
    }

    static void WriteList<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
            write(item);
        json.WriteEndArray();
    }
}
