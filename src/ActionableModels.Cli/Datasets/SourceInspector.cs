using ActionableModels.Cli.Terminal;
using ActionableModels.Compute;
using ActionableModels.Formats.Mappings;
using ActionableModels.Formats.Sources;

namespace ActionableModels.Cli;

/// <summary>Looks through a source once, one episode in memory at a time.</summary>
internal sealed class SourceInspector
{
    // Wider fields are embeddings, point clouds and the like.
    private const int WidestField = 16, FaultsShown = 10;

    private readonly IEpisodeSource source;
    private readonly EpisodeMapping? mapping;
    private readonly string? mappingFault;
    private readonly SourceContactSheet? sheet;
    private readonly MappingStatistics? mapped;
    private readonly Dictionary<string, StreamedNumber[]?> numbers = [];
    private readonly SortedDictionary<int, long> lengths = [];
    private readonly List<string> faults = [];
    private readonly HashSet<string> ofEpisode = [];
    private long read, steps, faultCount, lost;
    private bool uncounted;

    /// <summary>Chooses what to look for.</summary>
    /// <param name="source">What is looked through.</param>
    /// <param name="mapping">A mapping that was asked for; null: the one that is known for the source, if there is one.</param>
    /// <param name="sheet">Collects frames; null: none are decoded.</param>
    /// <exception cref="ActionableException">The mapping that was asked for does not fit.</exception>
    public SourceInspector(IEpisodeSource source, EpisodeMapping? mapping, SourceContactSheet? sheet = null)
    {
        (this.source, this.sheet) = (source, sheet);
        if (mapping is not null) mapping.Check(source);
        else (mapping, mappingFault) = Known(source);
        this.mapping = mapping;
        mapped = mapping is null ? null : new(mapping);
    }

    /// <summary>The mapping that is known for a source and fits it, or why it cannot be used.</summary>
    public static (EpisodeMapping? Mapping, string? Fault) Known(IEpisodeSource source)
    {
        try
        {
            var known = EpisodeMapping.For(source);
            known?.Check(source);
            return (known, null);
        }
        catch (ActionableException fault)
        {
            return (null, fault.Message);
        }
    }

    /// <summary>Reads the episodes.</summary>
    /// <param name="most">How many; null: all.</param>
    /// <param name="split">The split that was asked for, for the report.</param>
    /// <param name="progress">Told the number read.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public SourceInspection Run(long? most, string? split, ProgressLine? progress, CancellationToken cancellation)
    {
        var complete = Read(most ?? long.MaxValue, progress, cancellation);
        progress?.Finish();
        return new(source.Folder, source.Format, source.Name, split, [.. source.Splits.Select(s => new InspectedSplit(s.Name, s.Episodes))],
            source.Files.Count, source.Files.Sum(f => f.Bytes), source.Episodes ?? (complete && !uncounted ? read + lost : null), read, complete, steps,
            Lengths(), [.. source.Fields.Select(InspectedField.Of)],
            [.. source.Fields.DistinctBy(f => f.Name).SelectMany(Numbers)], mapped?.Result(), mappingFault, new(faultCount, lost, uncounted, faults));
    }

    // Whether all that there is was read.
    private bool Read(long most, ProgressLine? progress, CancellationToken cancellation)
    {
        if (most == 0) return source.Episodes == 0;
        try
        {
            foreach (var item in source.Read(default, cancellation))
            {
                cancellation.ThrowIfCancellationRequested();
                using var episode = item.Episode;
                if (item.Fault is { } fault) Fault(fault.Message, item.Lost);
                if (episode is not null)
                {
                    Look(episode);
                    read++;
                    progress?.Update(read, faultCount == 0 ? null : $"{Amount.Count(faultCount)} faults");
                }
                if (read >= most) return read + lost == source.Episodes;
            }
            return true;
        }
        catch (ActionableException fault)
        {
            // What came before is worth showing.
            Fault(fault.Message, -1);
            return false;
        }
    }

    private void Look(SourceEpisode episode)
    {
        ofEpisode.Clear();
        if (!Try(() =>
        {
            var length = episode.Steps;
            lengths[length] = lengths.GetValueOrDefault(length) + 1;
            steps += length;
        })) return;
        foreach (var field in source.Fields)
            if (field.Type is FieldType.Bool or FieldType.Integer or FieldType.Float && FieldNeed.Width(field) is null or (> 0 and <= WidestField))
                Try(() => Count(field, episode.Numbers(field.Name), episode.Steps));
        bool? success = null;
        if (mapping is not null) Try(() =>
        {
            var result = mapping.Map(episode);
            mapped!.Add(result);
            success = result.Success;
        });
        if (sheet is not null) Try(() => sheet.Add(episode, read, success));
    }

    private void Count(SourceField field, FieldValues values, int transitions)
    {
        if (values.Width is < 1 or > WidestField) return;
        if (!numbers.TryGetValue(field.Name, out var counts))
            numbers.Add(field.Name, counts =
                [.. Enumerable.Range(0, values.Width).Select(_ => new StreamedNumber(field.Type == FieldType.Float ? 0 : 1))]);
        // A width that varies has no numbers of its own.
        if (counts is null || counts.Length != values.Width) numbers[field.Name] = null;
        else
            for (var i = 0; i < (field.OfTransition ? Math.Min(transitions * values.Width, values.Values.Length) : values.Values.Length); i++) counts[i % counts.Length].Add(values.Values[i]);
    }

    private bool Try(Action look)
    {
        try
        {
            look();
            return true;
        }
        catch (ActionableException fault)
        {
            // The mapping meets the faults of the fields again.
            if (ofEpisode.Add(fault.Message)) Fault(fault.Message, 0);
            return false;
        }
    }

    private void Fault(string message, long episodes)
    {
        if (faultCount++ < FaultsShown) faults.Add(message);
        if (episodes < 0) uncounted = true;
        else lost += episodes;
    }

    private InspectedLengths? Lengths()
    {
        if (lengths.Count == 0) return null;
        var (total, passed, median) = (lengths.Values.Sum(), 0L, 0);
        var histogram = new StreamedNumber(1);
        foreach (var (length, episodes) in lengths)
        {
            if (2 * passed < total) median = length;
            passed += episodes;
            histogram.Add(length, episodes);
        }
        return new(lengths.Keys.First(), median, lengths.Keys.Last(), histogram.Histogram());
    }

    private IEnumerable<InspectedFieldNumber> Numbers(SourceField field) => numbers.GetValueOrDefault(field.Name) is not { } counts ? []
        : counts.Select((count, i) => InspectedFieldNumber.Of(counts.Length == 1 ? field.Name : $"{field.Name}[{i}]", count));
}
