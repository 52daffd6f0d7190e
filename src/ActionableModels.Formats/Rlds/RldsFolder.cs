using ActionableModels.Compute;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Rlds;

/// <summary>Finds the folder of one version of a dataset: the given one, or the only one up to three levels below it.</summary>
internal static class RldsFolder
{
    const int Levels = 3, MostFolders = 10_000, MostShown = 20;

    static readonly EnumerationOptions Plain = new() { IgnoreInaccessible = true, AttributesToSkip = 0 };

    /// <summary>Whether there is at least one.</summary>
    public static bool Any(string path)
    {
        try
        {
            return Candidates(path).Any();
        }
        catch (Exception e) when (FileFault.Is(e))
        {
            return false;
        }
    }

    /// <summary>Finds it.</summary>
    /// <param name="path">Folder, or a file in it.</param>
    /// <exception cref="ActionableException">There is none, or there are several.</exception>
    public static string Find(string path)
    {
        try
        {
            var found = Candidates(path).Take(MostShown + 1).ToList();
            if (found.Count == 1) return Path.GetFullPath(found[0]);
            throw new ActionableException(found.Count == 0
                ? $"{FileFault.Show(path)}: no folder with {RldsInfo.File} and {RldsSchema.File} lies there: check the path"
                : $"{FileFault.Show(path)}: several datasets or versions lie there: choose one of "
                    + string.Join(", ", found.Take(MostShown).Select(f => FileFault.Show(f))) + (found.Count > MostShown ? ", …" : ""));
        }
        catch (Exception e) when (FileFault.Is(e))
        {
            throw FileFault.Reading(path, e);
        }
    }

    static IEnumerable<string> Candidates(string path)
    {
        if (File.Exists(path))
            return IsPart(Path.GetFileName(path)) ? [Path.GetDirectoryName(Path.GetFullPath(path))!] : [];
        return Directory.Exists(path) ? Below(path) : [];
    }

    static IEnumerable<string> Below(string path)
    {
        List<string> level = [path];
        var visited = 0;
        for (var depth = 0; depth <= Levels && level.Count > 0; depth++)
        {
            List<string> next = [];
            foreach (var folder in level)
            {
                if (Directory.EnumerateFiles(folder, "*", Plain).Any(f => IsPart(Path.GetFileName(f))))
                {
                    yield return folder;
                    continue;
                }
                if (depth == Levels) continue;
                foreach (var inner in Directory.EnumerateDirectories(folder, "*", Plain).Order(StringComparer.Ordinal))
                    if (!IsLeft(Path.GetFileName(inner)) && visited++ < MostFolders) next.Add(inner);
            }
            level = next;
        }
    }

    // What a killed export leaves, of TFDS too.
    static bool IsLeft(string name) => name.Contains(RldsExportFolder.Incomplete, StringComparison.Ordinal)
        || name.StartsWith("incomplete.", StringComparison.Ordinal) || name.EndsWith(RldsExportFolder.Replaced, StringComparison.Ordinal);

    static bool IsPart(string name) =>
        name is RldsInfo.File or RldsSchema.File || name.Contains(".tfrecord-", StringComparison.Ordinal)
        || name.EndsWith(".tfrecord", StringComparison.Ordinal);
}
