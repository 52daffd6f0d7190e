using System.Buffers.Binary;
using System.Runtime.InteropServices;
using ActionableModels.Compute;

namespace ActionableModels.Formats.Rlds;

/// <summary>Reads the lists of features, packed or one field for each value, also mixed; an empty feature is an empty list.</summary>
internal static class FeatureLists
{
    /// <summary>Number of a list's values.</summary>
    /// <exception cref="ActionableException">It is damaged.</exception>
    public static int Count(ReadOnlySpan<byte> record, FeatureRange list)
    {
        var count = 0;
        var cursor = new ProtobufCursor(record, list.Start, list.Length);
        while (NextValue(ref cursor, out var wireType))
        {
            if (wireType == ProtobufCursor.BytesType)
            {
                var (start, length) = cursor.Blob();
                count += list.Kind switch
                {
                    FeatureKind.Bytes => 1,
                    FeatureKind.Floats when length % sizeof(float) == 0 => length / sizeof(float),
                    FeatureKind.Floats => throw cursor.Bad("a list of floats that is cut off"),
                    _ => CountVarints(record.Slice(start, length)),
                };
            }
            else
            {
                RequireUnpacked(cursor, list.Kind, wireType);
                cursor.Skip(1, wireType);
                count++;
            }
        }
        return count;
    }

    /// <summary>Reads a list of integers.</summary>
    /// <param name="record">The record.</param>
    /// <param name="list">The list.</param>
    /// <param name="values">As many as <see cref="Count"/> tells.</param>
    /// <exception cref="ActionableException">It is damaged.</exception>
    public static void Read(ReadOnlySpan<byte> record, FeatureRange list, Span<long> values)
    {
        var at = 0;
        var cursor = new ProtobufCursor(record, list.Start, list.Length);
        while (NextValue(ref cursor, out var wireType))
        {
            if (wireType == ProtobufCursor.BytesType)
            {
                var (start, length) = cursor.Blob();
                var packed = new ProtobufCursor(record, start, length);
                while (packed.At < start + length)
                {
                    // Read before the index is taken: behind the last value a number that is cut off can lie.
                    var value = (long)packed.Varint();
                    values[at++] = value;
                }
            }
            else
            {
                values[at++] = (long)cursor.Varint();
            }
        }
    }

    /// <summary>Reads a list of floats.</summary>
    /// <inheritdoc cref="Read(ReadOnlySpan{byte}, FeatureRange, Span{long})"/>
    public static void Read(ReadOnlySpan<byte> record, FeatureRange list, Span<float> values)
    {
        var cursor = new ProtobufCursor(record, list.Start, list.Length);
        while (NextValue(ref cursor, out var wireType))
        {
            var start = cursor.At;
            var length = sizeof(float);
            if (wireType == ProtobufCursor.BytesType) (start, length) = cursor.Blob();
            else cursor.Skip(1, wireType);
            Copy(record.Slice(start, length), values);
            values = values[(length / sizeof(float))..];
        }
    }

    /// <summary>Finds the values of a list of bytes.</summary>
    /// <inheritdoc cref="Read(ReadOnlySpan{byte}, FeatureRange, Span{long})"/>
    public static void Read(ReadOnlySpan<byte> record, FeatureRange list, Span<(int Start, int Length)> values)
    {
        var at = 0;
        var cursor = new ProtobufCursor(record, list.Start, list.Length);
        while (NextValue(ref cursor, out var wireType)) values[at++] = cursor.Blob(wireType);
    }

    /// <summary>Copies little-endian floats.</summary>
    public static void Copy(ReadOnlySpan<byte> bytes, Span<float> values)
    {
        if (BitConverter.IsLittleEndian)
        {
            bytes.CopyTo(MemoryMarshal.AsBytes(values));
            return;
        }
        for (var i = 0; i < bytes.Length / sizeof(float); i++) values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * sizeof(float))..]);
    }

    // Values are field 1; a list has no other that we know of.
    static bool NextValue(ref ProtobufCursor cursor, out int wireType)
    {
        while (cursor.Next(out var field, out wireType))
        {
            if (field == 1) return true;
            cursor.Skip(field, wireType);
        }
        return false;
    }

    static int CountVarints(ReadOnlySpan<byte> packed)
    {
        var count = 0;
        foreach (var b in packed) count += 1 - (b >> 7);
        return count;
    }

    static void RequireUnpacked(ProtobufCursor cursor, FeatureKind kind, int wireType)
    {
        var expected = kind switch
        {
            FeatureKind.Integers => ProtobufCursor.VarintType,
            FeatureKind.Floats => ProtobufCursor.Fixed32Type,
            _ => ProtobufCursor.BytesType,
        };
        if (wireType != expected) throw cursor.Bad("a value of the wrong wire type");
    }
}
