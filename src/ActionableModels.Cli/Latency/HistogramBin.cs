using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ActionableModels.Cli.Latency;

/// <summary>A bin of a histogram of times; in JSON the three numbers [from, to, count].</summary>
/// <param name="FromNs">Shortest time of the bin, nanoseconds.</param>
/// <param name="ToNs">Longest time of the bin, nanoseconds.</param>
/// <param name="Count">Times in it.</param>
[JsonConverter(typeof(Triple))]
internal readonly record struct HistogramBin(long FromNs, long ToNs, long Count)
{
    internal sealed class Triple : JsonConverter<HistogramBin>
    {
        public override HistogramBin Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException("a bin is not [from, to, count]");
            var bin = new HistogramBin(Number(ref reader), Number(ref reader), Number(ref reader));
            if (!reader.Read() || reader.TokenType != JsonTokenType.EndArray) throw new JsonException("a bin is not [from, to, count]");
            return bin;
        }

        // One line for each bin, also where files are indented.
        public override void Write(Utf8JsonWriter writer, HistogramBin bin, JsonSerializerOptions options) =>
            writer.WriteRawValue(string.Create(CultureInfo.InvariantCulture, $"[{bin.FromNs}, {bin.ToNs}, {bin.Count}]"));

        private static long Number(ref Utf8JsonReader reader) =>
            reader.Read() && reader.TokenType == JsonTokenType.Number ? reader.GetInt64()
            : throw new JsonException("a bin is not [from, to, count]");
    }
}
