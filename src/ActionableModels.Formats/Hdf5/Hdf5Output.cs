using System.Runtime.InteropServices;
using System.Text;
using ActionableModels.Compute;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Hdf5;

/// <summary>
/// Writes one HDF5 file whole or not at all, in the oldest form, which every HDF5 reads; without times, so that equal content is equal bytes.
/// </summary>
internal sealed unsafe class Hdf5Output
{
    private readonly Hdf5Library library;
    private readonly long file, groups, datasets;
    private readonly string path;

    private Hdf5Output(Hdf5Library library, string path, long file, long groups, long datasets) =>
        (this.library, this.path, this.file, this.groups, this.datasets) = (library, path, file, groups, datasets);

    /// <summary>Writes a file.</summary>
    /// <exception cref="ActionableException">The machine has no libhdf5, or the file cannot be written.</exception>
    public static void Write(string path, Action<Hdf5Output> content)
    {
        var library = Hdf5Library.Open();
        if (library.ListLocking is null)
            throw new ActionableException($"libhdf5 {library.Version} is too old to write files: install 1.10.7 or later (Debian: libhdf5-103-1)");
        AtomicFile.Write(path, stream =>
        {
            lock (Hdf5Library.Gate) Write(library, path, ((FileStream)stream).Name, content);
        });
    }

    /// <summary>Creates a group in one that is there.</summary>
    public void Group(string name)
    {
        fixed (byte* bytes = Hdf5File.Zero(name))
            using (Of(library.GroupCreate(file, bytes, 0, groups, 0), library.ObjectClose))
            {
            }
    }

    /// <summary>Adds a text to an object.</summary>
    public void Attribute(string at, string name, string value)
    {
        using var type = Text();
        fixed (byte* text = Hdf5File.Zero(value))
        {
            var pointer = text;
            Attribute(at, name, type, type, &pointer);
        }
    }

    /// <summary>Adds a whole number to an object.</summary>
    public void Attribute(string at, string name, long value) => Attribute(at, name, library.FileInt64, library.NativeInt64, &value);

    /// <summary>Creates a dataset of float32.</summary>
    public void Floats(string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> sizes)
    {
        using var dataset = Create(name, library.FileFloat, sizes);
        fixed (float* from = values)
            if (values.Length > 0) Check(library.DatasetWrite(dataset, library.NativeFloat, 0, 0, 0, from));
    }

    /// <summary>Creates a dataset of truth values as numpy has them: an enumeration of FALSE and TRUE.</summary>
    public void Bools(string name, ReadOnlySpan<bool> values)
    {
        using var type = Of(library.TypeEnumeration(library.FileSigned8), library.TypeClose);
        foreach (var (word, number) in (ReadOnlySpan<(string, sbyte)>)[("FALSE", 0), ("TRUE", 1)])
            fixed (byte* bytes = Hdf5File.Zero(word))
            {
                var value = number;
                Check(library.TypeInsert(type, bytes, &value));
            }
        using var dataset = Create(name, type, [values.Length]);
        fixed (bool* from = values)
            if (values.Length > 0) Check(library.DatasetWrite(dataset, type, 0, 0, 0, from));
    }

    /// <summary>Creates a dataset of texts of one length.</summary>
    public void Texts(string name, IReadOnlyList<string> values)
    {
        var length = Math.Max(1, values.Max(value => (int?)Encoding.UTF8.GetByteCount(value)) ?? 1);
        using var type = Of(library.TypeCopy(library.TextType), library.TypeClose);
        const int zeros = 1;
        Check(library.TypeSetSize(type, (nuint)length));
        Check(library.TypeSetPadding(type, zeros));
        var bytes = new byte[length * values.Count];
        for (var i = 0; i < values.Count; i++) Encoding.UTF8.GetBytes(values[i], bytes.AsSpan(i * length));
        using var dataset = Create(name, type, [values.Count]);
        fixed (byte* from = bytes)
            if (bytes.Length > 0) Check(library.DatasetWrite(dataset, type, 0, 0, 0, from));
    }

    /// <summary>Creates a dataset of unsigned bytes, all of it in one piece, and returns what writes its rows.</summary>
    public Hdf5Rows Rows(string name, params long[] sizes) => new(this, Create(name, library.FileByte, sizes), library, sizes);

    /// <summary>Creates a dataset of rows of bytes of any length and returns what writes them.</summary>
    public Hdf5Rows Blobs(string name, long rows)
    {
        using var type = Of(library.TypeVariable(library.FileByte), library.TypeClose);
        return new(this, Create(name, type, [rows]), library, [rows]);
    }

    /// <summary>Throws where a call failed.</summary>
    public void Check(int result)
    {
        if (result < 0) throw Fault();
    }

