namespace ActionableModels.Formats.Sources;

/// <summary>What a source gives next: an episode, or a fault in an episode's place.</summary>
/// <param name="Next">The place behind it.</param>
/// <param name="Episode">The episode, which the receiver disposes; null for a fault.</param>
/// <param name="Fault">What is wrong with one record, or with the rest of a file.</param>
/// <param name="Lost">Episodes that the fault takes away; −1 where nobody can know.</param>
public readonly record struct SourceItem(SourcePosition Next, SourceEpisode? Episode, SourceException? Fault = null, long Lost = 0);
