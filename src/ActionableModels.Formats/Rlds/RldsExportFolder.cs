using ActionableModels.Compute;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Rlds;

/// <summary>
/// The folder of a dataset while it is written: a neighbour named after it with ".incomplete" added, which takes its place when all files are
/// there. So readers find a whole dataset or none, and what fails leaves everything as it was.
/// </summary>
internal sealed class RldsExportFolder : IDisposable
{
    internal const string Incomplete = ".incomplete", Replaced = ".replaced";
    private readonly string final, dataset, replaced;
    private readonly List<string> created = [];
    private bool complete;

    /// <summary>Makes the folder.</summary>
    /// <param name="final">The dataset's folder.</param>
    /// <param name="dataset">The dataset's name, with which its files begin.</param>
    /// <exception cref="ActionableException">The dataset's folder holds other files, or a folder cannot be written.</exception>
    public RldsExportFolder(string final, string dataset)
    {
        (this.final, this.dataset) = (Path.GetFullPath(final), dataset);
        (Work, replaced) = (this.final + Incomplete, this.final + Replaced);
        Guarded(() =>
        {
            // A killed replacement: the old files are back in their place, or were to go.
            if (Directory.Exists(replaced) && !Path.Exists(this.final)) Directory.Move(replaced, this.final);
            else if (Directory.Exists(replaced)) Directory.Delete(replaced, recursive: true);
            if (File.Exists(this.final) || (Directory.Exists(this.final) && !Directory.EnumerateFileSystemEntries(this.final).All(IsOurs)))
                throw new ActionableException(
                    $"{FileFault.Show(this.final)}: holds files of something else, which would be lost: choose another folder");
            if (Directory.Exists(Work)) Directory.Delete(Work, recursive: true);
        });
        for (var above = Path.GetDirectoryName(this.final); above is not null && !Directory.Exists(above); above = Path.GetDirectoryName(above))
            created.Add(above);
        AtomicFile.CreateFolder(Work);
    }

    /// <summary>Where files are written.</summary>
    public string Work { get; }

    /// <summary>Puts the new files in the place of the old.</summary>
    public void Complete() => Guarded(() =>
    {
        var old = Directory.Exists(final);
        if (old) Directory.Move(final, replaced);
        Directory.Move(Work, final);
        complete = true;
        if (old) Directory.Delete(replaced, recursive: true);
    });

    /// <summary>Removes what was written, unless it is complete.</summary>
    public void Dispose()
    {
        if (complete) return;
        try
        {
            Directory.Delete(Work, recursive: true);
            foreach (var folder in created)
                if (!Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
        }
        catch (Exception fault) when (FileFault.Is(fault))
        {
            // The failure that brought us here is the one to report; the next writing removes what is left.
        }
    }

    private bool IsOurs(string path)
    {
        var name = Path.GetFileName(path);
        return File.Exists(path) && (name is RldsExporter.FeaturesFile or RldsExporter.InfoFile or RldsExporter.MappingFile
            || (name.StartsWith(dataset + "-", StringComparison.Ordinal) && name.Contains(".tfrecord-", StringComparison.Ordinal)));
    }

    private void Guarded(Action work)
    {
        try
        {
            work();
        }
        catch (Exception fault) when (FileFault.Is(fault))
        {
            throw FileFault.Writing(final, fault);
        }
    }
}
