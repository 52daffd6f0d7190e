using System.Buffers;
using System.Globalization;
using System.Text;
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

    static readonly UTF8Encoding Utf8 = new(false, true);

    readonly RldsSchema schema;
    readonly int fileNumber;
    readonly int length;
    readonly long dataOffset, largestValue;
    readonly Dictionary<RldsLeaf, (int Start, int Length)[]> images = [];
    byte[]? buffer;
    FeatureRange[]? found;
    int rows;

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
    public override long MemoryBytes => buffer?.Length ?? 0;
    /// <inheritdoc/>
    public override int Steps => Parsed() - 1;

    /// <inheritdoc/>
    public override FieldValues Numbers(string field)
    {
        var read = Rows(field);
        if (read.Uneven is { } row)
            throw Bad(field, Say($"its steps have different numbers of values ({read.Row(0).Length} in step 0, {read.Row(row).Length} in step {row}): ")
                + "choose another field");
        return new(read.Values, read.Ends.Length == 0 ? 0 : read.Ends[0]);
    }

    /// <summary>The numbers of a field whose steps may have different numbers of them.</summary>
    /// <exception cref="SourceException">There is no such field, it holds no numbers, or it is damaged.</exception>
    public RldsRows Rows(string field)
    {
        Parsed();
        var leaf = Leaf(field);
        if (leaf.Field.Type is FieldType.Text or FieldType.Image)
            throw Bad(field, $"it holds {(leaf.Field.Type == FieldType.Text ? "text" : "images")}, not numbers: choose another field");
        return Guarded(leaf, ReadRows);
    }

    /// <inheritdoc/>
    public override string[] Texts(string field)
    {
        Parsed();
        var leaf = Leaf(field);
        if (leaf.Field.Type != FieldType.Text) throw Bad(field, $"it holds {leaf.Field.DataType}, not text: choose another field");
        return Guarded(leaf, ReadTexts);
    }

    /// <inheritdoc/>
    public override SourceFrame Frame(string field, int row)
    {
        Parsed();
        var leaf = Leaf(field);
        if (leaf.Field.Type != FieldType.Image) throw Bad(field, $"it holds {leaf.Field.DataType}, not images: choose another field");
        if (!images.TryGetValue(leaf, out var entries)) images.Add(leaf, entries = Guarded(leaf, ReadEntries));
        if (row < 0 || row >= entries.Length) throw Bad(field, Say($"it has {entries.Length} images, and number {row} was asked for: choose another"));
        var (start, count) = entries[row];
        if (Bytes.Slice(start, count) is not ([0xFF, 0xD8, 0xFF, ..] or [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..]))
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

    /// <summary>Parses the record on first use; gives the number of steps.</summary>
    int Parsed()
    {
        var record = Bytes;
        if (found is not null) return rows;
        var ranges = new FeatureRange[schema.Index.Count];
        try
        {
            ExampleParser.Parse(record, schema.Index, ranges);
        }
        catch (ActionableException e)
        {
            throw Bad(null, $"it is no tf.train.Example ({e.Message}): download the file again", e);
        }
        found = ranges;
        try
        {
            rows = Guarded(schema.Counter, CountSteps);
            RequireOnly($"{RldsSchema.Steps}/is_first", 0, "first");
            RequireOnly($"{RldsSchema.Steps}/is_last", rows - 1, "last");
        }
        catch
        {
            found = null;
            throw;
        }
        return rows;
    }

    int CountSteps(RldsLeaf counter)
    {
        var list = Required(counter, counter.Slot, Expected(counter));
        var count = FeatureLists.Count(Bytes, list);
        if (count == 0) throw Bad(null, "the episode has no steps: leave it out");
        if (count % counter.ValuesOfStep != 0)
            throw Bad(counter.Name, Say($"{count} values are no whole number of steps of {counter.ValuesOfStep}: {Restore}"));
        var steps = (int)(count / counter.ValuesOfStep);
        return schema.StepsLength < 0 || schema.StepsLength == steps ? steps
            : throw Bad(counter.Name, Say($"the episode has {steps} steps, and features.json promises {schema.StepsLength}: {Restore}"));
    }

    void RequireOnly(string name, int expected, string word)
    {
        if (schema.Find(name) is not { Counts: true, ValuesOfStep: 1, Field.Type: FieldType.Bool or FieldType.Integer } leaf) return;
        var flags = Guarded(leaf, ReadRows).Values;
        for (var step = 0; step < flags.Length; step++)
            if (flags[step] != 0 != (step == expected))
                throw Bad(name, Say($"it is {(flags[step] != 0 ? "true" : "false")} in step {step} of {flags.Length}, and it has to mark the {word} step only: {Restore}"));
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

    RldsRows ReadRows(RldsLeaf leaf)
    {
        if (leaf.LengthSlots.Length > 0)
        {
            var ends = RaggedEnds(leaf, out var items);
            var values = leaf.Encoding == RldsEncoding.None ? ReadPlain(leaf, items) : ReadEncoded(leaf, items, ends);
            if (leaf.Encoding == RldsEncoding.None)
                for (var i = 0; i < ends.Length; i++) ends[i] = (int)(ends[i] * leaf.Elements);
            return new(values, ends);
        }
        var whole = !leaf.PerStep && (leaf.Lengths.Length > 0 || leaf.Varies);
        if (leaf.Encoding == RldsEncoding.None)
        {
            var values = ReadPlain(leaf, whole ? -1 : leaf.PerStep ? rows : 1);
            return new(values, whole ? [values.Length] : EvenEnds(leaf.PerStep ? rows : 1, (int)leaf.Elements));
        }
        if (leaf.Lengths.Length > 0)
        {
            var all = ReadEncoded(leaf, -1, null);
            return new(all, [all.Length]);
        }
        var steps = EvenEnds(leaf.PerStep ? rows : 1, 1);
        return new(ReadEncoded(leaf, steps.Length, steps), steps);
    }

    static int[] EvenEnds(int rows, int width)
    {
        var ends = new int[rows];
        for (var i = 0; i < rows; i++) ends[i] = (i + 1) * width;
        return ends;
    }

    /// <summary>Reads a list of numbers.</summary>
    /// <param name="leaf">The field.</param>
    /// <param name="items">Tensors that it has to hold; −1 for as many as there are.</param>
    float[] ReadPlain(RldsLeaf leaf, int items)
    {
        var list = Required(leaf, leaf.Slot, Expected(leaf), mayBeMissing: items <= 0);
        var count = FeatureLists.Count(Bytes, list);
        if (items >= 0 ? count != items * leaf.Elements : leaf.Elements == 0 ? count != 0 : count % leaf.Elements != 0)
            throw Bad(leaf.Name, (items >= 0 ? Say($"{items * leaf.Elements} values were expected ({items} · {leaf.Elements}), {count} were found: ")
                : Say($"a multiple of {leaf.Elements} values was expected, {count} were found: ")) + Restore);
        if (items < 0 && leaf.Lengths is [>= 0 and var promised] && count != promised * leaf.Elements)
            throw Bad(leaf.Name, Say($"a sequence of {promised} was expected, {count} values were found: {Restore}"));
        var values = new float[count];
        if (leaf.Type.IsFloat())
        {
            FeatureLists.Read(Bytes, list, values);
            return values;
        }
        var integers = ArrayPool<long>.Shared.Rent(count);
        try
        {
            FeatureLists.Read(Bytes, list, integers.AsSpan(0, count));
            var (low, high) = leaf.Type.Bounds();
            for (var i = 0; i < count; i++)
            {
                var value = integers[i];
                if (value < low || value > high)
                    throw Bad(leaf.Name, Say($"value {i} is {value}, which {leaf.Field.DataType} cannot be: {Restore}"));
                values[i] = leaf.Type == RldsType.UInt64 ? (ulong)value : value;
            }
            return values;
        }
        finally
        {
            ArrayPool<long>.Shared.Return(integers);
        }
    }

    /// <summary>Reads tensors that are stored as bytes.</summary>
    /// <param name="leaf">The field.</param>
    /// <param name="items">How many there have to be; −1 for as many as there are.</param>
    /// <param name="ends">For each row the number of tensors up to its end; becomes the number of values up to there.</param>
    float[] ReadEncoded(RldsLeaf leaf, int items, int[]? ends)
    {
        var list = Required(leaf, leaf.Slot, FeatureKind.Bytes, mayBeMissing: items <= 0);
        var count = FeatureLists.Count(Bytes, list);
        if (items >= 0 && count != items) throw Bad(leaf.Name, Say($"{items} tensors were expected, {count} were found: {Restore}"));
        if (items < 0 && leaf.Lengths is [>= 0 and var promised] && count != promised)
            throw Bad(leaf.Name, Say($"a sequence of {promised} was expected, {count} tensors were found: {Restore}"));
        var entries = new (int Start, int Length)[count];
        FeatureLists.Read(Bytes, list, entries);
        var elements = leaf.Dynamic ? DynamicElements(leaf, count) : null;
        var decoder = new TensorDecoder(this, leaf, buffer!, largestValue);
        return decoder.Decode(entries, elements, ends);
    }

    /// <summary>Elements of each tensor of a field whose tensors are stored with their shapes.</summary>
    long[] DynamicElements(RldsLeaf leaf, int count)
    {
        var list = Required(leaf, leaf.ShapeSlot, FeatureKind.Integers, mayBeMissing: count == 0);
        var rank = leaf.Shape.Length;
        if (FeatureLists.Count(Bytes, list) is var sizes && sizes != (long)count * rank)
            throw Bad(leaf.Name, Say($"{count} shapes of {rank} dimensions were expected, {sizes} sizes were found: {Restore}"));
        var shapes = ArrayPool<long>.Shared.Rent(sizes);
        try
        {
            FeatureLists.Read(Bytes, list, shapes.AsSpan(0, sizes));
            var elements = new long[count];
            for (var i = 0; i < count; i++)
            {
                var product = 1L;
                for (var d = 0; d < rank; d++)
                {
                    var size = shapes[i * rank + d];
                    if (size < 0 || size > int.MaxValue || (leaf.Shape[d] >= 0 && size != leaf.Shape[d]) || (product *= size) > int.MaxValue)
                        throw Bad(leaf.Name, Say($"dimension {d} of tensor {i} is {size}, which does not fit the shape in features.json: {Restore}"));
                }
                elements[i] = product;
            }
            return elements;
        }
        finally
        {
            ArrayPool<long>.Shared.Return(shapes);
        }
    }

    /// <summary>For each row of a ragged field the number of tensors up to its end.</summary>
    /// <param name="leaf">The field.</param>
    /// <param name="items">Number of all tensors.</param>
    int[] RaggedEnds(RldsLeaf leaf, out int items)
    {
        var outer = leaf.PerStep ? rows : -1;
        var promised = leaf.Lengths[^leaf.LengthSlots.Length..];
        int[]? ends = null;
        for (var level = 0; level < leaf.LengthSlots.Length; level++)
        {
            var list = Required(leaf, leaf.LengthSlots[level], FeatureKind.Integers, mayBeMissing: outer <= 0);
            var count = FeatureLists.Count(Bytes, list);
            if (outer >= 0 && count != outer)
                throw Bad(leaf.Name, Say($"{outer} lengths of level {level} were expected, {count} were found: {Restore}"));
            ends ??= leaf.PerStep ? EvenEnds(rows, 1) : [count];
            var sums = ArrayPool<long>.Shared.Rent(count + 1);
            try
            {
                FeatureLists.Read(Bytes, list, sums.AsSpan(1, count));
                sums[0] = 0;
                for (var i = 1; i <= count; i++)
                {
                    if (sums[i] < 0 || sums[i] > int.MaxValue || (promised[level] >= 0 && sums[i] != promised[level]) || sums[i] + sums[i - 1] > int.MaxValue)
                        throw Bad(leaf.Name, Say($"length {i - 1} of level {level} is {sums[i]}, which cannot be: {Restore}"));
                    sums[i] += sums[i - 1];
                }
                for (var i = 0; i < ends.Length; i++) ends[i] = (int)sums[ends[i]];
                outer = (int)sums[count];
            }
            finally
            {
                ArrayPool<long>.Shared.Return(sums);
            }
        }
        items = outer;
        return ends!;
    }

    string[] ReadTexts(RldsLeaf leaf)
    {
        var entries = ReadEntries(leaf);
        var texts = new string[entries.Length];
        for (var i = 0; i < texts.Length; i++)
        {
            try
            {
                texts[i] = Utf8.GetString(Bytes.Slice(entries[i].Start, entries[i].Length));
            }
            catch (ArgumentException e)
            {
                throw Bad(leaf.Name, Say($"text {i} is not UTF-8: {Restore}"), e);
            }
        }
        return texts;
    }

    (int Start, int Length)[] ReadEntries(RldsLeaf leaf)
    {
        var list = Required(leaf, leaf.Slot, FeatureKind.Bytes);
        var expected = leaf.PerStep ? rows : 1;
        var count = FeatureLists.Count(Bytes, list);
        if (count != expected) throw Bad(leaf.Name, Say($"{expected} values were expected, {count} were found: {Restore}"));
        var entries = new (int Start, int Length)[count];
        FeatureLists.Read(Bytes, list, entries);
        return entries;
    }

    FeatureRange Required(RldsLeaf leaf, int slot, FeatureKind kind, bool mayBeMissing = false)
    {
        var range = found![slot];
        if (range.Kind == FeatureKind.Missing && !mayBeMissing) throw Bad(leaf.Name, $"the record has no such field: {Restore}");
        return range.Kind is FeatureKind.Missing or FeatureKind.Empty ? range with { Kind = kind }
            : range.Kind == kind ? range : throw Bad(leaf.Name, $"{(range with { Kind = kind }).Show()} was expected, {range.Show()} was found: {Restore}");
    }

    static FeatureKind Expected(RldsLeaf leaf) => leaf.Field.Type is FieldType.Text or FieldType.Image || leaf.Encoding != RldsEncoding.None
        ? FeatureKind.Bytes : leaf.Type.IsFloat() ? FeatureKind.Floats : FeatureKind.Integers;

    static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
