namespace ActionableModels.Formats.Mappings;

/// <summary>An episode's numbers in this project's terms; its images come from <see cref="EpisodeMapping.ImageField"/>.</summary>
/// <param name="States">(T + 1) · 2 numbers: gripper closed, height.</param>
/// <param name="Actions">T · 7 numbers within the mapping's action space.</param>
/// <param name="Success">Whether the episode reached what it tried; null where the source does not tell.</param>
/// <param name="Policy">Name of what recorded it.</param>
/// <param name="Clipped">How many action numbers were outside their bounds and were cut to them, for each of the 7 dimensions.</param>
public sealed record MappedEpisode(float[] States, float[] Actions, bool? Success, string Policy, int[] Clipped);
