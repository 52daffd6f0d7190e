using System.Text.Json;
using System.Text.Unicode;
using ActionableModels.Compute;

namespace ActionableModels.Storage;

/// <summary>
/// Parser of the safetensors header: a JSON object of {dtype, shape, data_offsets} by tensor name, and free text under __metadata__.
/// Nothing of it is used before all of it is checked, the tensors' bytes having to fill the rest of the file without hole or overlap.
/// </summary>
internal static class SafetensorsHeader
{
    /// <summary>The key that holds free text instead of a tensor.</summary>
    public const string MetadataKey = "__metadata__";
    /// <summary>Longest header, in bytes: the bound of the reference implementation.</summary>
    public const int LongestHeader = 100_000_000;
    /// <summary>Most tensors and metadata entries in one file: a bound on what a hostile header costs.</summary>
    public const int MostEntries = 100_000;
    const int MostDimensions = 32;

    /// <summary>Parses and checks a header.</summary>
    /// <param name="json">The header's bytes.</param>
    /// <param name="dataStart">Offset of the first tensor byte in the file.</param>
    /// <param name="dataLength">Bytes of the file after the header.</param>
    /// <param name="where">File name for messages.</param>
    /// <param name="metadata">Filled with the text under __metadata__.</param>
    /// <param name="entries">Filled with the tensors.</param>
    public static void Parse(ReadOnlySpan<byte> json, long dataStart, long dataLength, string where,
        Dictionary<string, string> metadata, Dictionary<string, SafetensorsEntry> entries)
    {
        if (json.IsEmpty || json[0] != (byte)'{' || !Utf8.IsValid(json))
            throw Bad(where, "the header is not a JSON object in UTF-8");
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 4 });
            reader.Read();
            var seenMetadata = false;
            while (NextProperty(ref reader) is { } name)
            {
                if (name == MetadataKey)
                {
                    if (seenMetadata)
                        throw Bad(where, $"{MetadataKey} appears twice in the header");
                    seenMetadata = true;
                    ReadMetadata(ref reader, where, metadata);
                    continue;
                }
                if (entries.Count == MostEntries)
                    throw Bad(where, $"the header holds more than {MostEntries:N0} tensors");
                if (!entries.TryAdd(name, ReadEntry(ref reader, dataStart, dataLength, $"{where}: tensor {FileFault.Quote(name)}")))
                    throw Bad(where, $"tensor {FileFault.Quote(name)} appears twice in the header");
            }
            if (reader.Read())
                throw Bad(where, "the header goes on after its JSON object");
        }
        catch (JsonException e)
        {
            throw Bad(where, $"the header is not valid JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine})");
        }
        CheckLayout(dataStart, dataLength, where, entries);
    }

    /// <summary>The error for a file that is damaged or not what it claims to be.</summary>
    public static ActionableException Bad(string where, string what) =>
        new($"{where}: {what}: the file is damaged or not a safetensors file, restore or record it again");

    static string? NextProperty(ref Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType == JsonTokenType.PropertyName ? Text(ref reader) : null;

    static string Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException("an escape sequence is half a character", null, 0, reader.TokenStartIndex, e);
        }
    }

    static void ReadMetadata(ref Utf8JsonReader reader, string where, Dictionary<string, string> metadata)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw Bad(where, $"{MetadataKey} is not an object");
        while (NextProperty(ref reader) is { } key)
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.String)
                throw Bad(where, $"{MetadataKey} {FileFault.Quote(key)} is not a text");
            if (metadata.Count == MostEntries)
                throw Bad(where, $"{MetadataKey} holds more than {MostEntries:N0} texts");
            if (!metadata.TryAdd(key, Text(ref reader)))
                throw Bad(where, $"{MetadataKey} {FileFault.Quote(key)} appears twice");
        }
    }

    static SafetensorsEntry ReadEntry(ref Utf8JsonReader reader, long dataStart, long dataLength, string where)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw Bad(where, "its header entry is not an object");
        SafetensorsDtype? dtype = null;
        long[]? shape = null, offsets = null;
        while (NextProperty(ref reader) is { } field)
        {
            switch (field)
            {
                case "dtype" when dtype is null: dtype = ReadDtype(ref reader, where); break;
                case "shape" when shape is null: shape = ReadNumbers(ref reader, where, field); break;
                case "data_offsets" when offsets is null: offsets = ReadNumbers(ref reader, where, field); break;
                case "dtype" or "shape" or "data_offsets": throw Bad(where, $"{field} appears twice");
                default: throw Bad(where, $"its header entry has an unknown field {FileFault.Quote(field)}");
            }
        }
        if (dtype is null || shape is null || offsets is null)
            throw Bad(where, $"{(dtype is null ? "dtype" : shape is null ? "shape" : "data_offsets")} is missing");
        if (offsets is not [var begin, var end] || begin > end || end > dataLength)
            throw Bad(where, $"data_offsets {SafetensorsEntry.Show(offsets)} do not lie in order within the {dataLength} bytes of data");
        Int128 bytes = dtype.Value.Size();
        foreach (var size in shape)
        {
            bytes *= size;
            if (bytes > long.MaxValue)
                throw Bad(where, $"shape {SafetensorsEntry.Show(shape)} has more elements than can be counted");
        }
        if (bytes != end - begin)
            throw Bad(where,
                $"{dtype.Value.Name()} {SafetensorsEntry.Show(shape)} takes {bytes} bytes, but its data_offsets span {end - begin}");
        return new SafetensorsEntry(dtype.Value, shape, dataStart + begin, end - begin);
    }

    static SafetensorsDtype ReadDtype(ref Utf8JsonReader reader, string where)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.String)
            throw Bad(where, "dtype is not a text");
        var name = Text(ref reader);
        return SafetensorsDtypes.TryParse(name, out var dtype) ? dtype : throw Bad(where, $"dtype {FileFault.Quote(name)} is not known");
    }

    static long[] ReadNumbers(ref Utf8JsonReader reader, string where, string field)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            throw Bad(where, $"{field} is not a list");
        Span<long> numbers = stackalloc long[MostDimensions];
        var count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var number) || number < 0)
                throw Bad(where, $"{field} holds something other than whole numbers from 0 to 2^63 - 1");
            if (count == MostDimensions)
                throw Bad(where, $"{field} has more than {MostDimensions} numbers");
            numbers[count++] = number;
        }
        return numbers[..count].ToArray();
    }

    static void CheckLayout(long dataStart, long dataLength, string where, Dictionary<string, SafetensorsEntry> entries)
    {
        var expected = dataStart;
        foreach (var (name, entry) in entries.OrderBy(e => e.Value.Offset).ThenBy(e => e.Value.Length))
        {
            if (entry.Offset != expected)
                throw Bad(where, $"tensor {FileFault.Quote(name)} "
                    + (entry.Offset < expected ? "overlaps the one before it" : "leaves a hole before it"));
            expected += entry.Length;
        }
        if (expected != dataStart + dataLength)
            throw Bad(where, $"{dataStart + dataLength - expected} bytes at the end belong to no tensor");
    }
}
