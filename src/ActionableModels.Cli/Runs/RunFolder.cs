using System.Text.Json;
using ActionableModels.Cli.Latency;
using ActionableModels.Cli.Terminal;
using ActionableModels.Compute;
using ActionableModels.Learning;
using ActionableModels.Storage;

namespace ActionableModels.Cli;

/// <summary>The files of a training run beside those that <see cref="TrainingRun"/> writes.</summary>
internal static class RunFolder
{
    public const string SettingsName = "settings.json", QValuesName = "q-values.json";
    private const long LongestFile = 16 << 20;

    /// <summary>Removes what belongs to an older checkpoint of a run: what train and eval wrote there by their usual names.</summary>
    public static void ClearAllButCheckpoint(string folder)
    {
        string[] patterns = [SettingsName, QValuesName, Metrics.MetricsLog.CsvName, "events.out.tfevents.*", "eval*.json", "offline*.json", "strips*.png",
            LatencyReport.FileName];
        foreach (var file in patterns.SelectMany(pattern => Directory.EnumerateFiles(folder, pattern)).ToArray()) File.Delete(file);
    }

    /// <summary>Writes a JSON file, atomically.</summary>
    public static void WriteJson(string path, object value)
    {
        AtomicFile.WriteText(path, JsonOut.Text(value, JsonOut.Indented) + "\n");
    }

    /// <summary>Reads a JSON file of a run; null where there is none.</summary>
    /// <exception cref="ActionableException">It cannot be read.</exception>
    public static T? ReadJson<T>(string path) where T : class
    {
        if (!File.Exists(path)) return null;
        if (new FileInfo(path).Length > LongestFile)
            throw new ActionableException($"{path}: longer than {LongestFile >> 20} MiB, not a file of a run");
        try
        {
            return (T?)JsonSerializer.Deserialize(File.ReadAllBytes(path), JsonOut.Line.GetTypeInfo(typeof(T)));
        }
        catch (Exception fault) when (fault is JsonException or NotSupportedException)
        {
            throw new ActionableException($"{path}: not readable as a file of a run ({fault.Message}); write it again or remove it", fault);
        }
    }
}
