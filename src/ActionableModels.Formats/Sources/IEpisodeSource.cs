namespace ActionableModels.Formats.Sources;

/// <summary>A recorded dataset of any format. Opening checks its description; reading goes through it once, one episode in memory at a time.</summary>
public interface IEpisodeSource : IDisposable
{
    /// <summary>Format: rlds, robomimic, minari, ogbench.</summary>
    string Format { get; }
    /// <summary>The dataset's own name: mt_opt, kuka; the file's name where it has none.</summary>
    string Name { get; }
    /// <summary>Full path of the folder that all files lie in.</summary>
    string Folder { get; }
    /// <summary>The files of the chosen split, in the order in which they are read.</summary>
    IReadOnlyList<SourceFile> Files { get; }
    /// <summary>The schema.</summary>
    IReadOnlyList<SourceField> Fields { get; }
    /// <summary>All splits.</summary>
    IReadOnlyList<SourceSplit> Splits { get; }
    /// <summary>The chosen split or slice with its full name: <c>train</c>, <c>train[:10]</c>, also where the name was left out.</summary>
    string Split => "all";
    /// <summary>Episodes of the chosen split or slice; null where only reading tells.</summary>
    long? Episodes { get; }

    /// <summary>
    /// Reads on from a place, in the order of the files and of the records in them. A damaged record is an item with a fault, after which
    /// reading goes on behind it; what makes going on impossible is thrown. Called from one thread; the episodes may be worked on by others.
    /// </summary>
    /// <param name="from">Where to begin: the default, or <see cref="SourceItem.Next"/> of an earlier reading.</param>
    /// <param name="cancellation">Ends the reading.</param>
    IEnumerable<SourceItem> Read(SourcePosition from, CancellationToken cancellation);
}
