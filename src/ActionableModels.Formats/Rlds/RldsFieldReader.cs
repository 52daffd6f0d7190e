using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using ActionableModels.Formats.Sources;

namespace ActionableModels.Formats.Rlds;

/// <summary>Makes values of the lists of one example, as TFDS put them there. Damaged lists are faults without a file; all others name it.</summary>
/// <param name="episode">For messages.</param>
/// <param name="buffer">What the example lies in.</param>
/// <param name="length">Its length.</param>
/// <param name="found">Where its lists lie.</param>
/// <param name="largestValue">A larger decompressed field is a fault, in bytes.</param>
internal sealed class RldsFieldReader(SourceEpisode episode, byte[] buffer, int length, FeatureRange[] found, long largestValue)
{
    // As many as are worked on as one episode; at 50 Hz almost six hours.
    const int MostSteps = 1 << 20;
    const string Restore = "download the file again, or correct features.json";

    static readonly UTF8Encoding Utf8 = new(false, true);

    /// <summary>Number of steps, which fields of steps are held against.</summary>
    public int Steps { get; set; }

    ReadOnlySpan<byte> Record => buffer.AsSpan(0, length);

    /// <summary>Counts the steps.</summary>
    /// <param name="counter">Field to count by.</param>
    /// <param name="promised">Steps of every episode as features.json tells; else −1.</param>
    public int CountSteps(RldsLeaf counter, int promised)
    {
        var list = Required(counter, counter.Slot, Expected(counter));
        var count = FeatureLists.Count(Record, list);
        if (count == 0) throw Bad(null, "the episode has no steps: leave it out");
        if (count % counter.ValuesOfStep != 0)
            throw Bad(counter.Name, Say($"{count} values are no whole number of steps of {counter.ValuesOfStep}: {Restore}"));
        var steps = (int)(count / counter.ValuesOfStep);
        if (steps > MostSteps) throw Bad(counter.Name, Say($"the episode has {steps} steps, and more than {MostSteps} are not read: cut it"));
        return promised < 0 || promised == steps ? steps
            : throw Bad(counter.Name, Say($"the episode has {steps} steps, and features.json promises {promised}: {Restore}"));
    }

    /// <summary>Most memory that all fields together take when they have been read.</summary>
    public long MemoryOf(IEnumerable<RldsLeaf> leaves)
    {
        var sum = 0L;
        foreach (var leaf in leaves)
        {
            if (leaf.Problem is not null) continue;
            sum += RldsMemory.Of(leaf, found[leaf.Slot].Length, leaf.PerStep ? Steps : 1, largestValue);
            if (leaf.Dynamic) sum += RldsMemory.OfLengths(found[leaf.ShapeSlot].Length, largestValue);
            foreach (var slot in leaf.LengthSlots) sum += RldsMemory.OfLengths(found[slot].Length, largestValue);
        }
        return sum;
    }

