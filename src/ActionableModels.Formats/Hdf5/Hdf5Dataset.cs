using ActionableModels.Compute;
using ActionableModels.Formats.Sources;

namespace ActionableModels.Formats.Hdf5;

/// <summary>An open dataset, whose rows are read in parts. It closes the identifier that it was given.</summary>
internal readonly unsafe ref struct Hdf5Dataset(Hdf5Library library, Hdf5Id id, string path)
{
    // What deflate can do at most is 1032 to 1.
    private const long MostCompression = 1100, SmallDataset = 16 << 20;

    private readonly Hdf5Library library = library;
    private readonly Hdf5Id id = id;
    private readonly string path = path;

    /// <summary>Kind, type, shape and place; nothing of the data is read.</summary>
    /// <exception cref="ActionableException">It is damaged, or its data lie elsewhere.</exception>
    public Hdf5Entry Describe(string name)
    {
        using var creation = Creation();
        var layout = library.CreationLayout(creation);
        if (layout == Hdf5Library.Virtual || library.ExternalFiles(creation) != 0) throw Hdf5OutsideException.Leading("the dataset");
        using var type = Hdf5Id.Of(library, library.DatasetType(id), library.TypeClose, "its type is damaged");
        using var space = Hdf5Id.Of(library, library.DatasetSpace(id), library.SpaceClose, "its shape is damaged");
        var entry = new Hdf5Values(library, type, space).Describe(name);
        var address = layout == Hdf5Library.Contiguous ? library.DatasetOffset(id) : Hdf5Library.Undefined;
        return entry with { Address = address <= long.MaxValue ? (long)address : -1, ChunkRows = layout == Hdf5Library.Chunked ? Chunk(creation).Rows : 0 };
    }

    /// <summary>Checks that what the dataset says of itself can be true and is not too large.</summary>
    /// <param name="largest">Most bytes of the dataset and of one of its parts.</param>
    public Hdf5Entry Checked(long largest)
    {
        var entry = Describe("");
        if (entry.Bytes > largest) throw new ActionableException($"it is of {entry.Bytes} bytes, more than {largest}: {SourceOptions.AllowLarger}");
        using var creation = Creation();
        var stored = library.DatasetStorage(id);
        if (entry.Bytes > SmallDataset && (ulong)(entry.Bytes / MostCompression) > stored)
            throw new ActionableException($"it says that it holds {entry.Bytes} bytes, but there are {stored}: the file is damaged, or was never filled");
        if (library.CreationLayout(creation) == Hdf5Library.Chunked)
        {
            var chunk = Hdf5Entry.Times(Chunk(creation).Elements, entry.ElementBytes);
            if (chunk > largest) throw new ActionableException($"its chunks are of {chunk} bytes, more than {largest}: the file is damaged");
        }
        for (uint i = 0; i < (uint)Math.Max(0, library.FilterCount(creation)); i++)
        {
            uint flags = 0, settings = 0;
            nuint none = 0;
            var filter = library.FilterOf(creation, i, &flags, &none, null, 0, null, &settings);
            // Those that the library has built in: deflate, shuffle, fletcher32, szip, nbit, scale-offset.
            if (filter is < 1 or > 6)
                throw new ActionableException($"it is compressed by filter {filter}, which libhdf5 has not built in, and no plugin is loaded: write it with "
                    + "gzip (h5repack -f GZIP=4)");
        }
        return entry;
    }

    /// <summary>Reads rows of numbers.</summary>
    /// <param name="first">First row.</param>
    /// <param name="rows">How many.</param>
    /// <param name="entry">What <see cref="Checked"/> returned.</param>
    /// <param name="memoryType">Type of the numbers in memory.</param>
    /// <param name="to">Receives them.</param>
    public void Numbers(long first, int rows, Hdf5Entry entry, long memoryType, Span<byte> to)
    {
        using var file = Select(first, rows, entry);
        using var memory = Memory(Hdf5Entry.Times(rows, entry.Width));
        fixed (byte* bytes = to) Check(library.DatasetRead(id, memoryType, memory, file, 0, bytes));
    }

    /// <summary>Reads rows of texts; several of a row are told one after the other.</summary>
    public void Texts(long first, int rows, Hdf5Entry entry, long largest, Action<string> each)
    {
        using var type = Hdf5Id.Of(library, library.DatasetType(id), library.TypeClose, "its type is damaged");
        using var file = Select(first, rows, entry);
        var count = Hdf5Entry.Times(rows, entry.Width);
        using var memory = Memory(count);
        var (call, dataset, selected) = (library, (long)id, (long)file);
        new Hdf5Values(library, type, file).Texts((int)count, memory, largest,
            (memoryType, memorySpace, bytes) => call.DatasetRead(dataset, memoryType, memorySpace, selected, 0, (void*)bytes), each);
    }

    /// <summary>Reads one row of bytes of any length into a message.</summary>
    public void Blob(long row, Hdf5Entry entry, long largest, Hdf5MessageWriter to)
    {
        using var type = Hdf5Id.Of(library, library.TypeVariable(library.NativeByte), library.TypeClose, "its type is damaged");
        using var file = Select(row, 1, entry);
        using var memory = Memory(1);
        var value = stackalloc nuint[2];
        (value[0], value[1]) = (0, 0);
        Check(library.DatasetRead(id, type, memory, file, 0, value));
        if (value[0] > (nuint)largest) throw new ActionableException($"row {row} is of {value[0]} bytes, more than {largest}: the file is damaged");
        to.Bytes(new ReadOnlySpan<byte>((void*)value[1], (int)value[0]));
        library.Reclaim(type, memory, 0, value);
    }

    public void Dispose() => id.Dispose();

    private void Check(int result)
    {
        if (result < 0) throw new ActionableException($"its data cannot be read ({library.LastError()}): the file is damaged");
    }

    private Hdf5Id Creation() => Hdf5Id.Of(library, library.DatasetCreation(id), library.ListClose, $"the dataset {path} is damaged");

    // The largest number of elements where they cannot be told.
    private (long Rows, long Elements) Chunk(Hdf5Id creation)
    {
        var sizes = stackalloc ulong[Hdf5Entry.MostDimensions];
        var rank = Math.Min(library.ChunkOf(creation, Hdf5Entry.MostDimensions, sizes), Hdf5Entry.MostDimensions);
        long elements = rank < 0 ? long.MaxValue : 1;
        for (var i = 0; i < rank; i++) elements = Hdf5Entry.Times(elements, (long)Math.Min(long.MaxValue, sizes[i]));
        return (rank < 1 ? 0 : (long)Math.Min(long.MaxValue, sizes[0]), elements);
    }

    private Hdf5Id Memory(long count)
    {
        var size = (ulong)count;
        return Hdf5Id.Of(library, library.SpaceSimple(1, &size, null), library.SpaceClose, "its shape is damaged");
    }

    private Hdf5Id Select(long first, int rows, Hdf5Entry entry)
    {
        var rank = entry.Sizes.Length;
        if (first < 0 || rows < 0 || first > entry.Rows - rows) throw new ActionableException($"it has {entry.Rows} rows, not {first + rows}");
        var space = Hdf5Id.Of(library, library.DatasetSpace(id), library.SpaceClose, "its shape is damaged");
        if (rank == 0) return space;
        var start = stackalloc ulong[Hdf5Entry.MostDimensions];
        var count = stackalloc ulong[Hdf5Entry.MostDimensions];
        for (var i = 0; i < rank; i++) (start[i], count[i]) = (0, (ulong)entry.Sizes[i]);
        (start[0], count[0]) = ((ulong)first, (ulong)rows);
        if (library.SpaceSelect(space, 0, start, null, count, null) >= 0) return space;
        space.Dispose();
        throw new ActionableException($"its shape is damaged ({library.LastError()})");
    }
}
