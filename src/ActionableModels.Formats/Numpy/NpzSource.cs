using ActionableModels.Compute;
using ActionableModels.Formats.Sources;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Numpy;

/// <summary>Opens datasets in npz files.</summary>
internal static class NpzSource
{
    /// <summary>Whether the path looks like one: an npz file, or a folder with any. Nothing is opened that could fail.</summary>
    public static bool Recognises(string path) => OgBenchSource.Find(path).Count > 0;

    /// <summary>Opens one.</summary>
    /// <exception cref="ActionableException">A folder has several, or the file cannot be read or is no OGBench dataset.</exception>
    public static IEpisodeSource Open(string path, SourceOptions options) => OgBenchSource.Find(path) switch
    {
        [var file] => OgBenchSource.Open(file, options),
        [] => throw new ActionableException($"{FileFault.Show(path)}: there is no npz file: check the path"),
        var files => throw new ActionableException($"{FileFault.Show(path)}: there are {files.Count} datasets in npz files: give the path of one, "
            + $"such as {FileFault.Show(files[0])}"),
    };
}
