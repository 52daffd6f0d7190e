using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ActionableModels.Cli.Terminal;

/// <summary>
/// What <c>--json</c> prints: one JSON object on one line, the last of standard output. Keys are snake_case; a number that is not
/// finite is null.
/// </summary>
public static class JsonOut
{
    /// <summary>How values become JSON.</summary>
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new FiniteDouble(), new FiniteSingle(), new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>Prints an object's public properties.</summary>
    /// <param name="value">What serializes to a JSON object: a record, an anonymous object or a dictionary.</param>
    /// <param name="output">Standard output when not given.</param>
    /// <exception cref="ArgumentException">The value is a list, a number or a text.</exception>
    public static void Write(object value, TextWriter? output = null)
    {
        var json = JsonSerializer.Serialize(value, Options);
        if (json[0] != '{') throw new ArgumentException($"{value.GetType().Name} is not a JSON object", nameof(value));
        output ??= Console.Out;
        output.WriteLine(json);
        output.Flush();
    }

    private sealed class FiniteDouble : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value)) writer.WriteNumberValue(value);
            else writer.WriteNullValue();
        }
    }

    private sealed class FiniteSingle : JsonConverter<float>
    {
        public override float Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => reader.GetSingle();

        public override void Write(Utf8JsonWriter writer, float value, JsonSerializerOptions options)
        {
            if (float.IsFinite(value)) writer.WriteNumberValue(value);
            else writer.WriteNullValue();
        }
    }
}
