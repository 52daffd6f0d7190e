using ActionableModels.Formats.Sources;

namespace ActionableModels.Formats.Mappings;

/// <summary>What tells whether an episode reached what it tried.</summary>
/// <param name="Field">A field of the episode or of each step.</param>
/// <param name="Index">Number in it; −1 where it has no others.</param>
/// <param name="Any">Whether one row suffices; else the last one counts.</param>
/// <param name="Reached">For which numbers it did; null: for 1.</param>
/// <param name="Known">A field of 0 where nobody knows, or null.</param>
internal sealed record SuccessRule(string Field, int Index, bool Any, Threshold? Reached, string? Known)
{
    private const string Name = "success";

    /// <summary>The fields that it needs.</summary>
    public IEnumerable<FieldNeed> Needs()
    {
        yield return new(Field, Name, FieldType.Float, Index, PerStep: false);
        if (Known is not null) yield return new(Known, Name, FieldType.Float, PerStep: false);
    }

    /// <summary>Whether an episode did; null where nobody knows.</summary>
    /// <exception cref="SourceException">A field is missing, of another shape, or not finite.</exception>
    public bool? Of(EpisodeNumbers numbers)
    {
        // Zeros that stand for rewards nobody recorded are no failures.
        if (!numbers.Episode.Holds(Field)) return null;
        if (Known is not null)
        {
            var (known, start) = numbers.Take(Known, -1, 1, 1);
            if (known.Row(known.Rows - 1)[start] == 0) return null;
        }
        var (values, index) = numbers.Take(Field, Index, 1, 1);
        for (var row = Any ? 0 : values.Rows - 1; row < values.Rows; row++)
        {
            var value = values.Row(row)[index];
            if (!float.IsFinite(value)) throw numbers.NotFinite(Field, row, value);
            if (Reached is null && value is not (0 or 1))
                throw numbers.Episode.Bad(Field, FormattableString.Invariant($"step {row}: {Name} is {value}, not 0 or 1: ")
                    + "write above: or below: in the mapping");
            if (Reached?.Holds(value) ?? value == 1) return true;
        }
        return false;
    }
}
