using ActionableModels.Compute;

namespace ActionableModels.Formats.Rlds;

/// <summary>
/// Parser of tf.train.Example: Example {1: Features}, Features {1: map of text to Feature}, Feature {one of 1: BytesList, 2: FloatList,
/// 3: Int64List}. It copies nothing: it tells where the lists lie. Fields may come in any order, unknown ones are passed over, and of equal
/// keys the last counts, as in protocol buffers' maps. A key, value or list given twice in one entry is a fault.
/// </summary>
internal static class ExampleParser
{
    /// <summary>Parses a record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="index">Numbers of the wanted keys.</param>
    /// <param name="found">Receives, by those numbers, where the lists lie.</param>
    /// <exception cref="ActionableException">It is no tf.train.Example; the message says no file.</exception>
    public static void Parse(ReadOnlySpan<byte> record, FeatureIndex index, Span<FeatureRange> found)
    {
        found.Clear();
        var example = new ProtobufCursor(record, 0, record.Length);
        while (example.Next(out var field, out var wireType))
        {
            if (field != 1)
            {
                example.Skip(field, wireType);
                continue;
            }
            var (start, length) = example.Blob(wireType);
            ParseFeatures(record, start, length, index, found);
        }
    }

    static void ParseFeatures(ReadOnlySpan<byte> record, int start, int length, FeatureIndex index, Span<FeatureRange> found)
    {
        var features = new ProtobufCursor(record, start, length);
        while (features.Next(out var field, out var wireType))
        {
            if (field != 1)
            {
                features.Skip(field, wireType);
                continue;
            }
            var (entryStart, entryLength) = features.Blob(wireType);
            ParseEntry(record, entryStart, entryLength, index, found);
        }
    }

    static void ParseEntry(ReadOnlySpan<byte> record, int start, int length, FeatureIndex index, Span<FeatureRange> found)
    {
        var entry = new ProtobufCursor(record, start, length);
        (int Start, int Length)? key = null, value = null;
        while (entry.Next(out var field, out var wireType))
        {
            switch (field)
            {
                case 1 when key is null: key = entry.Blob(wireType); break;
                case 2 when value is null: value = entry.Blob(wireType); break;
                case 1 or 2: throw entry.Bad("a key or value that is given twice");
                default: entry.Skip(field, wireType); break;
            }
        }
        var feature = value is { } place ? ParseFeature(record, place.Start, place.Length) : new FeatureRange(FeatureKind.Empty, start, 0);
        if (key is { } name && index.TryFind(record.Slice(name.Start, name.Length), out var slot)) found[slot] = feature;
    }

    static FeatureRange ParseFeature(ReadOnlySpan<byte> record, int start, int length)
    {
        var feature = new ProtobufCursor(record, start, length);
        var range = new FeatureRange(FeatureKind.Empty, start, 0);
        while (feature.Next(out var field, out var wireType))
        {
            if (field > 3)
            {
                feature.Skip(field, wireType);
                continue;
            }
            if (range.Kind != FeatureKind.Empty) throw feature.Bad("a feature of two lists");
            var (listStart, listLength) = feature.Blob(wireType);
            range = new(field switch { 1 => FeatureKind.Bytes, 2 => FeatureKind.Floats, _ => FeatureKind.Integers }, listStart, listLength);
        }
        return range;
    }
}
