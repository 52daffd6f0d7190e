using ActionableModels.Formats.Sources;

namespace ActionableModels.Formats.Mappings;

/// <summary>The numbers of an episode's fields, each field asked for once.</summary>
internal sealed class EpisodeNumbers(SourceEpisode episode)
{
    private readonly Dictionary<string, FieldValues> fields = new(StringComparer.Ordinal);

    /// <summary>The episode.</summary>
    public SourceEpisode Episode => episode;

    /// <summary>A field that has enough rows and numbers in each of them, and where the wanted numbers begin.</summary>
    /// <param name="field">Name.</param>
    /// <param name="index">First number; −1 where the field has no others.</param>
    /// <param name="count">How many numbers.</param>
    /// <param name="rows">How many rows.</param>
    /// <exception cref="SourceException">It is not like that.</exception>
    public (FieldValues Values, int Start) Take(string field, int index, int count, int rows)
    {
        if (!fields.TryGetValue(field, out var values)) fields.Add(field, values = episode.Numbers(field));
        if (FieldNeed.Misfit(values.Width, index, count) is { } misfit) throw episode.Bad(field, misfit);
        if (values.Rows < rows)
            throw episode.Bad(field, $"it has {values.Rows} rows, {rows} are needed: the episode is cut short, or the field is not one of each step");
        return (values, Math.Max(0, index));
    }

    /// <summary>The error for a number that is not finite.</summary>
    public SourceException NotFinite(string field, int row, float value) =>
        episode.Bad(field, FormattableString.Invariant($"step {row}: {value} is not a finite number: mend the recording, or leave the episode out"));
}
