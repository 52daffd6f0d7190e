using System.Globalization;
using System.Text.Json;
using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Formats.Sources;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Import;

/// <summary>
/// What an import has counted so far, and its place in the source. Each shard's notes hold all of it, the records left out since the shard
/// before among them; so what a killed import goes on from is always what its last shard says.
/// </summary>
internal sealed class ImportTally
{
    /// <summary>Records left out that are listed; more are only counted.</summary>
    public const int MostListed = 10_000;
    private const int LongestWhy = 400;
    private const string NextKey = "import.next", CountsKey = "import.counts", ClippedKey = "import.clipped", SizesKey = "import.sizes",
        SkippedKey = "import.skipped";

    private readonly long[] clipped = new long[ActionSpace.Dimensions];
    private readonly SortedDictionary<(int Height, int Width), long> sizes = [];
    private readonly List<SkippedRecord> skipped = [];
    private int noted;

    /// <summary>The place behind the last record.</summary>
    public SourcePosition Next { get; private set; }
    /// <summary>Records read.</summary>
    public long Records { get; private set; }
    /// <summary>Episodes imported.</summary>
    public long Episodes { get; private set; }
    /// <summary>Their steps.</summary>
    public long Steps { get; private set; }
    /// <summary>Records left out.</summary>
    public long Skipped { get; private set; }
    /// <summary>Episodes lost to faults, as far as that is known; those that hold no step are none.</summary>
    public long LostToFaults { get; private set; }
    /// <summary>Episodes left out for any reason, as far as that is known.</summary>
    public long Lost { get; private set; }
    /// <summary>Faults of which nobody can know how many episodes they took away.</summary>
    public long Unknown { get; private set; }
    private long told, successes, turned;

    /// <summary>A record was read.</summary>
    public void Read(SourcePosition next)
    {
        Next = next;
        Records++;
    }

    /// <summary>It is imported.</summary>
    public void Add(ImportedEpisode imported)
    {
        Episodes++;
        Steps += imported.Episode.Steps;
        if (imported.Success is { } success)
        {
            told++;
            if (success) successes++;
        }
        for (var d = 0; d < Math.Min(clipped.Length, imported.Clipped.Length); d++) clipped[d] += imported.Clipped[d];
        turned += imported.Turned;
        foreach (var size in imported.Sizes) sizes[size] = sizes.GetValueOrDefault(size) + 1;
    }

    /// <summary>It is left out.</summary>
    /// <param name="fault">Why.</param>
    /// <param name="episodes">Episodes lost with it; −1 where nobody can know.</param>
    /// <param name="folder">The source's folder, which is no part of a file's name here.</param>
    /// <param name="isFault">Whether something is wrong with it.</param>
    public void Skip(SourceException fault, long episodes, string folder, bool isFault)
    {
        Skipped++;
        if (episodes < 0) Unknown++;
        else Lost += episodes;
        if (isFault) LostToFaults += Math.Max(0, episodes);
        if (skipped.Count < MostListed)
            skipped.Add(new(Below(fault.File, folder), fault.Record, fault.Field is { } field ? FileFault.Show(field, LongestWhy) : null,
                FileFault.Show(fault.What.Replace(folder, "", StringComparison.Ordinal), LongestWhy), episodes));
    }

    /// <summary>What is to be noted in the shard that is written now.</summary>
    public Dictionary<string, string> Notes()
    {
        var latest = skipped[noted..];
        noted = skipped.Count;
        return new()
        {
            [NextKey] = Next.ToString(),
            [CountsKey] = JsonSerializer.Serialize([Records, Episodes, Steps, Skipped, LostToFaults, Lost, Unknown, told, successes, turned],
                ImportJson.Line.Int64Array),
            [ClippedKey] = JsonSerializer.Serialize(clipped, ImportJson.Line.Int64Array),
            [SizesKey] = JsonSerializer.Serialize(Sizes(), ImportJson.Line.OriginalSizeArray),
            [SkippedKey] = JsonSerializer.Serialize([.. latest], ImportJson.Line.SkippedRecordArray),
        };
    }

    /// <summary>What the shards' notes say.</summary>
    /// <param name="notes">A set for each shard.</param>
    /// <param name="folder">Folder of the dataset, for messages.</param>
    /// <exception cref="ActionableException">A shard was not written by an import, or its notes are damaged.</exception>
    public static ImportTally From(IReadOnlyList<IReadOnlyDictionary<string, string>> notes, string folder)
    {
        var tally = new ImportTally();
        if (notes.Count == 0) return tally;
        try
        {
            foreach (var note in notes) tally.skipped.AddRange(JsonSerializer.Deserialize(note[SkippedKey], ImportJson.Line.SkippedRecordArray)!);
            tally.noted = tally.skipped.Count;
            var last = notes[^1];
            if (!SourcePosition.TryParse(last[NextKey], out var next)
                || JsonSerializer.Deserialize(last[CountsKey], ImportJson.Line.Int64Array)
                    is not [var records, var episodes, var steps, var skipped, var faults, var lost, var unknown, var told, var successes, var turned]
                || JsonSerializer.Deserialize(last[ClippedKey], ImportJson.Line.Int64Array) is not { Length: ActionSpace.Dimensions } clipped)
                throw Bad(folder, null);
            (tally.Next, tally.Records, tally.Episodes, tally.Steps, tally.Skipped, tally.LostToFaults) = (next, records, episodes, steps, skipped, faults);
            (tally.Lost, tally.Unknown, tally.told, tally.successes, tally.turned) = (lost, unknown, told, successes, turned);
            clipped.CopyTo(tally.clipped, 0);
            foreach (var size in JsonSerializer.Deserialize(last[SizesKey], ImportJson.Line.OriginalSizeArray)!)
                tally.sizes[(size.Height, size.Width)] = size.Frames;
            return tally;
        }
        catch (Exception fault) when (fault is KeyNotFoundException or JsonException or ArgumentNullException)
        {
            throw Bad(folder, fault);
        }
    }

    /// <summary>The report.</summary>
    public ImportReport Report(IReadOnlyDictionary<string, string> settings, bool complete, IReadOnlyList<ReadFile> files) => new(
        ImportReport.FormatName, 1, settings, complete, Records, Episodes, Steps, Steps + Episodes, told, successes,
        ActionSpace.Names.Select((name, d) => (name, d)).ToDictionary(n => n.name, n => clipped[n.d]), Sizes(), turned, Skipped, Lost, Unknown, skipped, files);

    private OriginalSize[] Sizes() => [.. sizes.Select(s => new OriginalSize(s.Key.Height, s.Key.Width, s.Value))];

    private static string Below(string file, string folder)
    {
        var below = Path.IsPathFullyQualified(file) && file.StartsWith(folder, StringComparison.Ordinal)
            ? Path.GetRelativePath(folder, file).Replace('\\', '/') : file;
        return FileFault.Show(below, LongestWhy);
    }

    private static ActionableException Bad(string folder, Exception? cause) => new(string.Create(CultureInfo.InvariantCulture,
        $"{FileFault.Show(folder)}: its last shard does not say where an import ended: replace the dataset with --force"), cause);
}
