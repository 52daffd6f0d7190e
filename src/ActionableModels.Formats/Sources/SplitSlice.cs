using System.Globalization;
using System.Text.RegularExpressions;
using ActionableModels.Compute;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Sources;

/// <summary>Part of a split as TFDS writes it: <c>train</c>, <c>train[:10]</c>, <c>train[10:]</c>, <c>train[80%:]</c>, <c>train[-5:]</c>.</summary>
/// <param name="Name">Name of the split; null where only a slice is given, or nothing.</param>
/// <param name="From">Begin as written, or null.</param>
/// <param name="To">End as written, or null.</param>
public sealed partial record SplitSlice(string? Name, string? From, string? To)
{
    /// <summary>Whether it is part of a split.</summary>
    public bool IsPart => From is not null || To is not null;

    /// <summary>As it is written, with the name that it has or means.</summary>
    public string Of(string name) => IsPart ? $"{name}[{From}:{To}]" : name;

    /// <summary>Reads a split's name with or without a slice.</summary>
    /// <exception cref="ActionableException">It is neither.</exception>
    public static SplitSlice Parse(string? text)
    {
        if (string.IsNullOrEmpty(text)) return new(null, null, null);
        var match = Form().Match(text);
        if (!match.Success)
            throw new ActionableException($"split {FileFault.Quote(text)} is not understood: write a name (train), or part of it: train[:10], "
                + "train[10:], train[:90%], train[-5:]");
        static string? Given(Group group) => group.Length > 0 ? group.Value : null;
        return new(Given(match.Groups["name"]), Given(match.Groups["from"]), Given(match.Groups["to"]));
    }

    /// <summary>The episodes of the slice: from the first, up to the last and without it.</summary>
    /// <param name="episodes">Episodes of the whole split.</param>
    public (long First, long End) Of(long episodes)
    {
        long Place(string? text, long otherwise)
        {
            if (text is null) return otherwise;
            var percent = text.EndsWith('%');
            var number = long.Parse(percent ? text[..^1] : text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            // TFDS rounds percentages to the closest episode.
            var place = percent ? (long)Math.Round(Math.Clamp(number, -100, 100) / 100.0 * episodes) : number;
            return Math.Clamp(place < 0 ? place + episodes : place, 0, episodes);
        }
        var (first, end) = (Place(From, 0), Place(To, episodes));
        return (first, Math.Max(first, end));
    }

    [GeneratedRegex(@"^(?<name>[^\[\]:]*)(\[(?<from>-?[0-9]{1,15}%?)?:(?<to>-?[0-9]{1,15}%?)?\])?$")]
    private static partial Regex Form();
}
