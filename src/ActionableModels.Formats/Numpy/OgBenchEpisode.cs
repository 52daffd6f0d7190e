using System.Buffers;
using ActionableModels.Formats.Images;
using ActionableModels.Formats.Sources;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Numpy;

/// <summary>One trajectory of an OGBench file: the bytes of its rows, of every field.</summary>
internal sealed class OgBenchEpisode : SourceEpisode
{
    private readonly OgBenchFile source;
    private readonly byte[][] rows;
    private readonly int stored;
    private readonly long first;

    /// <param name="source">Its file.</param>
    /// <param name="record">Its number there.</param>
    /// <param name="first">Its first row.</param>
    /// <param name="stored">Its rows in the file.</param>
    public OgBenchEpisode(OgBenchFile source, long record, long first, int stored)
    {
        (this.source, Record, this.first, this.stored) = (source, record, first, stored);
        rows = [.. source.Fields.Select(f => ArrayPool<byte>.Shared.Rent((int)BytesOf(f)))];
        MemoryBytes = rows.Sum(r => (long)r.Length);
    }

    /// <inheritdoc/>
    public override string File => source.File.File.Path;
    /// <inheritdoc/>
    public override long Record { get; }
    /// <inheritdoc/>
    public override long MemoryBytes { get; }
    /// <inheritdoc/>
    public override int Steps => source.Layout == OgBenchLayout.Regular ? stored : stored - 1;

    /// <summary>Memory for a field of an episode.</summary>
    public static long BytesOf(OgBenchField field, long rows) => (rows + (field.Next is null ? 0 : 1)) * field.Array.Header.RowBytes;

    /// <summary>The bytes of a field, by its number.</summary>
    public Span<byte> Rows(int field) => rows[field].AsSpan(0, (int)BytesOf(source.Fields[field]));

    /// <inheritdoc/>
    public override FieldValues Numbers(string field)
    {
        var array = Find(field, out var bytes);
        if (!array.Header.Type.IsNumber || array.IsImages)
            throw Bad(field, $"it holds {(array.IsImages ? "images" : "text")}, numbers are needed: name another field");
        var values = new float[bytes.Length / array.Header.Type.Bytes];
        array.Header.Type.Convert(bytes, values);
        return new(values, (int)array.Header.Width);
    }

    /// <inheritdoc/>
    public override string[] Texts(string field)
    {
        var array = Find(field, out var bytes);
        var type = array.Header.Type;
        if (!type.IsText || array.Header.Width != 1)
            throw Bad(field, $"it holds {array.Header.Width} values of {type.Name} for each step, one text is needed: name another field");
        var texts = new string[bytes.Length / type.Bytes];
        for (var i = 0; i < texts.Length; i++) texts[i] = type.Text(bytes.Slice(i * type.Bytes, type.Bytes));
        return texts;
    }

    /// <inheritdoc/>
    public override SourceFrame Frame(string field, int row)
    {
        var array = Find(field, out var bytes);
        if (!array.IsImages) throw Bad(field, $"it holds {array.Header.Type.Name}, images are needed: name another field");
        var size = (int)array.Header.RowBytes;
        if ((uint)row >= (uint)(bytes.Length / size)) throw Bad(field, $"row {row} of {bytes.Length / size} is asked for");
        var shape = array.Header.Shape;
        var number = Number(field);
        var place = row < stored ? array.PlaceOf(first + row) : source.Fields[number].Next!.PlaceOf(first + row - 1);
        return new(rows[number].AsMemory(row * size, size), new RawImage((int)shape[1], (int)shape[2], (int)shape[3]),
            place is { } offset ? new FramePlace(0, offset) : null);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        for (var i = 0; i < rows.Length; i++)
        {
            if (rows[i].Length > 0) ArrayPool<byte>.Shared.Return(rows[i]);
            rows[i] = [];
        }
        base.Dispose();
    }

    private long BytesOf(OgBenchField field) => BytesOf(field, stored);

    private int Number(string field)
    {
        for (var i = 0; i < source.Fields.Count; i++)
            if (source.Fields[i].Array.Name == field) return i;
        return -1;
    }

    private NpzArray Find(string field, out ReadOnlySpan<byte> bytes)
    {
        var number = Number(field);
        if (number >= 0)
        {
            bytes = Rows(number);
            return source.Fields[number].Array;
        }
        if (source.File.Find(field) is { } array)
            throw Bad(field, array.Unreadable
                ?? $"its shape is ({string.Join(", ", array.Header.Shape)}), a row for each of {source.Ends.Header.Rows} steps is needed");
        throw Bad(field, "there is no such array: name one of " + string.Join(", ", source.Fields.Select(f => FileFault.Show(f.Array.Name, 40))));
    }
}
