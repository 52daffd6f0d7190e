using ActionableModels.Compute;

namespace ActionableModels.Formats.Rlds;

/// <summary>Goes through the values of a list of integers, packed or one field for each, also mixed, without a copy of them.</summary>
internal ref struct IntegerList
{
    readonly ReadOnlySpan<byte> record;
    ProtobufCursor cursor, packed;
    int packedEnd;

    /// <summary>A place before the first value.</summary>
    public IntegerList(ReadOnlySpan<byte> record, FeatureRange list)
    {
        this.record = record;
        cursor = new(record, list.Start, list.Length);
        packed = new(record, 0, 0);
    }

    /// <summary>Reads the next value; false at the end.</summary>
    /// <exception cref="ActionableException">The list is damaged.</exception>
    public bool Next(out long value)
    {
        while (packed.At == packedEnd)
        {
            if (!cursor.Next(out var field, out var wireType))
            {
                value = 0;
                return false;
            }
            if (field != 1)
            {
                cursor.Skip(field, wireType);
                continue;
            }
            if (wireType != ProtobufCursor.BytesType)
            {
                value = (long)cursor.Varint();
                return true;
            }
            var (start, length) = cursor.Blob();
            packed = new(record, start, length);
            packedEnd = start + length;
        }
        value = (long)packed.Varint();
        return true;
    }
}
