using ActionableModels.Formats.Sources;

namespace ActionableModels.Formats.Mappings;

/// <summary>What a mapping needs of a field.</summary>
/// <param name="Field">Name.</param>
/// <param name="Use">What for, as the mapping calls it.</param>
/// <param name="Kind">Float for numbers of any type, Text or Image.</param>
/// <param name="Index">First number; −1 where the field has no others.</param>
/// <param name="Count">How many numbers.</param>
/// <param name="PerStep">Whether every step must have one.</param>
internal sealed record FieldNeed(string Field, string Use, FieldType Kind, int Index = -1, int Count = 1, bool PerStep = true)
{
    /// <summary>What a field does not fulfil; null if it fits.</summary>
    public string? Fault(SourceField? field)
    {
        if (field is null) return "there is no such field";
        if (field.Problem is { } problem) return problem;
        var numeric = field.Type is FieldType.Bool or FieldType.Integer or FieldType.Float;
        if (Kind == FieldType.Float ? !numeric : field.Type != Kind)
            return $"it holds {Words(field.Type)}, not {Words(Kind)}";
        if (PerStep && !field.PerStep) return "it is one of the episode, not of each step";
        return Kind == FieldType.Float && Width(field) is { } width ? Misfit(width, Index, Count) : null;
    }

    /// <summary>Numbers of one row; null where that varies.</summary>
    public static int? Width(SourceField field)
    {
        var width = 1L;
        foreach (var length in field.Shape)
        {
            if (length < 0) return null;
            width = Math.Min(width * length, int.MaxValue);
        }
        return (int)width;
    }

    /// <summary>Why numbers cannot be taken from a field of some width; null if they can.</summary>
    public static string? Misfit(int width, int index, int count)
    {
        if (index < 0)
            return width == count ? null : $"it has {width} numbers, not {count}: say which with index:";
        return index + count <= width ? null
            : $"it has {width} numbers, there is no number {index + count - 1}: count from 0 with index:";
    }

    /// <summary>A type in words.</summary>
    public static string Words(FieldType type) => type switch { FieldType.Text => "text", FieldType.Image => "images", _ => "numbers" };
}
