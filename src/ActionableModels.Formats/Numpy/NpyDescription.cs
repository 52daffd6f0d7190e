using System.Globalization;

namespace ActionableModels.Formats.Numpy;

/// <summary>The Python dictionary in the header of an npy file.</summary>
/// <param name="Type">descr: the elements' type, or <c>[</c> for records.</param>
/// <param name="Fortran">fortran_order.</param>
/// <param name="Shape">shape.</param>
internal sealed record NpyDescription(string Type, bool Fortran, long[] Shape)
{
    private const int MostDimensions = 32;

    /// <summary>Reads the dictionary; null where the text is no such one.</summary>
    public static NpyDescription? Parse(string text)
    {
        var rest = text.AsSpan();
        if (!Take(ref rest, '{')) return null;
        string? type = null;
        bool? fortran = null;
        long[]? shape = null;
        while (!Take(ref rest, '}'))
        {
            if (TakeText(ref rest) is not { } key || !Take(ref rest, ':')) return null;
            if (key == "descr" && type is null) type = TakeType(ref rest);
            else if (key == "fortran_order" && fortran is null) fortran = TakeBool(ref rest);
            else if (key == "shape" && shape is null) shape = TakeShape(ref rest);
            else return null;
            if (!Take(ref rest, ',') && rest.TrimStart() is not ['}', ..]) return null;
        }
        return type is null || fortran is null || shape is null || !rest.Trim(" \n").IsEmpty ? null : new(type, fortran.Value, shape);
    }

    private static bool Take(ref ReadOnlySpan<char> rest, char mark)
    {
        rest = rest.TrimStart();
        if (rest.IsEmpty || rest[0] != mark) return false;
        rest = rest[1..];
        return true;
    }

    private static string? TakeText(ref ReadOnlySpan<char> rest)
    {
        rest = rest.TrimStart();
        if (rest is not ['\'' or '"', ..] || rest[1..].IndexOf(rest[0]) is not (>= 0 and var length)) return null;
        var text = rest.Slice(1, length).ToString();
        rest = rest[(length + 2)..];
        return text;
    }

    private static string? TakeType(ref ReadOnlySpan<char> rest)
    {
        rest = rest.TrimStart();
        if (rest is not ['[', ..]) return TakeText(ref rest);
        var depth = 0;
        for (var i = 0; i < rest.Length; i++)
        {
            if (rest[i] is '\'' or '"')
            {
                if (rest[(i + 1)..].IndexOf(rest[i]) is not (>= 0 and var length)) return null;
                i += length + 1;
            }
            else if (rest[i] == '[') depth++;
            else if (rest[i] == ']' && --depth == 0)
            {
                rest = rest[(i + 1)..];
                return "[";
            }
        }
        return null;
    }

    private static bool? TakeBool(ref ReadOnlySpan<char> rest)
    {
        rest = rest.TrimStart();
        foreach (var (word, value) in new[] { ("True", true), ("False", false) })
            if (rest.StartsWith(word))
            {
                rest = rest[word.Length..];
                return value;
            }
        return null;
    }

    private static long[]? TakeShape(ref ReadOnlySpan<char> rest)
    {
        if (!Take(ref rest, '(')) return null;
        var shape = new List<long>();
        while (!Take(ref rest, ')'))
        {
            rest = rest.TrimStart();
            var digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits <= 0 || shape.Count == MostDimensions
                || !long.TryParse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var side))
                return null;
            shape.Add(side);
            // Python 2 wrote long numbers so.
            rest = rest[digits] == 'L' ? rest[(digits + 1)..] : rest[digits..];
            if (!Take(ref rest, ',') && rest.TrimStart() is not [')', ..]) return null;
        }
        return [.. shape];
    }
}
