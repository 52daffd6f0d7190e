using ActionableModels.Compute;
using ActionableModels.Learning;
using ActionableModels.Metrics;

namespace ActionableModels.Cli;

/// <summary>What a report shows of one run: everything that train and eval left in its folder.</summary>
/// <param name="Name">Name in legends.</param>
/// <param name="Settings">How it was trained.</param>
/// <param name="Metrics">Learning curves.</param>
/// <param name="QValues">Q-value histograms, or null.</param>
/// <param name="Evaluations">Results of eval*.json, in order of their names.</param>
/// <param name="Strips">Pictures of strips*.png.</param>
internal sealed record RunData(string Name, RunSettings Settings, MetricsTable Metrics, QValues? QValues, IReadOnlyList<EvaluationReport> Evaluations,
    IReadOnlyList<(string Name, byte[] Png)> Strips)
{
    private const int MostStrips = 12;

    /// <summary>Reads a run.</summary>
    /// <exception cref="ActionableException">The folder holds no run, or a file of it cannot be read.</exception>
    public static RunData Read(string folder)
    {
        var settings = RunSettings.In(folder);
        var metrics = Path.Combine(folder, MetricsLog.CsvName);
        if (settings is null || !File.Exists(metrics))
            throw new ActionableException($"{folder}: holds no run ({RunFolder.SettingsName} or {MetricsLog.CsvName} is missing); give the --output folder of train");
        var evaluations = Files(folder, "eval*.json").Select(file => RunFolder.ReadJson<EvaluationReport>(file)!.Checked(file)).ToArray();
        var strips = Files(folder, "strips*.png").Take(MostStrips).Select(file => (Path.GetFileNameWithoutExtension(file), File.ReadAllBytes(file))).ToArray();
        return new(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))), settings, MetricsTable.Read(metrics),
            RunFolder.ReadJson<QValues>(Path.Combine(folder, RunFolder.QValuesName)), evaluations, strips);
    }

    private static IEnumerable<string> Files(string folder, string pattern) => Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal);
}
