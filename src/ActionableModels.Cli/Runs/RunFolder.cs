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

    /// <summary>Names of eval's results that a report shows; which of the two kinds one is, it says itself.</summary>
    public static IReadOnlyList<string> ResultPatterns { get; } = ["eval*.json", "offline*.json"];

    /// <summary>Removes what belongs to an older checkpoint of a run: what train and eval wrote there by their usual names.</summary>
    public static void ClearAllButCheckpoint(string folder)
    {
        string[] patterns = [SettingsName, QValuesName, Metrics.MetricsLog.CsvName, "events.out.tfevents.*", .. ResultPatterns, "strips*.png",
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
    public static T? ReadJson<T>(string path) where T : class =>
        File.Exists(path) ? Read(path, bytes => (T?)JsonSerializer.Deserialize(bytes, JsonOut.Line.GetTypeInfo(typeof(T)))) : null;

    /// <summary>Whether a JSON file of a run is an object with some key.</summary>
    /// <exception cref="ActionableException">It cannot be read.</exception>
    public static bool HasKey(string path, string key) => Read(path, bytes =>
    {
        using var json = JsonDocument.Parse(bytes);
        return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty(key, out _);
    });

    private static T Read<T>(string path, Func<byte[], T> parse)
    {
        if (new FileInfo(path).Length > LongestFile)
            throw new ActionableException($"{path}: longer than {LongestFile >> 20} MiB, not a file of a run");
        try
        {
            return parse(File.ReadAllBytes(path));
        }
        catch (Exception fault) when (fault is JsonException or NotSupportedException)
        {
            throw new ActionableException($"{path}: not readable as a file of a run ({fault.Message}); write it again or remove it", fault);
        }
    }
}
