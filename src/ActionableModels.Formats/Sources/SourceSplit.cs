namespace ActionableModels.Formats.Sources;

/// <summary>A named part of a dataset.</summary>
/// <param name="Name">Its name: train, test, a filter key.</param>
/// <param name="Episodes">Number of episodes; null where only reading tells.</param>
public sealed record SourceSplit(string Name, long? Episodes);

/// <summary>A file of a source.</summary>
/// <param name="Path">Path below <see cref="IEpisodeSource.Folder"/>, with forward slashes.</param>
/// <param name="Bytes">Its length when the source was opened.</param>
public sealed record SourceFile(string Path, long Bytes);
