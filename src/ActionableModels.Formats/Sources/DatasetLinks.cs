using ActionableModels.Compute;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Sources;

/// <summary>
/// The rule on links in a dataset's folder, the same for all formats. A file may be a link that leads anywhere: caches and tools that keep
/// versions lay data out so. The folders between it and the dataset's may be links only if they stay inside of it, because their names come
/// from a file's contents. The dataset's own folder may be reached by links.
/// </summary>
/// <param name="folder">The dataset's folder.</param>
internal sealed class DatasetLinks(string folder)
{
    // As many as Linux follows (path_resolution(7)).
    private const int MostLinks = 40;

    private readonly HashSet<string> known = [""];
    private string? top;

    /// <summary>Checks the folders that a file's path leads through.</summary>
    /// <param name="path">Path below the dataset's folder, with forward slashes.</param>
    /// <exception cref="ActionableException">One of them leads out.</exception>
    /// <exception cref="IOException">Links lead in a circle, or the disk fails.</exception>
    public void Check(string path)
    {
        var inner = path[..Math.Max(0, path.LastIndexOf('/'))];
        if (known.Contains(inner)) return;
        top ??= Real(folder);
        for (var end = inner.IndexOf('/'); ; end = inner.IndexOf('/', end + 1))
        {
            var part = end < 0 ? inner : inner[..end];
            if (known.Add(part) && !IsIn(Real(Path.Combine(top, part)), top))
                throw new ActionableException($"{FileFault.Show(Path.Combine(folder, part))}: is a link that leads out of {FileFault.Show(folder)}: "
                    + "put the folder itself there (the files in it may be links)");
            if (end < 0) return;
        }
    }

    /// <summary>Whether a path is a folder or lies in it; both without links.</summary>
    public static bool IsIn(string path, string folder) => path == folder
        || path.StartsWith(Path.EndsInDirectorySeparator(folder) ? folder : folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <summary>The full path of what lies at a path, or would lie there, with every link on the way followed.</summary>
    /// <exception cref="IOException">Links lead in a circle, or the disk fails.</exception>
    public static string Real(string path)
    {
        var full = Path.IsPathFullyQualified(path) ? path : Path.Combine(Environment.CurrentDirectory, path);
        var at = Path.GetPathRoot(full)!;
        var rest = new Stack<string>();
        Put(full[at.Length..]);
        for (var links = 0; rest.TryPop(out var part);)
        {
            if (part is "" or ".") continue;
            if (part == "..")
            {
                at = Path.GetDirectoryName(at) ?? at;
                continue;
            }
            var next = Path.Combine(at, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                at = next;
                continue;
            }
            if (++links > MostLinks) throw new IOException($"more than {MostLinks} links lead on from {FileFault.Show(path)}");
            var root = Path.IsPathRooted(target) ? Path.GetPathRoot(target)! : "";
            if (root.Length > 0) at = root;
            Put(target[root.Length..]);
        }
        return at;

        void Put(string parts)
        {
            var names = parts.Split(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar);
            for (var i = names.Length - 1; i >= 0; i--) rest.Push(names[i]);
        }
    }
}
