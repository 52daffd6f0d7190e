using System.Buffers.Binary;

namespace ActionableModels.Formats.Rlds;

/// <summary>Element types of TFDS that are read.</summary>
internal enum RldsType
{
    Bool, UInt8, Int8, UInt16, Int16, UInt32, Int32, UInt64, Int64, Float16, BFloat16, Float32, Float64, Text,
}

/// <summary>How a tensor is put into an example.</summary>
internal enum RldsEncoding
{
    /// <summary>Each number a value of an Int64List or FloatList.</summary>
    None,
    /// <summary>Its bytes, little-endian, a value of a BytesList.</summary>
    Bytes,
    /// <summary>Those bytes as a zlib stream.</summary>
    Zlib,
}

/// <summary>What the element types are called and how they become float32.</summary>
internal static class RldsTypes
{
    /// <summary>The type of a name as features.json writes it.</summary>
    public static bool TryParse(string name, out RldsType type)
    {
        (type, var known) = name switch
        {
            "bool" or "bool_" => (RldsType.Bool, true),
            "uint8" => (RldsType.UInt8, true),
            "int8" => (RldsType.Int8, true),
            "uint16" => (RldsType.UInt16, true),
            "int16" => (RldsType.Int16, true),
            "uint32" => (RldsType.UInt32, true),
            "int32" => (RldsType.Int32, true),
            "uint64" => (RldsType.UInt64, true),
            "int64" => (RldsType.Int64, true),
            "float16" => (RldsType.Float16, true),
            "bfloat16" => (RldsType.BFloat16, true),
            "float32" => (RldsType.Float32, true),
            "float64" => (RldsType.Float64, true),
            "string" or "object" or "object_" or "str" or "bytes" => (RldsType.Text, true),
            _ => (default, false),
        };
        return known;
    }

    /// <summary>Whether it is a floating-point type.</summary>
    public static bool IsFloat(this RldsType type) => type is RldsType.Float16 or RldsType.BFloat16 or RldsType.Float32 or RldsType.Float64;

    /// <summary>Bytes of an element.</summary>
    public static int Size(this RldsType type) => type switch
    {
        RldsType.Bool or RldsType.UInt8 or RldsType.Int8 => 1,
        RldsType.UInt16 or RldsType.Int16 or RldsType.Float16 or RldsType.BFloat16 => 2,
        RldsType.UInt32 or RldsType.Int32 or RldsType.Float32 => 4,
        _ => 8,
    };

    /// <summary>Smallest and largest value of a type of integers as an Int64List holds it; of uint64 the bits are kept.</summary>
    public static (long Low, long High) Bounds(this RldsType type) => type switch
    {
        RldsType.Bool => (0, 1),
        RldsType.UInt8 => (0, byte.MaxValue),
        RldsType.Int8 => (sbyte.MinValue, sbyte.MaxValue),
        RldsType.UInt16 => (0, ushort.MaxValue),
        RldsType.Int16 => (short.MinValue, short.MaxValue),
        RldsType.UInt32 => (0, uint.MaxValue),
        RldsType.Int32 => (int.MinValue, int.MaxValue),
        _ => (long.MinValue, long.MaxValue),
    };

    /// <summary>Converts little-endian elements to float32.</summary>
    /// <param name="type">Their type.</param>
    /// <param name="bytes">Them.</param>
    /// <param name="values">As many numbers.</param>
    public static void Convert(this RldsType type, ReadOnlySpan<byte> bytes, Span<float> values)
    {
        if (type == RldsType.Float32)
        {
            FeatureLists.Copy(bytes, values);
            return;
        }
        var size = type.Size();
        for (var i = 0; i < values.Length; i++)
        {
            var element = bytes.Slice(i * size, size);
            values[i] = type switch
            {
                RldsType.Bool => element[0] != 0 ? 1 : 0,
                RldsType.UInt8 => element[0],
                RldsType.Int8 => (sbyte)element[0],
                RldsType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(element),
                RldsType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(element),
                RldsType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(element),
                RldsType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(element),
                RldsType.UInt64 => BinaryPrimitives.ReadUInt64LittleEndian(element),
                RldsType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(element),
                RldsType.Float16 => (float)BinaryPrimitives.ReadHalfLittleEndian(element),
                RldsType.BFloat16 => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadInt16LittleEndian(element) << 16),
                _ => (float)BinaryPrimitives.ReadDoubleLittleEndian(element),
            };
        }
    }
}
