using ActionableModels.Formats.Sources;

namespace ActionableModels.Formats.Rlds;

/// <summary>
/// How much memory the fields of a record may take when they are read: what a record is charged with before anybody reads it. Where only
/// inflating would tell, the field is held to what was charged.
/// </summary>
internal static class RldsMemory
{
    // Deflate makes at most 1032 bytes of one; beyond some MiB, numbers that shrink to a sixty-fourth are no recording.
    const long HighestRatio = 1032, UsualRatio = 64, AlwaysAllowed = 16 << 20;
    const long EntryBytes = 8, TextBytes = 40, EndBytes = 4;

    /// <summary>Most bytes that the numbers of a field may take; reading more is a fault.</summary>
    /// <param name="leaf">The field.</param>
    /// <param name="length">Bytes of its list.</param>
    /// <param name="largest">Most of any field.</param>
    public static long Limit(RldsLeaf leaf, long length, long largest) => leaf.Encoding == RldsEncoding.Zlib && !IsEven(leaf)
        ? Math.Min(largest, Math.Min(length * HighestRatio * sizeof(float), Math.Max(AlwaysAllowed, length * UsualRatio))) : largest;

    /// <summary>Most memory of a field.</summary>
    /// <param name="leaf">The field, one that can be read.</param>
    /// <param name="length">Bytes of its list.</param>
    /// <param name="rows">Steps, or 1.</param>
    /// <param name="largest">Most that is read of any field.</param>
    public static long Of(RldsLeaf leaf, long length, long rows, long largest)
    {
        if (leaf.Field.Type == FieldType.Image) return rows * EntryBytes;
        if (leaf.Field.Type == FieldType.Text) return rows * TextBytes + length * sizeof(char);
        var even = IsEven(leaf);
        // A list that holds another number of values is a fault before memory is taken.
        var numbers = even ? rows * leaf.Elements * Math.Max(sizeof(float), leaf.Encoding == RldsEncoding.Zlib ? leaf.Type.Size() : 0)
            : leaf.Encoding == RldsEncoding.Zlib ? length * HighestRatio * sizeof(float)
            : leaf.Encoding == RldsEncoding.None && leaf.Type.IsFloat() ? length
            : leaf.Encoding == RldsEncoding.None ? length * sizeof(float)
            : length * Math.Max(1, sizeof(float) / leaf.Type.Size());
        var most = Math.Min(numbers, Limit(leaf, length, largest));
        // Tensors of unknown lengths gather in a list that grows, and are copied from it.
        if (leaf.Varies && leaf.Encoding != RldsEncoding.None) most *= 3;
        var entries = leaf.Encoding == RldsEncoding.None ? 0 : even ? rows * EntryBytes : Math.Min(largest, length / 2 * EntryBytes);
        return most + entries + rows * EndBytes;
    }

    // Whether every row has the numbers that the shape tells.
    static bool IsEven(RldsLeaf leaf) => leaf.LengthSlots.Length == 0 && leaf.Lengths.Length == 0 && !leaf.Varies && !leaf.Dynamic;

    /// <summary>Most memory of a list of lengths or shapes: a byte of it may be a number, and what is rented is up to twice as much.</summary>
    public static long OfLengths(long length, long largest) => Math.Min(length * sizeof(long), largest) * 3;
}
