using System.Globalization;
using ActionableModels.Compute;
using ActionableModels.Formats.Sources;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Hdf5;

/// <summary>
/// A Minari dataset (Minari's documentation, "Dataset standards"): main_data.hdf5 with groups /episode_K of T + 1 observations and T actions, and
/// metadata.json beside it, which tells the spaces.
/// </summary>
internal sealed class MinariSource : Hdf5EpisodeSource
{
    /// <summary>Name of the file that holds the data.</summary>
    public const string MainFile = "main_data.hdf5";

    private const string All = "all";
    private readonly MinariMetadata metadata;
    private readonly bool isWhole;
    private readonly int found;

    private MinariSource(Hdf5Client client, string path, MinariMetadata metadata, IEnumerable<string> names, SourceOptions options) : base(client, path)
    {
        this.metadata = metadata;
        var demos = Numbered(names, "episode_", "");
        found = demos.Count;
        Splits = [new(All, found)];
        var slice = SplitSlice.Parse(options.Split);
        if (slice.Name is { } split && split != All)
            throw new SourceException(path, null, null, $"there is no split {FileFault.Quote(split)}: Minari datasets have only one, {All}");
        Split = slice.Of(All);
        var (first, end) = slice.Of(found);
        isWhole = end - first == found;
        Demos = demos[(int)first..(int)end];
        Describe();
    }

    /// <inheritdoc/>
    public override string Format => "minari";
    /// <inheritdoc/>
    public override string Name => metadata.Id ?? System.IO.Path.GetFileName(System.IO.Path.GetFileName(Folder) == "data"
        ? System.IO.Path.GetDirectoryName(Folder)! : Folder);

    /// <summary>Opens the file, whose names in its root are known.</summary>
    public static MinariSource Open(Hdf5Client client, string path, IEnumerable<string> names, SourceOptions options) =>
        new(client, path, MinariMetadata.Read(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(path)!, MinariMetadata.FileName)), names, options);

    /// <inheritdoc/>
    public override Hdf5Images ImagesOf(Hdf5Entry entry) => Hdf5Schema.Images(entry, metadata.HoldsImageFiles(entry.Path));

    /// <inheritdoc/>
    protected override SourceEpisode Open(Hdf5Demo demo, Dictionary<string, Hdf5Entry> tree)
    {
        var actions = tree.Values.FirstOrDefault(entry => entry.Path == "actions" || entry.Path.StartsWith("actions/", StringComparison.Ordinal))
            ?? throw new ActionableException("it has no actions: leave the episode out");
        if (actions.Kind is Hdf5Kind.Damaged or Hdf5Kind.Outside) throw new SourceException(Path, demo.Number, actions.Path, actions.DataType);
        if (actions.Rows is < 1 or > int.MaxValue / 2) throw new SourceException(Path, demo.Number, actions.Path, $"it has {actions.Rows} rows: leave the episode out");
        if (Client.Attribute(demo.Group, "total_steps") is { Numbers: [var steps] } && steps != actions.Rows)
            throw new SourceException(Path, demo.Number, actions.Path, string.Create(CultureInfo.InvariantCulture,
                $"it has {actions.Rows} rows, total_steps says {steps}: the episode is damaged"));
        return new MinariEpisode(this, demo, tree, (int)actions.Rows);
    }

    /// <inheritdoc/>
    protected override SourceItem? End() => isWhole && metadata.Episodes is { } all && all > found
        ? new(new(0, found, 0), null, new SourceException(Path, null, null,
            $"it holds {found} episodes, {MinariMetadata.FileName} says {all}: restore the file"), all - found) : null;
}

/// <summary>An episode of T actions and T + 1 observations.</summary>
internal sealed class MinariEpisode(MinariSource source, Hdf5Demo demo, Dictionary<string, Hdf5Entry> tree, int steps) : Hdf5Episode(source, demo, tree)
{
    /// <inheritdoc/>
    public override int Steps => steps;

    /// <inheritdoc/>
    protected override (Hdf5Entry Entry, int Row)? Last(string field, Hdf5Entry entry) => null;

    /// <inheritdoc/>
    protected override int? Zeros(string field) => null;

    /// <inheritdoc/>
    protected override (long Least, long Most) RowsOf(string field) =>
        field == "observations" || field.StartsWith("observations/", StringComparison.Ordinal) ? (steps + 1L, steps + 1L)
        : field is "rewards" or "terminations" or "truncations" or "actions" || field.StartsWith("actions/", StringComparison.Ordinal) ? (steps, steps)
        : (0, long.MaxValue);
}
