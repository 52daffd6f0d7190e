using System.Buffers;
using System.Globalization;
using ActionableModels.Compute;
using ActionableModels.Formats.Images;
using ActionableModels.Formats.Sources;

namespace ActionableModels.Formats.Rlds;

/// <summary>
/// One record of an RLDS dataset. Of the N steps each holds an observation, so there are N − 1 transitions; the last step's action and
/// reward mean nothing (RLDS README). The record's bytes are kept as they were read; images and texts are found in them when asked for.
/// </summary>
internal sealed class RldsEpisode : SourceEpisode
{
    const string Restore = "download the file again, or correct features.json";

    readonly RldsSchema schema;
    readonly int fileNumber;
    readonly int length;
    readonly long dataOffset, largestValue;
    readonly Dictionary<RldsLeaf, (int Start, int Length)[]> images = new(ReferenceEqualityComparer.Instance);
    byte[]? buffer;
    RldsFieldReader? fields;
    long? memory;
    bool flagsChecked;

    /// <summary>An episode that takes over the record's buffer.</summary>
    public RldsEpisode(RldsSchema schema, string file, int fileNumber, long record, TfRecordItem item, long largestValue)
    {
        (this.schema, File, this.fileNumber, Record, this.largestValue) = (schema, file, fileNumber, record, largestValue);
        (buffer, length, dataOffset) = (item.Buffer, item.Length, item.DataOffset);
    }

    /// <inheritdoc/>
    public override string File { get; }
    /// <inheritdoc/>
    public override long Record { get; }
    /// <inheritdoc/>
    public override long MemoryBytes => buffer is null ? 0 : memory ??= buffer.Length + Expansion();
    /// <inheritdoc/>
    public override int Steps => Fields().Steps - 1;

    /// <inheritdoc/>
    public override FieldValues Numbers(string field)
    {
        var read = Rows(field);
        if (read.Uneven is { } row)
            throw Bad(field, Say($"its steps have different numbers of values ({read.Row(0).Length} in step 0, ")
                + Say($"{read.Row(row).Length} in step {row}): choose another field"));
        return new(read.Values, read.Ends.Length == 0 ? 0 : read.Ends[0]);
    }

    /// <summary>The numbers of a field whose steps may have different numbers of them.</summary>
    /// <exception cref="SourceException">There is no such field, it holds no numbers, or it is damaged.</exception>
    public RldsRows Rows(string field)
    {
        var reader = Fields();
        var leaf = Leaf(field);
        if (leaf.Field.Type is FieldType.Text or FieldType.Image)
            throw Bad(field, $"it holds {(leaf.Field.Type == FieldType.Text ? "text" : "images")}, not numbers: choose another field");
        return Guarded(leaf, reader.Numbers);
    }

    /// <inheritdoc/>
    public override string[] Texts(string field)
    {
        var reader = Fields();
        var leaf = Leaf(field);
        if (leaf.Field.Type != FieldType.Text) throw Bad(field, $"it holds {leaf.Field.DataType}, not text: choose another field");
        return Guarded(leaf, reader.Texts);
    }

    /// <inheritdoc/>
    public override SourceFrame Frame(string field, int row)
    {
        var reader = Fields();
        var leaf = Leaf(field);
        if (leaf.Field.Type != FieldType.Image) throw Bad(field, $"it holds {leaf.Field.DataType}, not images: choose another field");
        if (!images.TryGetValue(leaf, out var entries)) images.Add(leaf, entries = Guarded(leaf, reader.Entries));
        if (row < 0 || row >= entries.Length) throw Bad(field, Say($"it has {entries.Length} images, and number {row} was asked for: choose another"));
        var (start, count) = entries[row];
        if (ImageHeader.FormatOf(Bytes.Slice(start, count)) == ImageFormat.None)
            throw Bad(field, Say($"the image of step {row} ({count} bytes) begins as neither JPEG nor PNG does: {Restore}"));
        return new(buffer.AsMemory(start, count), null, new(fileNumber, dataOffset + start));
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (Interlocked.Exchange(ref buffer, null) is { } rented) ArrayPool<byte>.Shared.Return(rented);
        base.Dispose();
    }

    ReadOnlySpan<byte> Bytes => (buffer ?? throw new ObjectDisposedException(nameof(RldsEpisode))).AsSpan(0, length);

    RldsFieldReader Fields()
    {
        ObjectDisposedException.ThrowIf(buffer is null, this);
        var reader = fields ??= Parse();
        if (flagsChecked) return reader;
        RequireOnly(reader, $"{RldsSchema.Steps}/is_first", 0, "first");
        RequireOnly(reader, $"{RldsSchema.Steps}/is_last", reader.Steps - 1, "last");
        flagsChecked = true;
        return reader;
    }

    // Beside the record itself; a damaged one is a fault before any field of it is read.
    long Expansion()
    {
        try
        {
            return (fields ??= Parse()).MemoryOf(schema.Leaves);
        }
        catch (SourceException)
        {
            return 0;
        }
    }

    /// <summary>Finds the fields in the record and counts its steps.</summary>
    RldsFieldReader Parse()
    {
        var found = new FeatureRange[schema.Index.Count];
        try
        {
            ExampleParser.Parse(Bytes, schema.Index, found);
        }
        catch (ActionableException e)
        {
            throw Bad(null, $"it is no tf.train.Example ({e.Message}): download the file again", e);
        }
        var reader = new RldsFieldReader(this, buffer!, length, found, largestValue);
        reader.Steps = Guarded(schema.Counter, counter => reader.CountSteps(counter, schema.StepsLength));
        return reader;
    }

    void RequireOnly(RldsFieldReader reader, string name, int expected, string word)
    {
        if (schema.Find(name) is not { Counts: true, ValuesOfStep: 1, Field.Type: FieldType.Bool or FieldType.Integer } leaf) return;
        var flags = Guarded(leaf, reader.Numbers).Values;
        for (var step = 0; step < flags.Length; step++)
            if (flags[step] != 0 != (step == expected))
                throw Bad(name, Say($"it is {(flags[step] != 0 ? "true" : "false")} in step {step} of {flags.Length}, ")
                    + $"and it has to mark the {word} step only: {Restore}");
    }

    RldsLeaf Leaf(string field)
    {
        var leaf = schema.Find(field) ?? throw Bad(field, $"there is no such field: choose one of {RldsSchema.ShowNames(schema.Leaves)}");
        return leaf.Problem is null ? leaf : throw Bad(field, $"{leaf.Problem}: choose another field");
    }

    T Guarded<T>(RldsLeaf leaf, Func<RldsLeaf, T> read)
    {
        try
        {
            return read(leaf);
        }
        catch (ActionableException e) when (e is not SourceException)
        {
            throw Bad(leaf.Name, $"its list is damaged ({e.Message}): download the file again", e);
        }
    }

    static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