    /// <summary>Takes an identifier, or throws where the call failed.</summary>
    public Hdf5Id Of(long id, delegate* unmanaged<long, int> close) => id >= 0 ? new(id, close) : throw Fault();

    private static void Write(Hdf5Library library, string path, string temporary, Action<Hdf5Output> content)
    {
        const uint truncate = 2;
        const int global = 1;
        using var access = Hdf5Id.Of(library, library.ListCreate(library.ForAccess), library.ListClose, "libhdf5 cannot write files");
        using var creation = Hdf5Id.Of(library, library.ListCreate(library.ForFiles), library.ListClose, "libhdf5 cannot write files");
        using var groups = Hdf5Id.Of(library, library.ListCreate(library.ForGroups), library.ListClose, "libhdf5 cannot write files");
        using var datasets = Hdf5Id.Of(library, library.ListCreate(library.ForDatasets), library.ListClose, "libhdf5 cannot write files");
        // The lock on the file is held already, by the one who makes the writing atomic.
        library.ListLocking(access, 0, 1);
        foreach (var list in (ReadOnlySpan<long>)[creation, groups, datasets]) library.ListTrackTimes(list, 0);
        long file;
        fixed (byte* name = Hdf5File.Zero(temporary)) file = library.FileCreate(name, truncate, creation, access);
        var output = new Hdf5Output(library, path, file, groups, datasets);
        if (file < 0) throw output.Fault();
        var closed = false;
        try
        {
            content(output);
            output.Check(library.FileFlush(file, global));
            closed = true;
            output.Check(library.FileClose(file));
        }
        finally
        {
            if (!closed) library.FileClose(file);
        }
    }

    private ActionableException Fault() =>
        new($"{FileFault.Show(path)}: cannot be written ({library.LastError()}): check folder and disk, or choose another folder");

    private Hdf5Id Text()
    {
        var type = Of(library.TypeCopy(library.TextType), library.TypeClose);
        const int utf8 = 1;
        Check(library.TypeSetSize(type, nuint.MaxValue));
        Check(library.TypeSetCharacters(type, utf8));
        return type;
    }

    private void Attribute(string at, string name, long fileType, long memoryType, void* value)
    {
        using var space = Of(library.SpaceCreate(0), library.SpaceClose);
        fixed (byte* target = Hdf5File.Zero(at), word = Hdf5File.Zero(name))
        {
            using var id = Of(library.ObjectOpen(file, target, 0), library.ObjectClose);
            using var attribute = Of(library.AttributeCreate(id, word, fileType, space, 0, 0), library.AttributeClose);
            Check(library.AttributeWrite(attribute, memoryType, value));
        }
    }

    private Hdf5Id Create(string name, long type, scoped ReadOnlySpan<long> sizes)
    {
        fixed (long* extent = sizes)
        fixed (byte* bytes = Hdf5File.Zero(name))
        {
            using var space = Of(library.SpaceSimple(sizes.Length, (ulong*)extent, null), library.SpaceClose);
            return Of(library.DatasetCreate(file, bytes, type, space, 0, datasets, 0), library.ObjectClose);
        }
    }
}

/// <summary>Writes the rows of a dataset of an <see cref="Hdf5Output"/>, one after the other.</summary>
internal unsafe ref struct Hdf5Rows(Hdf5Output output, Hdf5Id dataset, Hdf5Library library, long[] sizes)
{
    private readonly Hdf5Id dataset = dataset;
    private ulong row;

    /// <summary>Writes a row of unsigned bytes.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* from = bytes) Add(library.NativeByte, (ulong)bytes.Length, from);
    }

    /// <summary>Writes a row of a dataset of rows of any length.</summary>
    public void AddBlob(ReadOnlySpan<byte> bytes)
    {
        using var type = output.Of(library.TypeVariable(library.NativeByte), library.TypeClose);
        fixed (byte* from = bytes)
        {
            var value = stackalloc nuint[2];
            (value[0], value[1]) = ((nuint)bytes.Length, (nuint)from);
            Add(type, 1, value);
        }
    }

    public readonly void Dispose() => dataset.Dispose();

    private void Add(long type, ulong count, void* from)
    {
        using var memory = output.Of(library.SpaceSimple(1, &count, null), library.SpaceClose);
        using var space = output.Of(library.DatasetSpace(dataset), library.SpaceClose);
        var (start, extent) = (new ulong[sizes.Length], Array.ConvertAll(sizes, size => (ulong)size));
        (start[0], extent[0]) = (row++, 1);
        fixed (ulong* first = start, some = extent) output.Check(library.SpaceSelect(space, 0, first, null, some, null));
        output.Check(library.DatasetWrite(dataset, type, memory, space, 0, from));
    }
}
