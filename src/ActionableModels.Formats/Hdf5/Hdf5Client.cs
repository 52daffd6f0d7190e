using System.Runtime.InteropServices;
using ActionableModels.Compute;
using ActionableModels.Formats.Sources;

namespace ActionableModels.Formats.Hdf5;

/// <summary>
/// One HDF5 file seen through a channel. Any number of threads may ask. Where the process behind the channel ended, the next request opens the
/// file again in a new one.
/// </summary>
internal sealed class Hdf5Client(IHdf5Channel channel, string path, long largest) : IDisposable
{
    /// <summary>After so many deaths with no answer between them, nothing more is asked.</summary>
    public const int MostDeaths = 8;

    private readonly Lock gate = new();
    private readonly Hdf5MessageWriter request = new();
    private int generation = -1, deaths;

    /// <summary>Most bytes of a dataset.</summary>
    public long Largest => largest;

    /// <summary>Whether the file has ended so many processes that going on makes no sense.</summary>
    public bool IsHopeless => deaths >= MostDeaths;

    /// <summary>The names in a group.</summary>
    public List<string> Names(string group) => Texts(Hdf5Request.Names, group);

    /// <summary>The names of an object's attributes.</summary>
    public List<string> AttributeNames(string at) => Texts(Hdf5Request.AttributeNames, at);

    /// <summary>All texts of a dataset.</summary>
    public List<string> Texts(string dataset) => Texts(Hdf5Request.Texts, dataset);

    /// <summary>Every dataset below a group, by its path from there.</summary>
    public Dictionary<string, Hdf5Entry> Tree(string group)
    {
        const int leastBytes = 33;
        var answer = new Hdf5MessageReader(Ask(to => to.Byte((byte)Hdf5Request.Tree).Text(group)));
        var found = new Dictionary<string, Hdf5Entry>();
        for (var left = answer.Count(leastBytes); left > 0; left--)
        {
            var entry = Hdf5Entry.Read(ref answer);
            found[entry.Path] = entry;
        }
        answer.Finish();
        return found;
    }

    /// <summary>An attribute's text or numbers; neither where it is missing or of another type.</summary>
    public (string? Text, double[]? Numbers) Attribute(string at, string name)
    {
        var answer = new Hdf5MessageReader(Ask(to => to.Byte((byte)Hdf5Request.Attribute).Text(at).Text(name)));
        return answer.Byte() switch
        {
            1 => (answer.Text(), null),
            2 => (null, MemoryMarshal.Cast<byte, double>(answer.Bytes()).ToArray()),
            _ => default,
        };
    }

    /// <summary>Rows of a dataset as float32.</summary>
    public void Floats(string dataset, Hdf5Entry entry, long first, Span<float> rows) =>
        Parts(Hdf5Request.Floats, dataset, entry, sizeof(float), first, MemoryMarshal.AsBytes(rows));

    /// <summary>Rows of a dataset of bytes.</summary>
    public void Bytes(string dataset, Hdf5Entry entry, long first, Span<byte> rows) => Parts(Hdf5Request.Bytes, dataset, entry, 1, first, rows);

    /// <summary>All rows of a dataset of bytes of any length.</summary>
    /// <exception cref="ActionableException">Together they are longer than <see cref="Largest"/>.</exception>
    public ReadOnlyMemory<byte>[] Blobs(string dataset, int rows)
    {
        var blobs = new ReadOnlyMemory<byte>[rows];
        long total = 0;
        for (var row = 0; row < rows;)
        {
            var from = row;
            var message = Ask(to => to.Byte((byte)Hdf5Request.Blobs).Text(dataset).Long(from).Int(rows - from));
            var answer = new Hdf5MessageReader(message);
            while (answer.Left > 0 && row < rows)
            {
                var length = answer.Bytes().Length;
                blobs[row++] = message.AsMemory(message.Length - answer.Left - length, length);
            }
            if (row == from || answer.Left > 0) throw Hdf5MessageReader.Damaged();
            if ((total += message.Length) > largest) throw new ActionableException($"its rows are of more than {largest} bytes: {SourceOptions.AllowLarger}");
        }
        return blobs;
    }

    public void Dispose() => channel.Dispose();

    private List<string> Texts(Hdf5Request what, string at)
    {
        var answer = new Hdf5MessageReader(Ask(to => to.Byte((byte)what).Text(at)));
        var texts = new List<string>();
        for (var left = answer.Count(sizeof(int)); left > 0; left--) texts.Add(answer.Text());
        answer.Finish();
        return texts;
    }

    private void Parts(Hdf5Request what, string dataset, Hdf5Entry entry, int elementBytes, long first, Span<byte> rows)
    {
        var rowBytes = Hdf5Entry.Times(entry.Width, elementBytes);
        if (rowBytes == 0) return;
        if (rowBytes > Hdf5Process.LongestAnswer) throw new ActionableException($"a row of it is of {rowBytes} bytes, more than {Hdf5Process.LongestAnswer}");
        var part = Part(entry.ChunkRows, rowBytes);
        while (rows.Length > 0)
        {
            // Up to the end of a chunk, which is decompressed as a whole for every part that begins or ends in it.
            var count = (int)Math.Min(part - (entry.ChunkRows > 1 && part >= entry.ChunkRows ? first % entry.ChunkRows : 0), rows.Length / rowBytes);
            lock (gate)
                Guarded(() =>
                {
                    request.Clear().Byte((byte)what).Text(dataset).Long(first).Int(count);
                }, rows[..(int)(count * rowBytes)]);
            first += count;
            rows = rows[(int)(count * rowBytes)..];
        }
    }

    // Rows of a part: whole chunks where one is not too large.
    private static long Part(long chunkRows, long rowBytes)
    {
        var (few, most) = (Math.Max(1, Hdf5Server.PartBytes / rowBytes), Math.Max(1, Hdf5Server.LargestPart / rowBytes));
        return chunkRows <= 1 ? few : chunkRows > most ? most : Math.Max(1, few / chunkRows) * chunkRows;
    }

    private byte[] Ask(Action<Hdf5MessageWriter> write)
    {
        lock (gate)
            return Guarded(() => write(request.Clear()), default)!;
    }

    private byte[]? Guarded(Action write, Span<byte> data)
    {
        if (IsHopeless)
            throw new ActionableException($"libhdf5 ended {MostDeaths} times in a row over this file: it is damaged throughout, copy it again");
        try
        {
            if (generation != channel.Generation || generation < 1)
            {
                request.Clear().Byte((byte)Hdf5Request.Open).Text(path).Long(largest);
                channel.Ask(request.Written);
                generation = channel.Generation;
            }
            write();
            if (request.Length > Hdf5Worker.LongestRequest) throw new ActionableException("its name is too long");
            byte[]? answer = null;
            if (data.IsEmpty) answer = channel.Ask(request.Written);
            else channel.Ask(request.Written, data);
            deaths = 0;
            return answer;
        }
        catch (Hdf5DeathException)
        {
            deaths++;
            generation = -1;
            throw;
        }
    }
}
