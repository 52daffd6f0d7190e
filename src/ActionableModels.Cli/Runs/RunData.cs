using ActionableModels.Cli.Latency;
using ActionableModels.Compute;
using ActionableModels.Learning;
using ActionableModels.Metrics;

namespace ActionableModels.Cli;

/// <summary>What a report shows of one run: everything that train and eval left in its folder.</summary>
/// <param name="Name">Name in legends.</param>
/// <param name="Settings">How it was trained.</param>
/// <param name="Metrics">Learning curves.</param>
/// <param name="QValues">Q-value histograms, or null.</param>
/// <param name="Evaluations">Results of eval in simulated worlds, in order of their files' names.</param>
/// <param name="Strips">Pictures of strips*.png.</param>
/// <param name="Latency">Times of decisions, or null.</param>
internal sealed record RunData(string Name, RunSettings Settings, MetricsTable Metrics, QValues? QValues,
    IReadOnlyList<EvaluationReport> Evaluations, IReadOnlyList<(byte[] Png, bool? Reached)> Strips, LatencyReport? Latency)
{
    private const int MostStrips = 12;

    /// <summary>Results of eval on recorded steps, in order of their files' names.</summary>
    public IReadOnlyList<OfflineReport> Offline { get; init; } = [];

    /// <summary>Reads runs; those of equal folder names are named by their paths.</summary>
    /// <exception cref="ActionableException">A folder holds no run, or a file of it cannot be read.</exception>
    public static RunData[] Read(IReadOnlyList<string> folders)
    {
        var runs = folders.Select(Read).ToArray();
        return runs.DistinctBy(run => run.Name).Count() == runs.Length ? runs
            : [.. runs.Zip(folders, (run, folder) => run with { Name = folder })];
    }

    /// <summary>Reads a run.</summary>
    /// <exception cref="ActionableException">The folder holds no run, or a file of it cannot be read.</exception>
    public static RunData Read(string folder)
    {
        var settings = RunSettings.In(folder);
        var metrics = Path.Combine(folder, MetricsLog.CsvName);
        if (settings is null || !File.Exists(metrics))
            throw new ActionableException($"{folder}: holds no run ({RunFolder.SettingsName} or {MetricsLog.CsvName} is missing); "
                + "give the --output folder of train");
        var results = RunFolder.ResultPatterns.SelectMany(pattern => Files(folder, pattern)).ToLookup(OfflineReport.Is);
        var evaluations = results[false].Select(EvaluationReport.Read).ToArray();
        var strips = Files(folder, "strips*.png").Take(MostStrips).Select(file => (File.ReadAllBytes(file), Outcome(file))).ToArray();
        return new(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))), settings, MetricsTable.Read(metrics),
            QValues.In(folder), evaluations, strips, LatencyReport.Read(Path.Combine(folder, LatencyReport.FileName)))
        {
            Offline = [.. results[true].Select(OfflineReport.Read)],
        };
    }

    // The demo names its strips by their outcome.
    private static bool? Outcome(string file) => file.EndsWith("-reached.png", StringComparison.Ordinal) ? true
        : file.EndsWith("-missed.png", StringComparison.Ordinal) ? false : null;

    private static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal);
}
