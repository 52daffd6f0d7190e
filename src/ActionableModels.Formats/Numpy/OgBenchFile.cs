using ActionableModels.Compute;
using ActionableModels.Formats.Sources;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Numpy;

/// <summary>
/// One npz file of OGBench: arrays over all rows of all trajectories. Which rows belong together, only one array of flags tells; opening reads
/// that through once, to count the trajectories and to check the flags.
/// </summary>
internal sealed class OgBenchFile : IDisposable
{
    public const string Observations = "observations", Actions = "actions", Terminals = "terminals", Valids = "valids", NextPrefix = "next_";

    private OgBenchFile(NpzFile file, OgBenchLayout layout, NpzArray ends, IReadOnlyList<OgBenchField> fields)
    {
        (File, Layout, Ends, Fields) = (file, layout, ends, fields);
        using var trajectories = new TrajectoryReader(this);
        while (trajectories.Next() is not null) Episodes++;
    }

    /// <summary>The arrays.</summary>
    public NpzFile File { get; }
    /// <summary>How rows are counted.</summary>
    public OgBenchLayout Layout { get; }
    /// <summary>The flags that tell where trajectories end: terminals, or valids.</summary>
    public NpzArray Ends { get; }
    /// <summary>The arrays with a row for every step that can be read.</summary>
    public IReadOnlyList<OgBenchField> Fields { get; }
    /// <summary>Number of trajectories, with one that does not end.</summary>
    public long Episodes { get; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="ActionableException">It cannot be read, or is no OGBench dataset: the message names array and row.</exception>
    public static OgBenchFile Open(string path)
    {
        var file = NpzFile.Open(path);
        try
        {
            var layout = (file.Find(NextPrefix + Observations), file.Find(Valids)) switch
            {
                (null, null) => OgBenchLayout.Stored,
                (null, _) => OgBenchLayout.Compact,
                (_, null) => OgBenchLayout.Regular,
                _ => throw file.File.Bad($"it has both {Valids} and {NextPrefix}{Observations}: a compact dataset has the first, a regular one the second"),
            };
            NpzArray[] needed = [Required(file, Observations), Required(file, Actions), Required(file, Terminals)];
            var ends = layout == OgBenchLayout.Compact ? Required(file, Valids) : needed[2];
            Check(file, ends, needed);
            return new(file, layout, ends, FieldsOf(file, layout, ends.Header.Rows));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => File.Dispose();

    private static NpzArray Required(NpzFile file, string name)
    {
        var array = file.Find(name) ?? throw file.File.Bad($"it has no array {name}: an OGBench dataset has {Observations}, {Actions} and {Terminals}, "
            + $"this file has {(file.Arrays.Count == 0 ? "no arrays" : string.Join(", ", file.Arrays.Take(20).Select(a => FileFault.Show(a.Name, 40))))}");
        if (array.Unreadable is { } why) throw file.Bad(array, why);
        return array.Header.Type.IsNumber ? array : throw file.Bad(array, "it holds text: numbers are needed there");
    }

    private static void Check(NpzFile file, NpzArray ends, IEnumerable<NpzArray> needed)
    {
        if (ends.Header.Shape.Length is not (1 or 2) || ends.Header.Width != 1)
            throw file.Bad(ends, $"its shape is ({string.Join(", ", ends.Header.Shape)}): one number for every row is needed");
        foreach (var array in needed)
            if (array.Header.Shape.Length == 0 || array.Header.Rows != ends.Header.Rows)
                throw file.Bad(array, $"it has {array.Header.Rows} rows, {ends.Name} has {ends.Header.Rows}: the arrays are not of one dataset");
        var observations = file.Find(Observations)!;
        if (observations.Header is { Type: { Kind: 'u', Bytes: 1 }, Shape: [_, _, _, var channels] } && !observations.IsImages)
            throw file.Bad(observations, $"its images are of {string.Join("×", observations.Header.Shape.Skip(1))} (height × width × channels)"
                + ": images of 1, 3 or 4 channels are read" + (channels > 3 && channels % 3 == 0 ? "; of stacked frames, write the newest of each row alone" : ""));
    }

    private static OgBenchField[] FieldsOf(NpzFile file, OgBenchLayout layout, long rows)
    {
        var arrays = file.Arrays.Where(a => a.Unreadable is null && a.Header.Shape.Length > 0 && a.Header.Rows == rows).ToDictionary(a => a.Name);
        var fields = new List<OgBenchField>();
        foreach (var array in arrays.Values)
        {
            var next = layout == OgBenchLayout.Regular ? arrays.GetValueOrDefault(NextPrefix + array.Name) : null;
            if (next is not null && !next.IsLike(array)) throw file.Bad(next, $"its type or shape is not that of {array.Name}: the arrays are not of one dataset");
            if (layout != OgBenchLayout.Regular || !array.Name.StartsWith(NextPrefix, StringComparison.Ordinal)
                || !arrays.ContainsKey(array.Name[NextPrefix.Length..]))
                fields.Add(new(array, next));
        }
        if (layout == OgBenchLayout.Regular && fields.First(f => f.Array.Name == Observations).Next is null)
            throw file.File.Bad($"{NextPrefix}{Observations} has not the rows of {Observations}, or cannot be read: write it like {Observations}");
        return [.. fields];
    }
}

/// <summary>A field of every step.</summary>
/// <param name="Array">Its rows.</param>
/// <param name="Next">In the regular layout, the array that has the row behind a trajectory's last; null where there is none.</param>
internal sealed record OgBenchField(NpzArray Array, NpzArray? Next);
