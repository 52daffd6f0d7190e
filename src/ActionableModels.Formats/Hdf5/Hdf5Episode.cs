using ActionableModels.Compute;
using ActionableModels.Formats.Images;
using ActionableModels.Formats.Sources;

namespace ActionableModels.Formats.Hdf5;

/// <summary>One episode: a group of an HDF5 file. Fields are read when they are asked for, images all of a field at once.</summary>
internal abstract class Hdf5Episode(Hdf5EpisodeSource source, Hdf5Demo demo, Dictionary<string, Hdf5Entry> tree) : SourceEpisode
{
    // What a row takes beside its bytes.
    private const int RowBytes = 32;

    private readonly Dictionary<string, ReadOnlyMemory<byte>[]> frames = [];
    private long held;

    /// <inheritdoc/>
    public override string File => source.Path;
    /// <inheritdoc/>
    public override long Record => demo.Number ?? -1;

    /// <summary>What the images of the largest camera take, which are held once they were asked for, or what is held already.</summary>
    public override long MemoryBytes => Math.Max(held, tree.Values.Max(entry => source.ImagesOf(entry) switch
    {
        Hdf5Images.Raw or Hdf5Images.Files => Math.Min(entry.Bytes, source.Client.Largest),
        _ => (long?)0,
    }) ?? 0);

    /// <inheritdoc/>
    public override FieldValues Numbers(string field)
    {
        if (field.StartsWith(Hdf5Schema.Attributes, StringComparison.Ordinal))
            return Guarded(field, () => source.Client.Attribute(demo.Group, field[Hdf5Schema.Attributes.Length..])) is { Numbers: { } numbers }
                ? new([.. numbers.Select(number => (float)number)], numbers.Length) : throw Bad(field, "it holds no numbers, or is not there");
        if (Zeros(field) is { } zeros && !tree.ContainsKey(field))
        {
            Affordable(field, Hdf5Entry.Times(zeros, sizeof(float)));
            return new(new float[zeros], 1);
        }
        var entry = Entry(field);
        if (entry.Kind != Hdf5Kind.Numbers || source.ImagesOf(entry) != Hdf5Images.None)
            throw Bad(field, $"it holds {(entry.Kind == Hdf5Kind.Numbers ? "images" : entry.DataType)}, no numbers: choose another field");
        var last = Last(field, entry);
        var (width, rows) = ((int)Math.Min(int.MaxValue, entry.Width), entry.Rows + (last is null ? 0 : 1));
        Affordable(field, Hdf5Entry.Times(Hdf5Entry.Times(rows, entry.Width), Math.Max(entry.ElementBytes, sizeof(float))));
        var values = new float[rows * width];
        Guarded(field, () =>
        {
            source.Client.Floats(Path(field), entry, 0, values.AsSpan(0, (int)entry.Rows * width));
            if (last is { } place) source.Client.Floats(Path(place.Entry.Path), place.Entry, place.Row, values.AsSpan((int)entry.Rows * width));
            return 0;
        });
        return new(values, width);
    }

    /// <inheritdoc/>
    public override string[] Texts(string field)
    {
        if (field.StartsWith(Hdf5Schema.Attributes, StringComparison.Ordinal))
            return Guarded(field, () => source.Client.Attribute(demo.Group, field[Hdf5Schema.Attributes.Length..])) is { Text: { } text } ? [text]
                : throw Bad(field, "it holds no text, or is not there");
        var entry = Entry(field);
        if (entry.Kind != Hdf5Kind.Texts) throw Bad(field, $"it holds {entry.DataType}, no texts: choose another field");
        return [.. Guarded(field, () => source.Client.Texts(Path(field)))];
    }

    /// <inheritdoc/>
    public override SourceFrame Frame(string field, int row)
    {
        var entry = Entry(field);
        var images = source.ImagesOf(entry);
        if (images == Hdf5Images.None) throw Bad(field, $"it holds {entry.DataType} of shape ({string.Join(", ", entry.Sizes)}), no images: choose another field");
        var last = Last(field, entry);
        var rows = entry.Rows + (last is null ? 0 : 1);
        if (row < 0 || row >= rows) throw Bad(field, $"it has {rows} images, there is no image {row}");
        if (!frames.TryGetValue(field, out var all)) frames[field] = all = Load(field, entry, images, last);
        var (from, at) = row < entry.Rows ? (entry, row) : (last!.Value.Entry, last.Value.Row);
        var place = from.Address + at * from.Width;
        return new(all[row], images == Hdf5Images.Raw ? Hdf5Schema.Size(entry) : null,
            images != Hdf5Images.Blobs && from.Address >= 0 && place <= source.Files[0].Bytes - from.Width ? new(0, place) : null);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        frames.Clear();
        base.Dispose();
    }

