using ActionableModels.Compute;
using ActionableModels.Storage;

namespace ActionableModels.Cli;

/// <summary>Puts a dataset's folder back to what it held before, unless the writing is kept.</summary>
internal sealed class DatasetRollback : IDisposable
{
    private const string Description = "dataset.json";
    private readonly string folder;
    private readonly bool folderExisted;
    private readonly HashSet<string> before;
    private readonly byte[]? description;
    private bool kept;

    /// <summary>Remembers the folder.</summary>
    /// <exception cref="ActionableException">It holds a dataset and this is no appending, or the other way round.</exception>
    public DatasetRollback(string folder, bool append)
    {
        this.folder = folder;
        folderExisted = Directory.Exists(folder);
        before = folderExisted ? [.. Directory.EnumerateFiles(folder)] : [];
        var path = Path.Combine(folder, Description);
        if (File.Exists(path) != append)
            throw new ActionableException(append
                ? $"{folder}: holds no dataset to append to; leave out --append to record a new one"
                : $"{folder}: holds a dataset already; choose another folder, or add to it with --append");
        description = append ? File.ReadAllBytes(path) : null;
    }

    /// <summary>The dataset is complete: nothing is put back.</summary>
    public void Keep() => kept = true;

    public void Dispose()
    {
        if (kept || !Directory.Exists(folder)) return;
        try
        {
            // The description goes first or is put back first: whoever reads meanwhile finds no shard missing.
            var path = Path.Combine(folder, Description);
            if (description is null) File.Delete(path);
            else AtomicFile.WriteBytes(path, description);
            foreach (var file in Directory.EnumerateFiles(folder))
                if (!before.Contains(file) && IsOurs(Path.GetFileName(file))) File.Delete(file);
            if (!folderExisted && !Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ActionableException)
        {
            Console.Error.WriteLine($"note: {folder} could not be put back as it was: {fault.Message}");
        }
    }

    private static bool IsOurs(string name) => name.StartsWith("shard-", StringComparison.Ordinal)
        || name.StartsWith(Description, StringComparison.Ordinal) || name == Data.EpisodeWriter.LockName;
}
