using ActionableModels.Formats.Sources;

namespace ActionableModels.Formats.Numpy;

/// <summary>One array of an npz file.</summary>
/// <param name="Name">Name of the array.</param>
/// <param name="Entry">Where it lies in the archive.</param>
/// <param name="Header">What its elements are.</param>
internal sealed record NpzArray(string Name, ZipEntry Entry, NpyHeader Header)
{
    private const int LargestSide = 16384;

    /// <summary>Whether every row is an image.</summary>
    public bool IsImages => Header.Type is { Kind: 'u', Bytes: 1 } && Header.Shape is [_, >= 1 and <= LargestSide, >= 1 and <= LargestSide, 1 or 3 or 4];

    /// <summary>Why its rows cannot be read; null where they can.</summary>
    public string? Unreadable =>
        Header.Type.Bytes == 0 ? "its elements are Python objects, records, complex numbers or dates: numbers, text and images are read"
        : Header.Columns ? "it is in Fortran's order, in which an episode lies scattered over the whole array: write numpy.ascontiguousarray of it"
        : Header.Width * (long)sizeof(float) > int.MaxValue ? $"one row of it has {Header.Width} elements, which is too many"
        : null;

    /// <summary>It as a field of every step.</summary>
    public SourceField Field => new(Name, IsImages ? FieldType.Image : Header.Type.Field, Header.Type.Name, [.. Header.Shape.Skip(1).Select(s => (int)s)], true);

    /// <summary>Whether another array's rows can follow this one's.</summary>
    public bool IsLike(NpzArray other) => Header.Type == other.Header.Type && Header.Shape.AsSpan().SequenceEqual(other.Header.Shape);

    /// <summary>Where a row begins in the file; null where it is not there as it is.</summary>
    public long? PlaceOf(long row) => Entry.Stored ? Entry.Offset + Header.Bytes + row * Header.RowBytes : null;
}
