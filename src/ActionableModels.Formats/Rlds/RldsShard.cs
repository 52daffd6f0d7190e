using ActionableModels.Formats.Sources;

namespace ActionableModels.Formats.Rlds;

/// <summary>One file of a split, and what is to be read of it.</summary>
/// <param name="Name">Path below the dataset's folder.</param>
/// <param name="Stamp">What it was when the dataset was opened.</param>
/// <param name="Episodes">Episodes that dataset_info.json promises.</param>
/// <param name="First">First record to read.</param>
/// <param name="End">First record not to read.</param>
internal sealed record RldsShard(string Name, FileStamp Stamp, long Episodes, long First, long End);
