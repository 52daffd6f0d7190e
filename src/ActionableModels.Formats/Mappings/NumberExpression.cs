using ActionableModels.Formats.Sources;

namespace ActionableModels.Formats.Mappings;

/// <summary>
/// One number of every step, made from a field: <c>(value · scale + offset)</c>, then compared. The value is a constant, a number of the field,
/// its change to the next step, or its difference from another field; or the turn about the vertical of such a rotation.
/// </summary>
internal sealed record NumberExpression
{
    /// <summary>Name of the number, for messages.</summary>
    public required string Name { get; init; }
    /// <summary>The value where there is no field.</summary>
    public double Constant { get; init; }
    /// <summary>The field; null for a constant.</summary>
    public string? Field { get; init; }
    /// <summary>First number in it; −1 where it has no others.</summary>
    public int Index { get; init; } = -1;
    /// <summary>Whether the change to the next step is meant.</summary>
    public bool Change { get; init; }
    /// <summary>The field that is subtracted, or null.</summary>
    public string? Current { get; init; }
    /// <summary>First number in that.</summary>
    public int CurrentIndex { get; init; } = -1;
    /// <summary>How a rotation is written; null for a plain number.</summary>
    public RotationForm? Form { get; init; }
    /// <summary>Factor.</summary>
    public double Scale { get; init; } = 1;
    /// <summary>What is added after that.</summary>
    public double Offset { get; init; }
    /// <summary>For which values the number is 1, else 0; null: the value itself.</summary>
    public Threshold? Threshold { get; init; }
    /// <summary>Whether a 1 counts only where the step before has none.</summary>
    public bool Once { get; init; }

    /// <summary>The fields that it needs.</summary>
    public IEnumerable<FieldNeed> Needs()
    {
        var count = Form is { } form ? Rotations.Numbers(form) : 1;
        if (Field is not null) yield return new(Field, Name, FieldType.Float, Index, count);
        if (Current is not null) yield return new(Current, Name, FieldType.Float, CurrentIndex, count);
    }

    /// <summary>The number of each of the first <paramref name="rows"/> steps.</summary>
    /// <exception cref="SourceException">A field is missing, of another shape, or not finite.</exception>
    public double[] Values(EpisodeNumbers numbers, int rows)
    {
        var values = new double[rows];
        if (Field is null)
        {
            Array.Fill(values, Constant);
            return values;
        }
        var count = Form is { } form ? Rotations.Numbers(form) : 1;
        var (target, start) = numbers.Take(Field, Index, count, Change ? rows + 1 : rows);
        var (current, currentStart) = Current is null ? (target, start) : numbers.Take(Current, CurrentIndex, count, rows);
        for (var row = 0; row < rows; row++)
        {
            var now = Finite(numbers, Field, target, Change ? row + 1 : row, start, count);
            var before = Change || Current is not null ? Finite(numbers, Current ?? Field, current, row, currentStart, count) : default;
            var value = Form is { } rotation ? Rotations.Azimuth(rotation, now, before) : now[0] - (before.IsEmpty ? 0.0 : before[0]);
            if (double.IsNaN(value))
                throw numbers.Episode.Bad(Field, $"step {row}: {Name}: the {count} numbers are not of length 1, so that they are no "
                    + "rotation: correct index: or as: in the mapping");
            value = value * Scale + Offset;
            if (Form is not null) value = Rotations.Wrap(value);
            values[row] = Threshold is null ? value : Threshold.Holds(value) ? 1 : 0;
        }
        if (Once)
            for (var row = rows - 1; row > 0; row--)
                if (values[row - 1] == 1) values[row] = 0;
        return values;
    }

    private static ReadOnlySpan<float> Finite(EpisodeNumbers numbers, string field, FieldValues values, int row, int start, int count)
    {
        var taken = values.Row(row).Slice(start, count);
        foreach (var value in taken)
            if (!float.IsFinite(value)) throw numbers.NotFinite(field, row, value);
        return taken;
    }
}
