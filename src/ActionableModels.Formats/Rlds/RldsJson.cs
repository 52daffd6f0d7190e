using System.Globalization;
using System.Text.Json;
using ActionableModels.Compute;
using ActionableModels.Formats.Sources;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Rlds;

/// <summary>Reads the JSON that TFDS writes: protocol-buffer messages, whose 64-bit integers are texts and whose default values are left out.</summary>
internal static class RldsJson
{
    const long LongestFile = 16 << 20;
    const int Deepest = 128;

    /// <summary>Reads one of a dataset's two descriptions.</summary>
    /// <param name="folder">The dataset's folder.</param>
    /// <param name="name">File in it.</param>
    /// <param name="parse">Makes something of it, given the root and the file's name for messages.</param>
    /// <exception cref="ActionableException">It is missing or damaged.</exception>
    public static T Read<T>(string folder, string name, Func<JsonElement, string, T> parse)
    {
        var path = Path.Combine(folder, name);
        try
        {
            var stamp = FileStamp.Of(path);
            if (!stamp.Exists)
                throw new ActionableException($"{FileFault.Show(folder)}: {name} is missing, without which TFRecord files cannot be understood: "
                    + "copy features.json and dataset_info.json from where the files come from");
            if (stamp.Length is 0 or > LongestFile)
                throw new ActionableException($"{FileFault.Show(path)}: it has {stamp.Length} bytes, which is no description of a dataset: "
                    + "download it again");
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
            var bytes = new byte[stamp.Length];
            stream.ReadExactly(bytes);
            return Parse(bytes, FileFault.Show(path), parse);
        }
        catch (Exception e) when (FileFault.Is(e))
        {
            throw FileFault.Reading(path, e);
        }
    }

    /// <summary>The same from memory.</summary>
    public static T Parse<T>(ReadOnlyMemory<byte> bytes, string where, Func<JsonElement, string, T> parse)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = Deepest, AllowDuplicateProperties = false });
            return parse(document.RootElement, where);
        }
        catch (JsonException e)
        {
            throw new ActionableException($"{where}: it is not valid JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine}): download it again", e);
        }
        catch (InvalidOperationException e)
        {
            // JsonDocument reports half a surrogate pair in this way.
            throw new ActionableException($"{where}: a text holds half a character: download it again", e);
        }
    }

    /// <summary>A member of an object; null where it is left out.</summary>
    /// <exception cref="ActionableException">It is of another kind, or <paramref name="element"/> is no object.</exception>
    public static JsonElement? Member(this JsonElement element, string name, JsonValueKind kind, string where)
    {
        if (element.ValueKind != JsonValueKind.Object) throw Bad(where, "an object is expected here");
        if (!element.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        return value.ValueKind == kind ? value : throw Bad(where, $"\"{name}\" is not {Say(kind)}");
    }

    /// <summary>A text; null where it is left out.</summary>
    public static string? Text(this JsonElement element, string name, string where) => element.Member(name, JsonValueKind.String, where)?.GetString();

    /// <summary>A 64-bit integer, written as a text or as a number.</summary>
    /// <exception cref="ActionableException">It is none.</exception>
    public static long Integer(this JsonElement element, string what, string where) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out var number)
            || element.ValueKind == JsonValueKind.String
            && long.TryParse(element.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number)
            ? number : throw Bad(where, $"{what} is not a whole number");

    /// <summary>The error for something wrong in a description.</summary>
    public static ActionableException Bad(string where, string what) => new($"{where}: {what}: download the file again, or correct it");

    static string Say(JsonValueKind kind) => kind switch
    {
        JsonValueKind.String => "a text",
        JsonValueKind.Array => "a list",
        _ => "an object",
    };
}
