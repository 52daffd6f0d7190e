using System.CommandLine;
using System.Globalization;

namespace ActionableModels.Cli;

/// <summary>An amount of memory as an option: 256M, 1G, 1.5G.</summary>
internal readonly record struct ByteSize(long Bytes)
{
    private const string Units = "KMGT";
    private const long Most = 1L << 50;

    /// <summary>An option with a default.</summary>
    public static Option<ByteSize> Option(string name, string description, long otherwise) => new(name)
    {
        Description = description, HelpName = "SIZE", DefaultValueFactory = _ => new(otherwise), CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (Parse(text) is { } size) return size;
            result.AddError($"{name} '{text}' is no amount of memory such as 256M or 1G");
            return default;
        },
    };

    /// <summary>Reads a number with a unit; null where the text is none.</summary>
    public static ByteSize? Parse(string text)
    {
        var unit = text.Length == 0 ? -1 : Units.IndexOf(char.ToUpperInvariant(text[^1]));
        if (unit < 0 || !double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return null;
        var bytes = number * (1L << (10 * (unit + 1)));
        return bytes is >= 1 and <= Most ? new((long)bytes) : null;
    }

    /// <summary>In the largest unit that it is a whole number of.</summary>
    public override string ToString()
    {
        var unit = Units.Length;
        while (unit > 0 && Bytes % (1L << (10 * unit)) != 0) unit--;
        return string.Create(CultureInfo.InvariantCulture, $"{Bytes >> (10 * unit)}{(unit == 0 ? "" : Units[unit - 1])}");
    }
}
