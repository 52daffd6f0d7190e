using System.Runtime.InteropServices;
using System.Text;
using ActionableModels.Compute;

namespace ActionableModels.Formats.Hdf5;

/// <summary>The type and the shape of a dataset or an attribute.</summary>
internal readonly unsafe ref struct Hdf5Values(Hdf5Library library, long type, long space)
{
    /// <summary>Reads all selected elements into memory of a type; negative where it fails.</summary>
    public delegate int Reading(long memoryType, long memorySpace, nint to);

    private readonly Hdf5Library library = library;
    private readonly long type = type, space = space;

    /// <summary>Kind, type and shape.</summary>
    public Hdf5Entry Describe(string path)
    {
        var sizes = Sizes();
        var (kind, name) = Kind();
        return new(path, kind, name, (int)Math.Min(int.MaxValue, library.TypeSize(type)), sizes, -1);
    }

    /// <summary>Reads selected texts.</summary>
    /// <param name="count">How many.</param>
    /// <param name="memorySpace">Shape in memory.</param>
    /// <param name="largest">Most bytes of them.</param>
    /// <param name="read">Reads them.</param>
    /// <param name="each">Told every one.</param>
    public void Texts(int count, long memorySpace, long largest, Reading read, Action<string> each)
    {
        if (library.IsVariableText(type) > 0)
        {
            using var memory = Hdf5Id.Of(library, library.TypeCopy(library.TextType), library.TypeClose, "the type of texts is damaged");
            // H5T_VARIABLE, and the characters of the file: the library converts none.
            library.TypeSetSize(memory, nuint.MaxValue);
            library.TypeSetCharacters(memory, library.TypeCharacters(type));
            var pointers = (byte**)NativeMemory.AllocZeroed((nuint)count, (nuint)sizeof(byte*));
            try
            {
                if (read(memory, memorySpace, (nint)pointers) < 0) throw new ActionableException($"a text cannot be read ({library.LastError()})");
                long total = 0;
                for (var i = 0; i < count; i++)
                {
                    var text = pointers[i] is null ? "" : Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(pointers[i]));
                    if ((total += text.Length) > largest) throw new ActionableException("the texts are too long");
                    each(text);
                }
                library.Reclaim(memory, memorySpace, 0, pointers);
            }
            finally
            {
                NativeMemory.Free(pointers);
            }
            return;
        }
        var size = (int)Math.Min(int.MaxValue, library.TypeSize(type));
        if (Hdf5Entry.Times(count, size) > largest) throw new ActionableException("the texts are too long");
        var bytes = new byte[(long)count * size];
        fixed (byte* to = bytes)
            if (bytes.Length > 0 && read(type, memorySpace, (nint)to) < 0) throw new ActionableException($"a text cannot be read ({library.LastError()})");
        for (var i = 0; i < count; i++)
        {
            var text = bytes.AsSpan(i * size, size);
            var end = text.IndexOf((byte)0);
            each(Encoding.UTF8.GetString(end < 0 ? text : text[..end]));
        }
    }

    private long[] Sizes()
    {
        const int single = 0, simple = 1, none = 2;
        var kind = library.SpaceKind(space);
        if (kind == single) return [];
        if (kind == none) return [0];
        var rank = library.SpaceRank(space);
        if (kind != simple || rank is < 0 or > Hdf5Entry.MostDimensions) throw new ActionableException("its shape is damaged");
        var sizes = new long[rank];
        fixed (long* to = sizes)
            if (library.SpaceSizes(space, (ulong*)to, null) < 0) throw new ActionableException("its shape is damaged");
        return sizes.Any(size => size < 0) ? throw new ActionableException("its shape is damaged") : sizes;
    }

    private (Hdf5Kind, string) Kind()
    {
        var (kind, bits) = (library.TypeClass(type), 8 * (long)library.TypeSize(type));
        switch (kind)
        {
            case Hdf5Library.Integer:
                return (Hdf5Kind.Numbers, $"{(library.TypeSign(type) == 0 ? "uint" : "int")}{bits}");
            case Hdf5Library.Float:
                return (Hdf5Kind.Numbers, $"float{bits}");
            case Hdf5Library.Enumeration:
                return (Hdf5Kind.Numbers, bits == 8 ? "bool" : $"enum{bits}");
            case Hdf5Library.Text:
                return (Hdf5Kind.Texts, "string");
            case Hdf5Library.VariableLength:
                using (var inner = Hdf5Id.Of(library, library.TypeSuper(type), library.TypeClose, "its type is damaged"))
                    return library.TypeClass(inner) == Hdf5Library.Integer && library.TypeSize(inner) == 1
                        ? (Hdf5Kind.Blobs, "uint8 of any length") : (Hdf5Kind.Other, "lists of any length");
            default:
                return (Hdf5Kind.Other, kind switch
                {
                    2 => "time",
                    4 => "bits",
                    5 => "opaque bytes",
                    6 => "a compound of several values",
                    7 => "references",
                    10 => "arrays",
                    _ => "an unknown type",
                });
        }
    }
}
