using System.Runtime.InteropServices;
using ActionableModels.Compute;
using ActionableModels.Formats.Sources;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Hdf5;

/// <summary>What can be asked for.</summary>
internal enum Hdf5Request : byte
{
    /// <summary>Path, most bytes of a dataset: opens a file in place of the one before.</summary>
    Open,
    /// <summary>Group: the names in it.</summary>
    Names,
    /// <summary>Group: every dataset below it.</summary>
    Tree,
    /// <summary>Object: names of its attributes.</summary>
    AttributeNames,
    /// <summary>Object, name: an attribute.</summary>
    Attribute,
    /// <summary>Dataset, first row, rows: float32 numbers.</summary>
    Floats,
    /// <summary>Dataset, first row, rows: unsigned bytes.</summary>
    Bytes,
    /// <summary>Dataset: its texts.</summary>
    Texts,
    /// <summary>Dataset, first row, rows: as many rows of any length as an answer takes, at least one.</summary>
    Blobs,
}

/// <summary>Answers requests about one HDF5 file at a time.</summary>
internal sealed class Hdf5Server : IDisposable
{
    /// <summary>Bytes before the data of an answer: the first is 0 where the request was served, 1 where a text says why not.</summary>
    public const int Head = 8;

    /// <summary>Rows are asked for in parts of about this size.</summary>
    public const int PartBytes = 4 << 20;

    /// <summary>Largest part that is asked for because a chunk is that large.</summary>
    public const int LargestPart = 64 << 20;

    private readonly Hdf5MessageWriter answer = new();
    private Hdf5File? file;
    private long largest;

    /// <summary>The answer to a request, valid until the next.</summary>
    public ReadOnlySpan<byte> Answer(ReadOnlySpan<byte> request)
    {
        lock (Hdf5Library.Gate)
            try
            {
                answer.Clear().Long(0);
                Serve(new Hdf5MessageReader(request));
            }
            catch (Exception fault)
            {
                answer.Clear().Long(1).Text(fault is ActionableException ? fault.Message : $"it cannot be read ({FileFault.Show(fault.Message)})");
            }
        return answer.Written;
    }

    public void Dispose()
    {
        lock (Hdf5Library.Gate)
        {
            file?.Dispose();
            file = null;
        }
    }

    private void Serve(Hdf5MessageReader request)
    {
        var (what, path) = ((Hdf5Request)request.Byte(), request.Text());
        if (what == Hdf5Request.Open)
        {
            largest = request.Long();
            file?.Dispose();
            file = null;
            file = Hdf5File.Open(Hdf5Library.Open(), path);
            return;
        }
        var open = file ?? throw new ActionableException("no file is open");
        Hdf5Library.Open();
        switch (what)
        {
            case Hdf5Request.Names:
                Add(open.Names(path));
                break;
            case Hdf5Request.AttributeNames:
                Add(open.AttributeNames(path));
                break;
            case Hdf5Request.Tree:
                var tree = open.Tree(path);
                answer.Int(tree.Count);
                tree.ForEach(entry => entry.Write(answer));
                break;
            case Hdf5Request.Attribute:
                var (text, numbers) = open.Attribute(path, request.Text(), largest);
                answer.Byte((byte)(text is not null ? 1 : numbers is not null ? 2 : 0));
                if (text is not null) answer.Text(text);
                else if (numbers is not null) answer.Bytes(MemoryMarshal.AsBytes<double>(numbers));
                break;
            case Hdf5Request.Texts:
                Texts(open, path);
                break;
            default:
                Rows(open, path, what, request.Long(), request.Int());
                break;
        }
    }

    private void Add(List<string> names)
    {
        answer.Int(names.Count);
        names.ForEach(name => answer.Text(name));
    }

    private void Texts(Hdf5File open, string path)
    {
        using var dataset = open.Dataset(path);
        var entry = dataset.Checked(largest);
        if (entry.Kind != Hdf5Kind.Texts) throw new ActionableException($"it holds {entry.DataType}, no texts");
        var count = Hdf5Entry.Times(entry.Rows, entry.Width);
        if (Hdf5Entry.Times(count, 2 * sizeof(long)) > largest) throw new ActionableException($"it has {count} texts: {SourceOptions.AllowLarger}");
        answer.Int((int)count);
        if (count == 0) return;
        dataset.Texts(0, (int)entry.Rows, entry, largest, text => answer.Text(text));
    }

    private void Rows(Hdf5File open, string path, Hdf5Request what, long first, int rows)
    {
        var library = Hdf5Library.Open();
        using var dataset = open.Dataset(path);
        var entry = dataset.Checked(largest);
        if (what == Hdf5Request.Blobs)
        {
            if (entry.Kind != Hdf5Kind.Blobs || entry.Width != 1) throw new ActionableException($"it holds {entry.DataType}, no images");
            for (var row = 0; row < rows && (row == 0 || answer.Length < PartBytes); row++) dataset.Blob(first + row, entry, largest, answer);
            return;
        }
        var (wanted, bytes) = what == Hdf5Request.Floats ? (Hdf5Kind.Numbers, sizeof(float)) : (Hdf5Kind.Numbers, 1);
        if (entry.Kind != wanted || (what == Hdf5Request.Bytes && !entry.IsBytes)) throw new ActionableException($"it holds {entry.DataType}, no numbers");
        var total = Hdf5Entry.Times(Hdf5Entry.Times(rows, entry.Width), bytes);
        if (rows < 0 || total > Math.Max(largest, PartBytes)) throw new ActionableException($"{rows} rows of it are {total} bytes: {SourceOptions.AllowLarger}");
        if (total > 0)
            dataset.Numbers(first, rows, entry, what == Hdf5Request.Floats ? library.NativeFloat : library.NativeByte, answer.Room((int)total));
    }
}
