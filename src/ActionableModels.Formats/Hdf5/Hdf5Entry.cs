namespace ActionableModels.Formats.Hdf5;

/// <summary>What stands behind a name in a group.</summary>
internal enum Hdf5Kind : byte
{
    /// <summary>Numbers.</summary>
    Numbers,
    /// <summary>Texts.</summary>
    Texts,
    /// <summary>Rows of bytes of different lengths.</summary>
    Blobs,
    /// <summary>A dataset of a type that is not read.</summary>
    Other,
    /// <summary>A link out of the file, or of a kind that this program does not follow.</summary>
    Outside,
    /// <summary>Something that libhdf5 cannot open.</summary>
    Damaged,
}

/// <summary>One dataset below a group, or what stands in its place.</summary>
/// <param name="Path">Names from the group, with slashes between them.</param>
/// <param name="Kind">What it is.</param>
/// <param name="DataType">numpy's word for its type: uint8, float32, bool, string; or what is wrong with it.</param>
/// <param name="ElementBytes">Bytes of one element in the file.</param>
/// <param name="Sizes">Its shape, rows first; a single value has none.</param>
/// <param name="Address">First byte in the file where it lies there in one piece as it is; else −1.</param>
/// <param name="ChunkRows">Rows of one chunk; 0 where it does not lie in chunks.</param>
internal sealed record Hdf5Entry(string Path, Hdf5Kind Kind, string DataType, int ElementBytes, long[] Sizes, long Address, long ChunkRows = 0)
{
    /// <summary>Most dimensions (H5S_MAX_RANK).</summary>
    public const int MostDimensions = 32;

    /// <summary>Rows: 1 for a single value.</summary>
    public long Rows => Sizes.Length == 0 ? 1 : Sizes[0];

    /// <summary>Elements of one row; the largest number where there are more than can be counted.</summary>
    public long Width
    {
        get
        {
            long width = 1;
            foreach (var size in Sizes.AsSpan(Math.Min(1, Sizes.Length))) width = Times(width, size);
            return width;
        }
    }

    /// <summary>Bytes of the whole in the file; the largest number where there are more than can be counted.</summary>
    public long Bytes => Times(Times(Rows, Width), ElementBytes);

    /// <summary>Whether it holds unsigned bytes.</summary>
    public bool IsBytes => Kind == Hdf5Kind.Numbers && DataType == "uint8";

    /// <summary>A product of numbers that are not negative, cut to the largest number.</summary>
    public static long Times(long a, long b) => a == 0 || b == 0 ? 0 : a > long.MaxValue / b ? long.MaxValue : a * b;

    /// <summary>Writes it into a message.</summary>
    public void Write(Hdf5MessageWriter to)
    {
        to.Text(Path).Byte((byte)Kind).Text(DataType).Int(ElementBytes).Int(Sizes.Length);
        foreach (var size in Sizes) to.Long(size);
        to.Long(Address).Long(ChunkRows);
    }

    /// <summary>Reads it from a message and checks it.</summary>
    public static Hdf5Entry Read(ref Hdf5MessageReader from)
    {
        var (path, kind, type, element) = (from.Text(), (Hdf5Kind)from.Byte(), from.Text(), from.Int());
        var sizes = new long[from.Count(sizeof(long))];
        foreach (ref var size in sizes.AsSpan()) size = from.Long();
        var (address, chunkRows) = (from.Long(), from.Long());
        if (kind > Hdf5Kind.Damaged || element < 0 || sizes.Length > MostDimensions || sizes.Any(s => s < 0) || address < -1 || chunkRows < 0)
            throw Hdf5MessageReader.Damaged();
        return new(path, kind, type, element, sizes, address, chunkRows);
    }
}
