using System.Buffers.Binary;
using System.Text;
using ActionableModels.Formats.Sources;

namespace ActionableModels.Formats.Numpy;

/// <summary>Header of an npy file, versions 1.0, 2.0 and 3.0 (numpy.lib.format).</summary>
/// <param name="Type">Type of the elements.</param>
/// <param name="Shape">Shape; empty for a single value.</param>
/// <param name="Columns">Whether the first index moves fastest (Fortran's order), in an array where that makes a difference.</param>
/// <param name="Bytes">Bytes of the header: where the elements begin.</param>
internal sealed record NpyHeader(NpyType Type, long[] Shape, bool Columns, int Bytes)
{
    private const int FixedBytes = 10, LongestHeader = 1 << 16;
    private static readonly byte[] Magic = [0x93, .. "NUMPY"u8];

    /// <summary>Length of the first dimension; 1 for a single value.</summary>
    public long Rows => Shape.Length == 0 ? 1 : Shape[0];
    /// <summary>Elements of one row.</summary>
    public long Width => Shape.Skip(1).Aggregate(1L, (product, length) => product * length);
    /// <summary>Bytes of one row; 0 where they cannot be read.</summary>
    public long RowBytes => Width * Type.Bytes;

    /// <summary>Reads the header at the beginning of an entry, and compares what it says with the entry's length.</summary>
    /// <exception cref="SourceException">It is no npy file, or the lengths differ.</exception>
    public static NpyHeader Read(EntryReader reader, long entryBytes, Func<string, SourceException> bad)
    {
        if (entryBytes < FixedBytes) throw bad($"{entryBytes} bytes are no npy array: the file is damaged, restore it");
        var begin = new byte[FixedBytes];
        reader.Read(begin);
        if (!begin.AsSpan(0, Magic.Length).SequenceEqual(Magic)) throw bad("it does not begin as an npy array does: write it with numpy.savez");
        long length = BinaryPrimitives.ReadUInt16LittleEndian(begin.AsSpan(8));
        if ((begin[6], begin[7]) is (2 or 3, 0))
        {
            if (entryBytes < FixedBytes + 2) throw bad("its header is cut off: the file is damaged, restore it");
            var high = new byte[2];
            reader.Read(high);
            length |= (long)BinaryPrimitives.ReadUInt16LittleEndian(high) << 16;
        }
        else if ((begin[6], begin[7]) is not (1, 0)) throw bad($"its npy version is {begin[6]}.{begin[7]}: versions 1.0, 2.0 and 3.0 are read");
        if (length > LongestHeader || length > entryBytes - reader.Position)
            throw bad($"its header is said to have {length} bytes, of an array with {entryBytes}: the file is damaged, restore it");
        var text = new byte[length];
        reader.Read(text);
        var description = NpyDescription.Parse(Encoding.UTF8.GetString(text))
            ?? throw bad("its header is no dictionary of descr, fortran_order and shape: the file is damaged, restore it");
        var type = NpyType.Parse(description.Type);
        var bytes = (UInt128)type.Bytes;
        foreach (var side in description.Shape)
        {
            bytes *= (ulong)side;
            // Beyond any file, and far from overflow in the next turn.
            if (bytes > long.MaxValue) throw bad($"its shape ({Show(description.Shape)}) is of no array: the file is damaged, restore it");
        }
        if (type.Bytes > 0 && (long)bytes != entryBytes - reader.Position)
            throw bad($"its shape ({Show(description.Shape)}) of {type.Name} takes {bytes} bytes, it has {entryBytes - reader.Position}: "
                + "the file is damaged, restore it");
        if (type.Bytes > 0 && RowsTooWide(description.Shape)) throw bad($"its shape ({Show(description.Shape)}) is of no array: the file is damaged, restore it");
        return new(type, description.Shape, description.Fortran && description.Shape.Count(side => side > 1) > 1, (int)reader.Position);
    }

    // A length of 0 hides any size of the others.
    private static bool RowsTooWide(long[] shape)
    {
        var product = (UInt128)1;
        foreach (var side in shape) if ((product *= (ulong)Math.Max(1, side)) > int.MaxValue * 65536L) return true;
        return false;
    }

    private static string Show(long[] shape) => string.Join(", ", shape);
}
