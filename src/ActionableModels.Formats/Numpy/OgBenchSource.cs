using ActionableModels.Compute;
using ActionableModels.Formats.Sources;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Numpy;

/// <summary>OGBench's two files, name.npz and name-val.npz, as the splits train and val of one dataset.</summary>
internal sealed class OgBenchSource : IEpisodeSource
{
    public const string Train = "train", Validation = "val";
    private const string Extension = ".npz", ValidationEnd = "-val" + Extension;
    private readonly OgBenchFile file;
    private readonly long first, end, largestEpisode;

    private OgBenchSource(string path, string name, OgBenchFile file, IReadOnlyList<SourceSplit> splits, string split, (long First, long End) slice,
        long largest)
    {
        this.file = file;
        (first, end) = slice;
        largestEpisode = largest;
        Name = name;
        Folder = Path.GetDirectoryName(path)!;
        Files = [new(Path.GetFileName(path), file.File.File.Length)];
        Fields = [.. file.Fields.Select(f => f.Array.Field)];
        (Splits, Split) = (splits, split);
    }

    /// <inheritdoc/>
    public string Format => "ogbench";
    /// <inheritdoc/>
    public string Name { get; }
    /// <inheritdoc/>
    public string Folder { get; }
    /// <inheritdoc/>
    public IReadOnlyList<SourceFile> Files { get; }
    /// <inheritdoc/>
    public IReadOnlyList<SourceField> Fields { get; }
    /// <inheritdoc/>
    public IReadOnlyList<SourceSplit> Splits { get; }
    /// <inheritdoc/>
    public string Split { get; }
    /// <inheritdoc/>
    public long? Episodes => end - first;

    /// <summary>The dataset at a path: name.npz, name-val.npz, or a folder with one of them; empty where there is none, several where it is not clear.</summary>
    public static IReadOnlyList<string> Find(string path)
    {
        try
        {
            if (!Directory.Exists(path)) return IsNpz(path) ? [path] : [];
            var found = Directory.GetFiles(path).Where(IsNpz).Order(StringComparer.Ordinal).ToArray();
            return [.. found.Where(f => !IsValidation(f) || !found.Contains(TrainOf(f)))];
        }
        catch (Exception e) when (FileFault.Is(e))
        {
            return [];
        }
    }

    /// <summary>Opens a dataset.</summary>
    /// <exception cref="ActionableException">It cannot be read, is no OGBench dataset, or has no such split.</exception>
    public static OgBenchSource Open(string given, SourceOptions options)
    {
        var path = Path.GetFullPath(given);
        var train = IsValidation(path) && File.Exists(TrainOf(path)) ? TrainOf(path) : path;
        var files = new List<(string Split, string Path)>();
        if (!IsValidation(train)) files.Add((Train, train));
        var validation = IsValidation(train) ? train : train[..^Extension.Length] + ValidationEnd;
        if (File.Exists(validation)) files.Add((Validation, validation));
        var slice = SplitSlice.Parse(options.Split);
        var split = slice.Name ?? (IsValidation(path) ? Validation : Train);
        if (files.FindIndex(f => f.Split == split) is not (>= 0 and var chosen))
            throw new ActionableException($"{FileFault.Show(given)}: there is no split {FileFault.Quote(split)}: it has "
                + $"{string.Join(", ", files.Select(f => f.Split))}");
        var file = OgBenchFile.Open(files[chosen].Path);
        try
        {
            var splits = files.Select((f, i) => new SourceSplit(f.Split, i == chosen ? file.Episodes : Count(f.Path))).ToArray();
            var name = Path.GetFileName(train);
            name = name[..^(IsValidation(name) ? ValidationEnd : Extension).Length];
            return new(files[chosen].Path, name, file, splits, slice.Of(split), slice.Of(file.Episodes), options.LargestRecord);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IEnumerable<SourceItem> Read(SourcePosition from, CancellationToken cancellation)
    {
        if (from.File != 0 || from.Record > end) yield break;
        using var cursor = new OgBenchCursor(file, Math.Max(first, from.Record), end, largestEpisode);
        while (cursor.Next(cancellation) is { } item)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return item;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    // Another split's damage is no fault of the chosen one.
    private static long? Count(string path)
    {
        try
        {
            using var file = OgBenchFile.Open(path);
            return file.Episodes;
        }
        catch (ActionableException)
        {
            return null;
        }
    }

    private static bool IsNpz(string path) => path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase);

    private static bool IsValidation(string path) => path.EndsWith(ValidationEnd, StringComparison.OrdinalIgnoreCase);

    private static string TrainOf(string path) => path[..^ValidationEnd.Length] + Extension;
}
