using System.Text.Encodings.Web;
using System.Text.Json;

namespace ActionableModels.Cli.Terminal;

/// <summary>What <c>--json</c> prints: one JSON object on one line, the last of standard output.</summary>
internal static class JsonOut
{
    /// <summary>JSON on one line.</summary>
    public static JsonSerializerOptions Line { get; } = new(JsonTypes.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>JSON for files.</summary>
    public static JsonSerializerOptions Indented { get; } = new(Line) { WriteIndented = true, NewLine = "\n" };

    /// <summary>An object's public properties as JSON.</summary>
    /// <param name="value">Of a type that <see cref="JsonTypes"/> lists.</param>
    /// <param name="options"><see cref="Line"/> or <see cref="Indented"/>.</param>
    public static string Text(object value, JsonSerializerOptions options) => JsonSerializer.Serialize(value, options.GetTypeInfo(value.GetType()));

    /// <summary>Prints an object.</summary>
    /// <param name="value">Of a type that <see cref="JsonTypes"/> lists.</param>
    /// <param name="output">Standard output when not given.</param>
    public static void Write(object value, TextWriter? output = null)
    {
        output ??= Console.Out;
        output.WriteLine(Text(value, Line));
        output.Flush();
    }
}
