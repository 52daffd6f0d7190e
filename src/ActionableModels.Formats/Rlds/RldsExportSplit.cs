using System.Globalization;

namespace ActionableModels.Formats.Rlds;

/// <summary>A part of the episodes, and the files that it is written to.</summary>
/// <param name="Name">train or test.</param>
/// <param name="First">Its first episode.</param>
/// <param name="Episodes">How many it has.</param>
/// <param name="EpisodesPerFile">Most episodes of a file.</param>
internal sealed record RldsExportSplit(string Name, int First, int Episodes, int EpisodesPerFile)
{
    /// <summary>Episodes of each file.</summary>
    public IReadOnlyList<int> Files { get; } =
        [.. Enumerable.Range(0, (Episodes - 1) / EpisodesPerFile + 1).Select(file => Math.Min(EpisodesPerFile, Episodes - file * EpisodesPerFile))];

    /// <summary>Bytes of its records so far.</summary>
    public long Bytes { get; set; }

    /// <summary>The name of a file.</summary>
    public string FileOf(string dataset, int file) =>
        string.Create(CultureInfo.InvariantCulture, $"{dataset}-{Name}.tfrecord-{file:D5}-of-{Files.Count:D5}");
}
