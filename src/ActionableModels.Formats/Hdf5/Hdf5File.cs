using System.Runtime.InteropServices;
using System.Text;
using ActionableModels.Compute;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Hdf5;

/// <summary>
/// An HDF5 file read through libhdf5. Links are followed here, one name after the other, so that none leads out of the file: hard ones by the
/// library, soft ones by their text, all others never.
/// </summary>
internal sealed unsafe class Hdf5File : IDisposable
{
    private const int MostDepth = 8, MostDatasets = 4096, MostVisits = 1 << 15, MostNames = 1 << 20, LongestName = 1024, MostSoftLinks = 16;

    private readonly Hdf5Library library;
    private readonly long file;

    private Hdf5File(Hdf5Library library, long file) => (this.library, this.file) = (library, file);

    /// <summary>Opens a file.</summary>
    /// <exception cref="ActionableException">It is missing, no HDF5 file, or damaged.</exception>
    public static Hdf5File Open(Hdf5Library library, string path)
    {
        const int strong = 3;
        using var access = Hdf5Id.Of(library, library.ListCreate(library.ForAccess), library.ListClose, "libhdf5 cannot open files");
        // Whatever a damaged file leaves open is closed with it.
        library.ListCloseDegree(access, strong);
        if (library.ListLocking is not null) library.ListLocking(access, 0, 1);
        long file;
        fixed (byte* name = Zero(path)) file = library.FileOpen(name, 0, access);
        return file >= 0 ? new(library, file)
            : throw new ActionableException($"this is no HDF5 file, or a damaged one ({library.LastError()}): copy the file again");
    }

    public void Dispose() => library.FileClose(file);

    /// <summary>The names in a group, in the order of their bytes.</summary>
    public List<string> Names(string path)
    {
        using var group = Resolve(path);
        return NamesIn(group, MostNames);
    }

    /// <summary>Every dataset below a group.</summary>
    public List<Hdf5Entry> Tree(string path)
    {
        using var root = Resolve(path);
        var found = new List<Hdf5Entry>();
        var visits = 0;
        Walk(root, path, "", [], found, ref visits);
        return found;
    }

    /// <summary>The names of an object's attributes.</summary>
    public List<string> AttributeNames(string path)
    {
        using var id = Resolve(path);
        var names = new Collected(MostDatasets);
        var handle = GCHandle.Alloc(names);
        try
        {
            if (library.AttributeIterate(id, 0, 0, null, &Collect, (void*)GCHandle.ToIntPtr(handle)) < 0) throw names.Fault(library, path);
            return names.Names;
        }
        finally
        {
            handle.Free();
        }
    }

    /// <summary>An attribute's text, or its numbers, or neither where it is missing or of another type.</summary>
    public (string? Text, double[]? Numbers) Attribute(string path, string name, long largest)
    {
        using var id = Resolve(path);
        long opened;
        fixed (byte* bytes = Zero(name))
        {
            if (library.AttributeExists(id, bytes) <= 0)
            {
                library.LastError();
                return default;
            }
            opened = library.AttributeOpen(id, bytes, 0);
        }
        using var attribute = Hdf5Id.Of(library, opened, library.AttributeClose, "the attribute cannot be opened");
        using var type = Hdf5Id.Of(library, library.AttributeType(attribute), library.TypeClose, "the attribute's type is damaged");
        using var space = Hdf5Id.Of(library, library.AttributeSpace(attribute), library.SpaceClose, "the attribute's shape is damaged");
        var values = new Hdf5Values(library, type, space);
        var entry = values.Describe("");
        var count = Hdf5Entry.Times(entry.Rows, entry.Width);
        if (Hdf5Entry.Times(count, Math.Max(entry.ElementBytes, sizeof(double))) > largest) throw new ActionableException("the attribute is too large");
        if (entry.Kind == Hdf5Kind.Texts && count == 1)
        {
            var (text, from) = ("", (long)attribute);
            values.Texts(1, space, largest, (memory, _, to) => library.AttributeRead(from, memory, (void*)to), t => text = t);
            return (text, null);
        }
        if (entry.Kind != Hdf5Kind.Numbers) return default;
        var numbers = new double[count];
        fixed (double* to = numbers)
            if (library.AttributeRead(attribute, library.NativeDouble, to) < 0)
                throw new ActionableException($"the attribute cannot be read ({library.LastError()})");
        return (null, numbers);
    }

    /// <summary>Opens a dataset.</summary>
    public Hdf5Dataset Dataset(string path)
    {
        var id = Resolve(path);
        if (library.TypeOfIdentifier(id) == Hdf5Library.DatasetObject) return new(library, id, path);
        id.Dispose();
        throw new ActionableException($"{FileFault.Quote(path)} is no dataset");
    }

    /// <summary>A text with a zero behind it, as the library takes it.</summary>
    public static byte[] Zero(string text) => Encoding.UTF8.GetBytes(text + '\0');

