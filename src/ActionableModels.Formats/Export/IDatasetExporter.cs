using ActionableModels.Compute;
using ActionableModels.Data;

namespace ActionableModels.Formats.Export;

/// <summary>Writes an episode store in a format that other programs read.</summary>
public interface IDatasetExporter
{
    /// <summary>The format's name.</summary>
    string Format { get; }
    /// <summary>What it writes, and for whom: part of a line of help texts.</summary>
    string Description { get; }
    /// <summary>Schemas that it can write, its own first.</summary>
    IReadOnlyList<string> Layouts { get; }
    /// <summary>Whether <see cref="DatasetExportOptions.Validation"/> is heeded; else it must not be given.</summary>
    bool Splits => false;

    /// <summary>The folder or file that the dataset takes for itself: what lies there is replaced by <see cref="Write"/>.</summary>
    /// <param name="folder">The folder that <see cref="Write"/> is given.</param>
    /// <param name="options">How the dataset is written.</param>
    /// <exception cref="ActionableException">An option does not fit the format.</exception>
    string Target(string folder, DatasetExportOptions options) => folder;

    /// <summary>
    /// Writes a dataset, every file whole or not at all, and returns the files' paths. A mapping with the store's bounds lies beside the data, so
    /// that an import finds it (<see cref="Mappings.EpisodeMapping.For"/>) and gets the store's numbers back.
    /// </summary>
    /// <param name="store">What to write.</param>
    /// <param name="folder">Folder that the dataset is written into; it is created.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Told the number of episodes written so far.</param>
    /// <param name="cancellation">Ends the writing.</param>
    /// <exception cref="ActionableException">A file cannot be written, or an option does not fit the format.</exception>
    IReadOnlyList<string> Write(EpisodeStore store, string folder, DatasetExportOptions options, Action<long>? progress,
        CancellationToken cancellation);
}