    /// <summary>Where the observation after the last row of a field lies, if not in the field itself.</summary>
    protected abstract (Hdf5Entry Entry, int Row)? Last(string field, Hdf5Entry entry);

    /// <summary>How many zeros stand for a field that is not there; null where that is a fault.</summary>
    protected abstract int? Zeros(string field);

    /// <summary>Rows that a field must have at least, and at most.</summary>
    protected abstract (long Least, long Most) RowsOf(string field);

    private string Path(string field) => $"{demo.Group}/{field}";

    private Hdf5Entry Entry(string field)
    {
        if (!tree.TryGetValue(field, out var entry)) throw Bad(field, "there is no such field");
        if (entry.Kind is Hdf5Kind.Outside or Hdf5Kind.Damaged) throw Bad(field, entry.DataType);
        if (entry.Kind == Hdf5Kind.Other) throw Bad(field, $"it holds {entry.DataType}, which is not read: choose another field");
        var (least, most) = RowsOf(field);
        if (entry.Rows < least || entry.Rows > most)
            throw Bad(field, $"it has {entry.Rows} rows, where there should be {least}{(most > least ? " or more" : "")}: the episode is damaged");
        if (source.Described(field) is { } schema && Hdf5Schema.Field(entry, source.ImagesOf(entry)) is var found
            && (found is null || found.Type != schema.Type || !found.Shape.SequenceEqual(schema.Shape)))
            throw Bad(field, $"it is {Show(found, entry)}, in the dataset's first episode it is {Show(schema, entry)}: leave the episode out");
        return entry;
    }

    private static string Show(SourceField? field, Hdf5Entry entry) =>
        field is null ? entry.DataType : $"{field.DataType} of shape ({string.Join(", ", field.Shape)})";

    private void Affordable(string field, long bytes)
    {
        if (bytes > source.Client.Largest) throw Bad(field, $"it takes {bytes} bytes, more than {source.Client.Largest}: {SourceOptions.AllowLarger}");
    }

    private ReadOnlyMemory<byte>[] Load(string field, Hdf5Entry entry, Hdf5Images images, (Hdf5Entry Entry, int Row)? last) => Guarded(field, () =>
    {
        if (images == Hdf5Images.Blobs)
        {
            Affordable(field, Hdf5Entry.Times(entry.Rows, RowBytes));
            var blobs = source.Client.Blobs(Path(field), (int)entry.Rows);
            held += blobs.Sum(blob => (long)blob.Length);
            return blobs;
        }
        var rows = (int)Math.Min(int.MaxValue, entry.Rows + (last is null ? 0 : 1));
        var total = Hdf5Entry.Times(rows, entry.Width);
        Affordable(field, Math.Max(total, Hdf5Entry.Times(rows, RowBytes)));
        var (bytes, width) = (GC.AllocateUninitializedArray<byte>((int)total), (int)entry.Width);
        source.Client.Bytes(Path(field), entry, 0, bytes.AsSpan(0, (int)entry.Rows * width));
        if (last is { } place) source.Client.Bytes(Path(place.Entry.Path), place.Entry, place.Row, bytes.AsSpan((int)entry.Rows * width, width));
        held += total;
        return [.. Enumerable.Range(0, rows).Select(row => new ReadOnlyMemory<byte>(bytes, row * width, width))];
    });

    private T Guarded<T>(string field, Func<T> read)
    {
        try
        {
            var value = read();
            source.Unchanged();
            return value;
        }
        catch (ActionableException fault) when (fault is not SourceException)
        {
            source.Unchanged();
            throw Bad(field, fault is Hdf5DeathException ? $"{fault.Message} while {demo.Name} was read: the file is damaged" : fault.Message, fault);
        }
    }
}