    // A group that lies in itself is listed once; above are the groups on the way to this one.
    private void Walk(long group, string full, string prefix, ulong[] above, List<Hdf5Entry> found, ref int visits)
    {
        var depth = above.Length;
        if (depth > MostDepth) throw new ActionableException($"groups lie in more than {MostDepth} others: the file is damaged");
        var address = Address(group);
        if (above.Contains(address)) return;
        ulong[] inside = [.. above, address];
        foreach (var name in NamesIn(group, MostVisits))
        {
            if (++visits > MostVisits || found.Count >= MostDatasets)
                throw new ActionableException($"there are more than {MostDatasets} datasets below it: the file is damaged");
            var (path, whole) = (prefix + name, full + "/" + name);
            try
            {
                using var id = Resolve(whole);
                switch (library.TypeOfIdentifier(id))
                {
                    case Hdf5Library.GroupObject:
                        Walk(id, whole, path + "/", inside, found, ref visits);
                        break;
                    case Hdf5Library.DatasetObject:
                        found.Add(new Hdf5Dataset(library, id, whole).Describe(path));
                        break;
                }
            }
            catch (Hdf5OutsideException fault)
            {
                found.Add(new(path, Hdf5Kind.Outside, fault.Message, 0, [], -1));
            }
            catch (ActionableException fault) when (visits <= MostVisits && found.Count < MostDatasets && depth < MostDepth)
            {
                found.Add(new(path, Hdf5Kind.Damaged, fault.Message, 0, [], -1));
            }
        }
    }

    private ulong Address(long group)
    {
        const uint basic = 1;
        var info = stackalloc byte[512];
        return library.ObjectInfo(group, info, basic) >= 0 ? *(ulong*)(info + 8) : throw new ActionableException($"a group is damaged ({library.LastError()})");
    }

    private Hdf5Id Resolve(string path)
    {
        var rest = new Stack<string>(Enumerable.Reverse(path.Split('/')));
        var softLinks = 0;
        var current = OpenAt(file, "/");
        var info = stackalloc byte[128];
        while (rest.TryPop(out var name))
        {
            if (name is "" or ".") continue;
            int kind;
            long next;
            var isGroup = library.TypeOfIdentifier(current) == Hdf5Library.GroupObject;
            fixed (byte* bytes = Zero(name))
            {
                if (!isGroup || library.LinkInfo(current, bytes, info, 0) < 0)
                {
                    current.Dispose();
                    library.LastError();
                    throw new ActionableException($"there is no {FileFault.Quote(path)}");
                }
                kind = *(int*)info;
                next = kind == Hdf5Library.HardLink ? library.ObjectOpen(current, bytes, 0) : 0;
                if (kind == Hdf5Library.SoftLink)
                {
                    var target = SoftTarget(current, bytes, *(nuint*)(info + 24));
                    if (target is null || ++softLinks > MostSoftLinks)
                    {
                        current.Dispose();
                        throw new ActionableException($"the soft link {FileFault.Quote(path)} is damaged or leads in a circle");
                    }
                    foreach (var part in Enumerable.Reverse(target.Split('/'))) rest.Push(part);
                    if (!target.StartsWith('/')) continue;
                    next = library.ObjectOpen(file, Root, 0);
                }
            }
            current.Dispose();
            if (kind is not (Hdf5Library.HardLink or Hdf5Library.SoftLink)) throw Hdf5OutsideException.Leading($"the link {FileFault.Quote(path)}");
            current = Hdf5Id.Of(library, next, library.ObjectClose, $"{FileFault.Quote(path)} cannot be opened");
        }
        return current;
    }

    private static byte* Root => (byte*)RootName;

    private static readonly nint RootName = Marshal.StringToCoTaskMemUTF8("/");

    private Hdf5Id OpenAt(long at, string name)
    {
        fixed (byte* bytes = Zero(name))
            return Hdf5Id.Of(library, library.ObjectOpen(at, bytes, 0), library.ObjectClose, $"{FileFault.Quote(name)} cannot be opened");
    }

    private string? SoftTarget(long group, byte* name, nuint length)
    {
        const int longest = 4096;
        if (length is 0 or > longest) return null;
        var bytes = new byte[longest + 1];
        fixed (byte* to = bytes)
            if (library.LinkValue(group, name, to, length, 0) < 0) return null;
        return Encoding.UTF8.GetString(bytes.AsSpan(0, bytes.AsSpan().IndexOf((byte)0)));
    }

    private List<string> NamesIn(long group, int most)
    {
        var names = new Collected(most);
        var handle = GCHandle.Alloc(names);
        try
        {
            if (library.LinkIterate(group, 0, 0, null, &Collect, (void*)GCHandle.ToIntPtr(handle)) < 0) throw names.Fault(library, "a group");
            return names.Names;
        }
        finally
        {
            handle.Free();
        }
    }

    [UnmanagedCallersOnly]
    private static int Collect(long at, byte* name, void* info, void* to) =>
        ((Collected)GCHandle.FromIntPtr((nint)to).Target!).Add(name) ? 0 : -1;

    private sealed class Collected(int most)
    {
        private bool tooMany;

        public List<string> Names { get; } = [];

        public bool Add(byte* name)
        {
            var text = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name);
            tooMany = Names.Count >= most || text.Length > LongestName;
            if (!tooMany) Names.Add(Encoding.UTF8.GetString(text));
            return !tooMany;
        }

        public ActionableException Fault(Hdf5Library library, string where) => new(tooMany
            ? $"{FileFault.Show(where)} has more than {most} names, or one of more than {LongestName} bytes: the file is damaged"
            : $"{FileFault.Show(where)} cannot be listed ({library.LastError()})");
    }
}
