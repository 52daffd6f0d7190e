using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using ActionableModels.Formats.Sources;

namespace ActionableModels.Formats.Numpy;

/// <summary>Type of an array's elements, as numpy's array interface writes it: <c>&lt;f4</c>, <c>|b1</c>, <c>&lt;U16</c>.</summary>
/// <param name="Kind">f, i, u, b, S (bytes), U (UTF-32); any other cannot be read.</param>
/// <param name="Bytes">Bytes of one element; 0 where it cannot be read.</param>
/// <param name="BigEndian">Byte order.</param>
internal readonly record struct NpyType(char Kind, int Bytes, bool BigEndian)
{
    private const int LongestText = 1 << 16;

    /// <summary>Type of what cannot be read: Python objects, records, complex numbers, dates.</summary>
    public static NpyType Unread { get; } = new('O', 0, false);

    /// <summary>Whether elements are numbers.</summary>
    public bool IsNumber => Kind is 'f' or 'i' or 'u' or 'b';
    /// <summary>Whether elements are texts.</summary>
    public bool IsText => Kind is 'S' or 'U';

    /// <summary>What a field of it is.</summary>
    public FieldType Field => Kind switch { 'f' => FieldType.Float, 'b' => FieldType.Bool, 'S' or 'U' => FieldType.Text, _ => FieldType.Integer };

    /// <summary>numpy's word for it.</summary>
    public string Name => Kind switch
    {
        'f' => string.Create(CultureInfo.InvariantCulture, $"float{8 * Bytes}"),
        'i' => string.Create(CultureInfo.InvariantCulture, $"int{8 * Bytes}"),
        'u' => string.Create(CultureInfo.InvariantCulture, $"uint{8 * Bytes}"),
        'b' => "bool",
        'S' => "bytes",
        'U' => "str",
        _ => "object",
    };

    /// <summary>Reads a type's text; what is none of those above is <see cref="Unread"/>.</summary>
    public static NpyType Parse(string text)
    {
        if (text.Length < 3 || !"<>|=".Contains(text[0]) || !int.TryParse(text.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return Unread;
        var big = text[0] == '>';
        return (text[1], number) switch
        {
            ('f', 2 or 4 or 8) or ('i' or 'u', 1 or 2 or 4 or 8) or ('b', 1) => new(text[1], number, big),
            ('S', >= 1 and <= LongestText) => new('S', number, big),
            ('U', >= 1 and <= LongestText / 4) => new('U', 4 * number, big),
            _ => Unread,
        };
    }

    /// <summary>Converts elements to float32.</summary>
    public void Convert(ReadOnlySpan<byte> bytes, Span<float> values)
    {
        for (var i = 0; i < values.Length; i++) values[i] = Number(bytes.Slice(i * Bytes, Bytes));
    }

    /// <summary>One element as float32.</summary>
    public float Number(ReadOnlySpan<byte> element) => (Kind, Bytes, BigEndian) switch
    {
        ('f', 4, false) => BinaryPrimitives.ReadSingleLittleEndian(element),
        ('f', 4, true) => BinaryPrimitives.ReadSingleBigEndian(element),
        ('f', 8, false) => (float)BinaryPrimitives.ReadDoubleLittleEndian(element),
        ('f', 8, true) => (float)BinaryPrimitives.ReadDoubleBigEndian(element),
        ('f', _, false) => (float)BinaryPrimitives.ReadHalfLittleEndian(element),
        ('f', _, true) => (float)BinaryPrimitives.ReadHalfBigEndian(element),
        ('b', _, _) => element[0] == 0 ? 0 : 1,
        ('u', 1, _) => element[0],
        ('u', 2, false) => BinaryPrimitives.ReadUInt16LittleEndian(element),
        ('u', 2, true) => BinaryPrimitives.ReadUInt16BigEndian(element),
        ('u', 4, false) => BinaryPrimitives.ReadUInt32LittleEndian(element),
        ('u', 4, true) => BinaryPrimitives.ReadUInt32BigEndian(element),
        ('u', _, false) => BinaryPrimitives.ReadUInt64LittleEndian(element),
        ('u', _, true) => BinaryPrimitives.ReadUInt64BigEndian(element),
        ('i', 1, _) => (sbyte)element[0],
        ('i', 2, false) => BinaryPrimitives.ReadInt16LittleEndian(element),
        ('i', 2, true) => BinaryPrimitives.ReadInt16BigEndian(element),
        ('i', 4, false) => BinaryPrimitives.ReadInt32LittleEndian(element),
        ('i', 4, true) => BinaryPrimitives.ReadInt32BigEndian(element),
        ('i', _, false) => BinaryPrimitives.ReadInt64LittleEndian(element),
        ('i', _, true) => BinaryPrimitives.ReadInt64BigEndian(element),
        _ => throw new InvalidOperationException($"elements of kind {Kind} are no numbers"),
    };

    /// <summary>One element as text, without the zeros that pad it.</summary>
    public string Text(ReadOnlySpan<byte> element) => (Kind == 'S' ? Encoding.UTF8 : new UTF32Encoding(BigEndian, false)).GetString(element).TrimEnd('\0');
}
