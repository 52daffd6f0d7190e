using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ActionableModels.Compute;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Import;

/// <summary>A record that was left out.</summary>
/// <param name="File">Its file, below the source's folder where it lies there.</param>
/// <param name="Record">Its number in the file; null where the whole file is meant.</param>
/// <param name="Field">The field; null where the whole record is meant.</param>
/// <param name="Why">What is wrong.</param>
/// <param name="Episodes">Episodes that are lost with it; −1 where nobody can know.</param>
public sealed record SkippedRecord(string File, long? Record, string? Field, string Why, long Episodes);

/// <summary>A file that was read.</summary>
/// <param name="Path">Path below the source's folder.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">Its hash in lower-case hexadecimal; null where none was wanted, where the import
/// ended before the file, and where the file is missing, empty, or was changed.</param>
public sealed record ReadFile(string Path, long Bytes, string? Sha256);

/// <summary>How many images had a size.</summary>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Frames">Number of images.</param>
public sealed record OriginalSize(int Height, int Width, long Frames);

/// <summary>
/// import.json: where a dataset came from, and what was left out on the way. It holds no times and no paths of this machine, so that equal
/// imports give equal bytes; the hashes of the shards are in dataset.json.
/// </summary>
/// <param name="Format">Always <see cref="FormatName"/>.</param>
/// <param name="Version">1.</param>
/// <param name="Settings">What dataset.json says of the import, too.</param>
/// <param name="Complete">Whether the source was read to its end; else it ended after the number of episodes that was asked for.</param>
/// <param name="RecordsRead">Records read, those left out included.</param>
/// <param name="Episodes">Episodes imported.</param>
/// <param name="Steps">Their steps.</param>
/// <param name="Frames">Their frames.</param>
/// <param name="SuccessTold">Episodes of which the source tells whether they reached what they tried.</param>
/// <param name="Successes">How many of those did.</param>
/// <param name="ClippedActions">Action numbers that lay outside their bounds and were cut to them, for each dimension by its name.</param>
/// <param name="OriginalSizes">Sizes of the source's images.</param>
/// <param name="TurnedFrames">Images that EXIF says are to be turned (orientation other than 1), which is ignored.</param>
/// <param name="SkippedRecords">Records left out.</param>
/// <param name="SkippedEpisodes">Episodes lost with them, as far as that is known.</param>
/// <param name="SkippedUnknown">Records left out of which nobody can know how many episodes they held.</param>
/// <param name="Skipped">The first ten thousand of them.</param>
/// <param name="Files">The source's files.</param>
public sealed record ImportReport(string Format, int Version, IReadOnlyDictionary<string, string> Settings, bool Complete, long RecordsRead,
    long Episodes, long Steps, long Frames, long SuccessTold, long Successes, IReadOnlyDictionary<string, long> ClippedActions,
    IReadOnlyList<OriginalSize> OriginalSizes, long TurnedFrames, long SkippedRecords, long SkippedEpisodes, long SkippedUnknown,
    IReadOnlyList<SkippedRecord> Skipped, IReadOnlyList<ReadFile> Files)
{
    /// <summary>Its name in the dataset's folder.</summary>
    public const string FileName = "import.json";
    /// <summary>What its first field says.</summary>
    public const string FormatName = "actionable-models-import";
    private const long LongestFile = 1 << 30;

    /// <summary>The report of a finished import; null where there is none.</summary>
    /// <exception cref="ActionableException">The file cannot be read.</exception>
    public static ImportReport? Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            if (!File.Exists(path)) return null;
            if (new FileInfo(path).Length > LongestFile) throw Bad(path, null);
            using var stream = File.OpenRead(path);
            return JsonSerializer.Deserialize(stream, ImportJson.Indented.ImportReport) is { Format: FormatName, Version: 1 } report ? report
                : throw Bad(path, null);
        }
        catch (JsonException fault)
        {
            throw Bad(path, fault);
        }
        catch (Exception fault) when (FileFault.Is(fault))
        {
            throw FileFault.Reading(path, fault);
        }
    }

    /// <summary>Writes the report, atomically.</summary>
    /// <exception cref="ActionableException">It cannot be written.</exception>
    internal void Write(string folder, Action<WritePoint, string>? probe) => AtomicFile.Write(Path.Combine(folder, FileName), stream =>
    {
        JsonSerializer.Serialize(stream, this, ImportJson.Indented.ImportReport);
        stream.Write("\n"u8);
    }, probe);

    private static ActionableException Bad(string path, Exception? cause) =>
        new($"{FileFault.Show(path)}: it is no report of an import: restore it, or import again with --force", cause);
}

/// <summary>The types of import.json and of the notes in shards; the code is generated while compiling.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ImportReport))]
[JsonSerializable(typeof(SkippedRecord[]))]
[JsonSerializable(typeof(OriginalSize[]))]
[JsonSerializable(typeof(long[]))]
internal sealed partial class ImportJson : JsonSerializerContext
{
    /// <summary>For files.</summary>
    public static ImportJson Indented { get; } = new(Form(indented: true));

    /// <summary>For notes.</summary>
    public static ImportJson Line { get; } = new(Form(indented: false));

    private static JsonSerializerOptions Form(bool indented) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, WriteIndented = indented,
        NewLine = "\n",
    };
}
