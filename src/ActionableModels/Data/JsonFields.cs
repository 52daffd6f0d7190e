using System.Text.Json;
using ActionableModels.Compute;
using ActionableModels.Storage;

namespace ActionableModels.Data;

/// <summary>Reads the fields of a JSON object by name and type; every deviation is an error that names the field.</summary>
internal sealed class JsonFields
{
    readonly Dictionary<string, JsonElement> fields = [];
    readonly string where;

    /// <summary>Takes the fields of an object.</summary>
    /// <param name="element">The object.</param>
    /// <param name="where">File, and place in it, for messages.</param>
    public JsonFields(JsonElement element, string where)
    {
        this.where = where;
        if (element.ValueKind != JsonValueKind.Object)
            throw Bad("it is not a JSON object");
        foreach (var property in element.EnumerateObject())
            fields[Checked(() => property.Name)] = property.Value;
    }

    /// <summary>The error for a wrong field.</summary>
    public ActionableException Bad(string what) => new($"{where}: {what}: restore the file or record the dataset again");

    /// <summary>A text.</summary>
    public string Text(string name) => String(Take(name, JsonValueKind.String), name);

    /// <summary>A whole number within bounds.</summary>
    public long Number(string name, long low, long high) =>
        Take(name, JsonValueKind.Number).TryGetInt64(out var number) && number >= low && number <= high ? number
            : throw Bad($"\"{name}\" is not a whole number from {low} to {high}");

    /// <summary>An object.</summary>
    public JsonFields Fields(string name) => new(Take(name, JsonValueKind.Object), $"{where}: \"{name}\"");

    /// <summary>An object that may be missing.</summary>
    public JsonFields? OptionalFields(string name) => fields.ContainsKey(name) ? Fields(name) : null;

    /// <summary>A list of objects.</summary>
    public IEnumerable<JsonFields> Objects(string name) =>
        Take(name, JsonValueKind.Array).EnumerateArray().Select((element, i) => new JsonFields(element, $"{where}: \"{name}\" {i}"));

    /// <summary>A list of texts.</summary>
    public string[] Strings(string name) => [.. Take(name, JsonValueKind.Array).EnumerateArray().Select(e => String(e, name))];

    /// <summary>A list of numbers.</summary>
    public float[] Floats(string name) => [.. Take(name, JsonValueKind.Array).EnumerateArray().Select(element =>
        element.ValueKind == JsonValueKind.Number && element.TryGetSingle(out var number) ? number
            : throw Bad($"\"{name}\" holds something other than numbers"))];

    /// <summary>An object of texts.</summary>
    public Dictionary<string, string> Texts(string name)
    {
        var inner = Fields(name);
        return inner.fields.ToDictionary(f => f.Key, f => inner.String(f.Value, f.Key));
    }

    /// <summary>Demands that every field has been read.</summary>
    public void Finish()
    {
        if (fields.Count > 0)
            throw Bad($"the field {FileFault.Quote(fields.Keys.First())} is not known");
    }

    JsonElement Take(string name, JsonValueKind kind) =>
        !fields.Remove(name, out var value) ? throw Bad($"\"{name}\" is missing")
            : value.ValueKind == kind ? value : throw Bad($"\"{name}\" is not {Say(kind)}");

    string String(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.String ? Checked(() => element.GetString()!)
            : throw Bad($"{FileFault.Quote(name)} is not a text");

    string Checked(Func<string> text)
    {
        try
        {
            return text();
        }
        catch (InvalidOperationException)
        {
            throw Bad("a text holds half a character");
        }
    }

    static string Say(JsonValueKind kind) => kind switch
    {
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Array => "a list",
        _ => "an object",
    };
}
