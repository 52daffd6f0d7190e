using ActionableModels.Compute;
using ActionableModels.Formats.Sources;

namespace ActionableModels.Formats.Numpy;

/// <summary>An npz file: a ZIP archive of npy arrays. Opening reads the headers of all of them.</summary>
internal sealed class NpzFile : IDisposable
{
    private const string Extension = ".npy";

    private NpzFile(ArchiveFile file, NpzArray[] arrays) => (File, Arrays) = (file, arrays);

    /// <summary>The archive.</summary>
    public ArchiveFile File { get; }
    /// <summary>The arrays, in the order of the archive.</summary>
    public IReadOnlyList<NpzArray> Arrays { get; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="ActionableException">It cannot be read, is no archive, or an array's header is damaged.</exception>
    public static NpzFile Open(string path)
    {
        var file = ArchiveFile.Open(path);
        try
        {
            return new(file, [.. ZipDirectory.Read(file).Where(IsArray).Select(entry => ReadHeader(file, entry))]);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>An array by its name; null where there is none.</summary>
    public NpzArray? Find(string name) => Arrays.FirstOrDefault(a => a.Name == name);

    /// <summary>A reader at the first row of an array.</summary>
    public EntryReader Read(NpzArray array)
    {
        var reader = new EntryReader(File, array.Entry);
        try
        {
            var header = new byte[array.Header.Bytes];
            reader.Read(header);
            return reader;
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    /// <summary>A fault of an array.</summary>
    public SourceException Bad(NpzArray array, string what) => new(File.Path, null, array.Name, what);

    /// <summary>Name of the array in an entry.</summary>
    public static string FieldName(ZipEntry entry) => IsArray(entry) ? entry.Name[..^Extension.Length] : entry.Name;

    /// <inheritdoc/>
    public void Dispose() => File.Dispose();

    private static bool IsArray(ZipEntry entry) => entry.Name.EndsWith(Extension, StringComparison.Ordinal);

    private static NpzArray ReadHeader(ArchiveFile file, ZipEntry entry)
    {
        var name = FieldName(entry);
        using var reader = new EntryReader(file, entry);
        return new(name, entry, NpyHeader.Read(reader, entry.Bytes, what => new SourceException(file.Path, null, name, what)));
    }
}
