using System.Globalization;
using ActionableModels.Compute;
using ActionableModels.Formats.Sources;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Hdf5;

/// <summary>
/// A robomimic file (robomimic's documentation, "Dataset structure"): groups /data/demo_K with N actions and N observations, filter keys under
/// /mask as splits. Demos come in the order of their numbers.
/// </summary>
internal sealed class RobomimicSource : Hdf5EpisodeSource
{
    private const string All = "all", Data = "data", Mask = "mask";

    private RobomimicSource(Hdf5Client client, string path, SourceOptions options) : base(client, path)
    {
        var slice = SplitSlice.Parse(options.Split);
        var demos = Numbered(client.Names(Data), "demo_", Data + "/");
        var masks = Masks(client, isNeeded: slice.Name is not (null or All));
        Splits = [new(All, demos.Count), .. masks.Values.Select(mask => new SourceSplit(mask.Path, mask.Kind == Hdf5Kind.Texts ? mask.Rows : null))];
        if (slice.Name is { } key && key != All) demos = Chosen(demos, key, masks);
        Split = slice.Of(slice.Name ?? All);
        var (first, end) = slice.Of(demos.Count);
        Demos = demos[(int)first..(int)end];
        Describe();
    }

    /// <inheritdoc/>
    public override string Format => "robomimic";
    /// <inheritdoc/>
    public override string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <inheritdoc/>
    protected override IEnumerable<SourceField> Always =>
        [new("rewards", FieldType.Float, "float32", [], true), new("dones", FieldType.Float, "float32", [], true)];

    /// <summary>Opens a file whose root has a group "data".</summary>
    public static RobomimicSource Open(Hdf5Client client, string path, SourceOptions options) => new(client, path, options);

    /// <inheritdoc/>
    protected override SourceEpisode Open(Hdf5Demo demo, Dictionary<string, Hdf5Entry> tree)
    {
        if (!tree.TryGetValue("actions", out var actions)) throw new ActionableException("it has no actions: leave the episode out");
        if (actions.Kind != Hdf5Kind.Numbers) throw new SourceException(Path, demo.Number, "actions", actions.DataType);
        if (actions.Rows is < 1 or > int.MaxValue / 2) throw new SourceException(Path, demo.Number, "actions", $"it has {actions.Rows} rows: leave the episode out");
        if (Client.Attribute(demo.Group, "num_samples") is { Numbers: [var samples] } && samples != actions.Rows)
            throw new SourceException(Path, demo.Number, "actions", string.Create(CultureInfo.InvariantCulture,
                $"it has {actions.Rows} rows, num_samples says {samples}: the episode is damaged"));
        return new RobomimicEpisode(this, demo, tree, (int)actions.Rows);
    }

    private static Dictionary<string, Hdf5Entry> Masks(Hdf5Client client, bool isNeeded)
    {
        try
        {
            return client.Names("").Contains(Mask) ? client.Tree(Mask) : [];
        }
        catch (ActionableException) when (!isNeeded)
        {
            return [];
        }
    }

    private List<Hdf5Demo> Chosen(List<Hdf5Demo> demos, string key, Dictionary<string, Hdf5Entry> masks)
    {
        if (!masks.TryGetValue(key, out var mask))
            throw new SourceException(Path, null, null, $"there is no split {FileFault.Quote(key)}: choose one of {string.Join(", ", Splits.Select(s => s.Name))}");
        if (mask.Kind != Hdf5Kind.Texts) throw new SourceException(Path, null, $"{Mask}/{key}", "it holds no names of demos: choose another split");
        var there = demos.ToDictionary(demo => demo.Name);
        var chosen = new List<Hdf5Demo>();
        foreach (var name in Client.Texts($"{Mask}/{key}").Distinct())
            chosen.Add(there.TryGetValue(name, out var demo) ? demo : Numbered([name], "demo_", Data + "/").FirstOrDefault(new Hdf5Demo(name, null, "")) with
            {
                Missing = $"split {FileFault.Quote(key)} names {FileFault.Quote(name)}, which the file lacks: restore the file",
            });
        return [.. chosen.OrderBy(demo => demo.Number ?? long.MaxValue)];
    }
}

/// <summary>
/// A demo of N steps. Its last observation is that of next_obs where every observation has a counterpart there, and T is N; else it is the last of
/// obs, whose action leads nowhere, and T is N − 1.
/// </summary>
internal sealed class RobomimicEpisode : Hdf5Episode
{
    private const string Observation = "obs/", Next = "next_obs/";
    private readonly Dictionary<string, Hdf5Entry> tree;
    private readonly int samples;
    private readonly bool hasNext;

    /// <summary>Takes the demo's datasets.</summary>
    public RobomimicEpisode(RobomimicSource source, Hdf5Demo demo, Dictionary<string, Hdf5Entry> tree, int samples) : base(source, demo, tree)
    {
        (this.tree, this.samples) = (tree, samples);
        var observed = tree.Values.Where(entry => entry.Path.StartsWith(Observation, StringComparison.Ordinal)).ToArray();
        hasNext = observed.Length > 0 && observed.All(entry => NextOf(entry) is { } next && next.Rows == samples);
    }

    /// <inheritdoc/>
    public override int Steps => hasNext ? samples : samples - 1;

    /// <inheritdoc/>
    protected override (Hdf5Entry Entry, int Row)? Last(string field, Hdf5Entry entry) =>
        hasNext && field.StartsWith(Observation, StringComparison.Ordinal) ? (NextOf(entry)!, samples - 1) : null;

    /// <inheritdoc/>
    public override bool Holds(string field) => Zeros(field) is null || tree.ContainsKey(field);

    /// <inheritdoc/>
    protected override int? Zeros(string field) => field is "rewards" or "dones" ? samples : null;

    /// <inheritdoc/>
    protected override (long Least, long Most) RowsOf(string field) =>
        field.StartsWith(Observation, StringComparison.Ordinal) || field.StartsWith(Next, StringComparison.Ordinal)
        || field is "actions" or "rewards" or "dones" or "states" ? (samples, samples) : (0, long.MaxValue);

    private Hdf5Entry? NextOf(Hdf5Entry entry) => tree.GetValueOrDefault(Next + entry.Path[Observation.Length..]) is { } next && next.Kind == entry.Kind
        && next.DataType == entry.DataType && next.Sizes.Skip(1).SequenceEqual(entry.Sizes.Skip(1)) && entry.Kind <= Hdf5Kind.Numbers ? next : null;
}
