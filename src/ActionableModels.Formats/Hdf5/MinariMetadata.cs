using System.Text;
using System.Text.Json;
using ActionableModels.Compute;
using ActionableModels.Formats.Sources;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Hdf5;

/// <summary>What metadata.json beside a Minari dataset says of it.</summary>
internal sealed class MinariMetadata
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "metadata.json";

    private const int LongestFile = 64 << 20, MostDepth = 64, MostSpaces = 4096;
    private readonly Dictionary<string, int> imageRanks = [];
    private bool jpeg = true;
    private int spaces;

    /// <summary>The dataset's name; null where it has none.</summary>
    public string? Id { get; private set; }
    /// <summary>Number of episodes; null where it is not told.</summary>
    public long? Episodes { get; private set; }

    /// <summary>Whether rows of bytes of a field are image files: its space is one of images, which have more dimensions.</summary>
    public bool HoldsImageFiles(string field) => jpeg && imageRanks.GetValueOrDefault(field) >= 2;

    /// <summary>Reads the file.</summary>
    /// <exception cref="ActionableException">It is missing or damaged, or of data that do not lie in HDF5.</exception>
    public static MinariMetadata Read(string path)
    {
        var metadata = new MinariMetadata();
        try
        {
            if (new FileInfo(path).Length > LongestFile) throw metadata.Bad(path, $"it is longer than {LongestFile} bytes");
            using var json = Parse(File.ReadAllBytes(path));
            metadata.Take(json.RootElement, path);
        }
        catch (Exception fault) when (FileFault.Is(fault))
        {
            throw FileFault.Reading(path, fault);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw metadata.Bad(path, $"it is damaged ({FileFault.Show(fault.Message, 120)})", fault);
        }
        return metadata;
    }

    /// <summary>Parses what Python's json module writes, which has numbers that JSON has not: they become null.</summary>
    public static JsonDocument Parse(byte[] text)
    {
        var inText = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '"') inText = !inText;
            else if (text[i] == '\\' && inText) i++;
            else if (!inText && text[i] is (byte)'N' or (byte)'I')
            {
                foreach (var word in (ReadOnlySpan<string>)["NaN", "Infinity"])
                    if (text.AsSpan(i).StartsWith(Encoding.ASCII.GetBytes(word)))
                    {
                        text.AsSpan(i, word.Length).Fill((byte)' ');
                        if (i > 0 && text[i - 1] == '-') i--;
                        text[i] = (byte)'0';
                        break;
                    }
            }
        }
        return JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MostDepth });
    }

    private SourceException Bad(string path, string what, Exception? cause = null) => new(path, null, null, $"{what}: restore the file", cause);

    private void Take(JsonElement root, string path)
    {
        if (root.ValueKind != JsonValueKind.Object) throw Bad(path, "it is not a JSON object");
        if (root.TryGetProperty("data_format", out var format) && format.GetString() is { } name && name != "hdf5")
            throw new SourceException(path, null, "data_format", $"it is {FileFault.Quote(name)}, where only hdf5 is read: convert the dataset");
        Id = root.TryGetProperty("dataset_id", out var id) ? id.GetString() : null;
        Episodes = root.TryGetProperty("total_episodes", out var episodes) && episodes.TryGetInt64(out var count) && count >= 0 ? count : null;
        jpeg = !root.TryGetProperty("jpeg_encoding", out var encoding) || encoding.ValueKind != JsonValueKind.False;
        Space(root, "observation_space", "observations", path);
        Space(root, "action_space", "actions", path);
    }

    private void Space(JsonElement root, string key, string field, string path)
    {
        if (!root.TryGetProperty(key, out var space)) return;
        if (space.ValueKind != JsonValueKind.String)
        {
            Space(space, field, path);
            return;
        }
        using var inner = Parse(Encoding.UTF8.GetBytes(space.GetString()!));
        Space(inner.RootElement, field, path);
    }

    // As deep as the JSON document, which has a limit.
    private void Space(JsonElement space, string field, string path)
    {
        if (space.ValueKind != JsonValueKind.Object) return;
        if (++spaces > MostSpaces) throw Bad(path, $"it has more than {MostSpaces} spaces");
        switch (space.TryGetProperty("type", out var type) ? type.GetString() : null)
        {
            case "Dict" when space.GetProperty("subspaces") is { ValueKind: JsonValueKind.Object } parts:
                foreach (var part in parts.EnumerateObject()) Space(part.Value, $"{field}/{part.Name}", path);
                break;
            case "Tuple" when space.GetProperty("subspaces") is { ValueKind: JsonValueKind.Array } parts:
                var index = 0;
                foreach (var part in parts.EnumerateArray()) Space(part, $"{field}/_index_{index++}", path);
                break;
            case "Box" when space.TryGetProperty("dtype", out var dtype) && dtype.GetString() == "uint8"
                && space.TryGetProperty("shape", out var shape) && shape.ValueKind == JsonValueKind.Array:
                imageRanks[field] = shape.GetArrayLength();
                break;
        }
    }
}
