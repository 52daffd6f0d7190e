using ActionableModels.Compute;
using ActionableModels.Formats.Sources;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Hdf5;

/// <summary>The group of an episode.</summary>
/// <param name="Name">Its name: demo_3, episode_3.</param>
/// <param name="Number">The number in its name; null where a split names it and its name has none.</param>
/// <param name="Group">Its path in the file.</param>
/// <param name="Missing">Where a split names it but the file lacks it: what to say.</param>
internal sealed record Hdf5Demo(string Name, long? Number, string Group, string? Missing = null);

/// <summary>An HDF5 file with a group for each episode.</summary>
internal abstract class Hdf5EpisodeSource : IEpisodeSource
{
    private const int MostTried = 8;
    private readonly FileStamp stamp;
    private Dictionary<string, SourceField> schema = [];

    /// <summary>Takes the client, which is disposed with this.</summary>
    protected Hdf5EpisodeSource(Hdf5Client client, string path)
    {
        (Client, Path) = (client, path);
        (Folder, stamp) = (System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!, Stamp());
        Files = [new(System.IO.Path.GetFileName(path), stamp.Length)];
    }

    /// <inheritdoc/>
    public abstract string Format { get; }
    /// <inheritdoc/>
    public abstract string Name { get; }
    /// <inheritdoc/>
    public string Folder { get; }
    /// <inheritdoc/>
    public IReadOnlyList<SourceFile> Files { get; }
    /// <inheritdoc/>
    public IReadOnlyList<SourceField> Fields { get; private set; } = [];
    /// <inheritdoc/>
    public IReadOnlyList<SourceSplit> Splits { get; protected init; } = [];
    /// <inheritdoc/>
    public string Split { get; protected init; } = "";
    /// <inheritdoc/>
    public long? Episodes => Demos.Count;

    /// <summary>The file's path, as messages name it.</summary>
    public string Path { get; }
    /// <summary>The file.</summary>
    public Hdf5Client Client { get; }
    /// <summary>The episodes of the chosen split or slice, in order.</summary>
    protected IReadOnlyList<Hdf5Demo> Demos { get; init; } = [];

    /// <summary>Checks that the file is the one that was opened.</summary>
    /// <exception cref="SourceException">It has changed since.</exception>
    public void Unchanged()
    {
        if (Stamp() != stamp)
            throw new SourceException(Path, null, null, "the file has changed since it was opened: wait until it is written, and begin again");
    }

    /// <summary>How images lie in a dataset of an episode.</summary>
    public virtual Hdf5Images ImagesOf(Hdf5Entry entry) => Hdf5Schema.Images(entry, files: false);

    /// <summary>A field as the dataset's first episode has it.</summary>
    public SourceField? Described(string field) => schema.GetValueOrDefault(field);

    /// <inheritdoc/>
    public IEnumerable<SourceItem> Read(SourcePosition from, CancellationToken cancellation)
    {
        for (var record = from.Record; record < Demos.Count; record++)
        {
            cancellation.ThrowIfCancellationRequested();
            var demo = Demos[(int)record];
            Unchanged();
            SourceEpisode? episode = null;
            SourceException? fault = null;
            try
            {
                if (demo.Missing is { } missing) throw new ActionableException(missing);
                episode = Open(demo, Client.Tree(demo.Group));
            }
            catch (ActionableException cause)
            {
                fault = Fault(demo, cause);
                if (Client.IsHopeless) throw fault;
            }
            yield return new(new(0, record + 1, 0), episode, fault, fault is null ? 0 : 1);
        }
        if (End() is { } lost) yield return lost;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Client.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Opens an episode whose datasets are known.</summary>
    protected abstract SourceEpisode Open(Hdf5Demo demo, Dictionary<string, Hdf5Entry> tree);

    /// <summary>Fields that every episode has, whether the file holds them or not.</summary>
    protected virtual IEnumerable<SourceField> Always => [];

    /// <summary>A fault behind the last episode.</summary>
    protected virtual SourceItem? End() => null;

    /// <summary>Takes the schema from the first episode that can be read; where the attributes of none can be, without them.</summary>
    protected void Describe()
    {
        List<SourceField>? datasets = null;
        SourceField[] attributes = [];
        foreach (var demo in Demos.Where(demo => demo.Missing is null).Take(MostTried))
            try
            {
                var found = Datasets(Client.Tree(demo.Group));
                datasets ??= found;
                attributes = [.. Attributes(demo)];
                datasets = found;
                break;
            }
            catch (ActionableException)
            {
                // Reading names it as this episode's fault.
            }
        if (datasets is null) return;
        // What the first episode lacks, and attributes, may be of another shape in every other.
        schema = datasets.ToDictionary(field => field.Name);
        Fields = [.. datasets, .. Always.Where(always => !schema.ContainsKey(always.Name)), .. attributes];
    }

    private List<SourceField> Datasets(Dictionary<string, Hdf5Entry> tree)
    {
        var fields = new List<SourceField>();
        foreach (var entry in tree.Values)
            if (Hdf5Schema.Field(entry, ImagesOf(entry)) is { } field) fields.Add(field);
        return fields;
    }

    private IEnumerable<SourceField> Attributes(Hdf5Demo demo)
    {
        foreach (var name in Client.AttributeNames(demo.Group))
            switch (Client.Attribute(demo.Group, name))
            {
                case { Text: not null }:
                    yield return new(Hdf5Schema.Attributes + name, FieldType.Text, "string", [], false);
                    break;
                case { Numbers: { } numbers }:
                    yield return new(Hdf5Schema.Attributes + name, FieldType.Float, "float64", numbers.Length == 1 ? [] : [numbers.Length], false);
                    break;
            }
    }

    /// <summary>The demos of a group whose names are a word and a number, in the order of the numbers.</summary>
    /// <exception cref="ActionableException">Two have one name, which only a damaged file has.</exception>
    protected static List<Hdf5Demo> Numbered(IEnumerable<string> names, string word, string group)
    {
        const int mostDigits = 18;
        var demos = names.Where(name => name.Length > word.Length && name.Length <= word.Length + mostDigits
            && name.StartsWith(word, StringComparison.Ordinal) && name.AsSpan(word.Length).IndexOfAnyExceptInRange('0', '9') < 0)
            .Select(name => new Hdf5Demo(name, long.Parse(name.AsSpan(word.Length)), group + name))
            .OrderBy(demo => demo.Number).ThenBy(demo => demo.Name, StringComparer.Ordinal).ToList();
        for (var i = 1; i < demos.Count; i++)
            if (demos[i].Name == demos[i - 1].Name)
                throw new ActionableException($"there are two episodes {FileFault.Quote(demos[i].Name)}: the file is damaged, copy it again");
        return demos;
    }

    private SourceException Fault(Hdf5Demo demo, ActionableException cause) => cause as SourceException ?? new SourceException(Path, demo.Number, null,
        cause is Hdf5DeathException ? $"{cause.Message} while {demo.Name} was read: the file is damaged" : cause.Message, cause);

    private FileStamp Stamp()
    {
        try
        {
            return FileStamp.Of(Path);
        }
        catch (Exception fault) when (FileFault.Is(fault))
        {
            throw new SourceException(Path, null, null, $"the file cannot be looked at ({FileFault.Show(fault.Message)}): check the path", fault);
        }
    }
}