    /// <summary>Reads numbers.</summary>
    public RldsRows Numbers(RldsLeaf leaf)
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
            var values = ReadPlain(leaf, whole ? -1 : leaf.PerStep ? Steps : 1);
            return new(values, whole ? [values.Length] : EvenEnds(leaf.PerStep ? Steps : 1, (int)leaf.Elements));
        }
        if (leaf.Lengths.Length > 0)
        {
            var all = ReadEncoded(leaf, -1, null);
            return new(all, [all.Length]);
        }
        var steps = EvenEnds(leaf.PerStep ? Steps : 1, 1);
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
        var count = FeatureLists.Count(Record, list);
        if (items >= 0 ? count != items * leaf.Elements : leaf.Elements == 0 ? count != 0 : count % leaf.Elements != 0)
            throw Bad(leaf.Name, (items >= 0 ? Say($"{items * leaf.Elements} values were expected ({items} · {leaf.Elements}), {count} were found: ")
                : Say($"a multiple of {leaf.Elements} values was expected, {count} were found: ")) + Restore);
        if (items < 0 && leaf.Lengths is [>= 0 and var promised] && count != promised * leaf.Elements)
            throw Bad(leaf.Name, Say($"a sequence of {promised} was expected, {count} values were found: {Restore}"));
        if (count * (long)sizeof(float) > largestValue) throw TooLarge(leaf, count * (long)sizeof(float));
        var values = new float[count];
        if (leaf.Type.IsFloat())
        {
            FeatureLists.Read(Record, list, values);
            return values;
        }
        var (low, high) = leaf.Type.Bounds();
        var integers = new IntegerList(Record, list);
        for (var i = 0; integers.Next(out var value); i++)
        {
            if (value < low || value > high)
                throw Bad(leaf.Name, Say($"value {i} is {value}, which {leaf.Field.DataType} cannot be: {Restore}"));
            values[i] = leaf.Type == RldsType.UInt64 ? (ulong)value : value;
        }
        return values;
    }

    /// <summary>Reads tensors that are stored as bytes.</summary>
    /// <param name="leaf">The field.</param>
    /// <param name="items">How many there have to be; −1 for as many as there are.</param>
    /// <param name="ends">For each row the number of tensors up to its end; becomes the number of values up to there.</param>
    float[] ReadEncoded(RldsLeaf leaf, int items, int[]? ends)
    {
        var list = Required(leaf, leaf.Slot, FeatureKind.Bytes, mayBeMissing: items <= 0);
        var count = FeatureLists.Count(Record, list);
        if (items >= 0 && count != items) throw Bad(leaf.Name, Say($"{items} tensors were expected, {count} were found: {Restore}"));
        if (items < 0 && leaf.Lengths is [>= 0 and var promised] && count != promised)
            throw Bad(leaf.Name, Say($"a sequence of {promised} was expected, {count} tensors were found: {Restore}"));
        if (count * (long)Unsafe.SizeOf<(int, int)>() > largestValue) throw TooLarge(leaf, count * (long)Unsafe.SizeOf<(int, int)>());
        var entries = new (int Start, int Length)[count];
        FeatureLists.Read(Record, list, entries);
        var elements = leaf.Dynamic ? DynamicElements(leaf, count) : null;
        var decoder = new TensorDecoder(episode, leaf, buffer, RldsMemory.Limit(leaf, list.Length, largestValue));
        return decoder.Decode(entries, elements, ends);
    }

    /// <summary>Elements of each tensor of a field whose tensors are stored with their shapes.</summary>
    long[] DynamicElements(RldsLeaf leaf, int count)
    {
        var list = Required(leaf, leaf.ShapeSlot, FeatureKind.Integers, mayBeMissing: count == 0);
        var rank = leaf.Shape.Length;
        if (FeatureLists.Count(Record, list) is var sizes && sizes != (long)count * rank)
            throw Bad(leaf.Name, Say($"{count} shapes of {rank} dimensions were expected, {sizes} sizes were found: {Restore}"));
        if (sizes * (long)sizeof(long) > largestValue) throw TooLarge(leaf, sizes * (long)sizeof(long));
        var shapes = ArrayPool<long>.Shared.Rent(sizes);
        try
        {
            FeatureLists.Read(Record, list, shapes.AsSpan(0, sizes));
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
        var outer = leaf.PerStep ? Steps : -1;
        var promised = leaf.Lengths[^leaf.LengthSlots.Length..];
        int[]? ends = null;
        for (var level = 0; level < leaf.LengthSlots.Length; level++)
        {
            var list = Required(leaf, leaf.LengthSlots[level], FeatureKind.Integers, mayBeMissing: outer <= 0);
            var count = FeatureLists.Count(Record, list);
            if (outer >= 0 && count != outer)
                throw Bad(leaf.Name, Say($"{outer} lengths of level {level} were expected, {count} were found: {Restore}"));
            if (count * (long)sizeof(long) > largestValue) throw TooLarge(leaf, count * (long)sizeof(long));
            ends ??= leaf.PerStep ? EvenEnds(Steps, 1) : [count];
            var sums = ArrayPool<long>.Shared.Rent(count + 1);
            try
            {
                FeatureLists.Read(Record, list, sums.AsSpan(1, count));
                sums[0] = 0;
                for (var i = 1; i <= count; i++)
                {
                    if (sums[i] is < 0 or > int.MaxValue || (promised[level] >= 0 && sums[i] != promised[level])
                        || sums[i] + sums[i - 1] > int.MaxValue)
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

    /// <summary>Reads texts.</summary>
    public string[] Texts(RldsLeaf leaf)
    {
        var entries = Entries(leaf);
        var texts = new string[entries.Length];
        for (var i = 0; i < texts.Length; i++)
        {
            try
            {
                texts[i] = Utf8.GetString(Record.Slice(entries[i].Start, entries[i].Length));
            }
            catch (ArgumentException e)
            {
                throw Bad(leaf.Name, Say($"text {i} is not UTF-8: {Restore}"), e);
            }
        }
        return texts;
    }

    /// <summary>Finds the bytes of each step, or of the episode.</summary>
    public (int Start, int Length)[] Entries(RldsLeaf leaf)
    {
        var list = Required(leaf, leaf.Slot, FeatureKind.Bytes);
        var expected = leaf.PerStep ? Steps : 1;
        var count = FeatureLists.Count(Record, list);
        if (count != expected) throw Bad(leaf.Name, Say($"{expected} values were expected, {count} were found: {Restore}"));
        var entries = new (int Start, int Length)[count];
        FeatureLists.Read(Record, list, entries);
        return entries;
    }

    FeatureRange Required(RldsLeaf leaf, int slot, FeatureKind kind, bool mayBeMissing = false)
    {
        var range = found[slot];
        if (range.Kind == FeatureKind.Missing && !mayBeMissing) throw Bad(leaf.Name, $"the record has no such field: {Restore}");
        var expected = range with { Kind = kind };
        return range.Kind == kind || range.Kind is FeatureKind.Missing or FeatureKind.Empty ? expected
            : throw Bad(leaf.Name, $"{expected.Show()} was expected, {range.Show()} was found: {Restore}");
    }

    static FeatureKind Expected(RldsLeaf leaf) => leaf.Field.Type is FieldType.Text or FieldType.Image || leaf.Encoding != RldsEncoding.None
        ? FeatureKind.Bytes : leaf.Type.IsFloat() ? FeatureKind.Floats : FeatureKind.Integers;

    SourceException TooLarge(RldsLeaf leaf, long bytes) =>
        Bad(leaf.Name, Say($"it takes {bytes} bytes or more, and more than {largestValue} are not read: choose another field"));

    SourceException Bad(string? field, string what, Exception? cause = null) => episode.Bad(field, what, cause);

    static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
