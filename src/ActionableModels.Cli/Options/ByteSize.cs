using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using ActionableModels.Formats.Sources;

namespace ActionableModels.Cli;

/// <summary>A number of bytes as an option: 512M, 2G or 1.5G, counted in powers of 1024.</summary>
internal static class ByteSize
{
    private static readonly (char Unit, long Bytes)[] Units = [('K', 1L << 10), ('M', 1L << 20), ('G', 1L << 30), ('T', 1L << 40)];

    /// <summary>An option that may be left out; <paramref name="otherwise"/> is what its help says then holds.</summary>
    public static Option<long?> Option(string name, string description, string otherwise, long most = long.MaxValue) =>
        new(name) { Description = $"{description} [default: {otherwise}]", HelpName = "SIZE", CustomParser = result => Parse(name, result, most) };

    /// <summary>How large a record may be.</summary>
    public static Option<long?> LargestRecord() => Option("--largest-record",
        "bytes of the largest record, and of the largest field of one once it is decompressed: what is larger is a fault; at most 1G", "256M",
        SourceOptions.MostLargestRecord);

    private static long? Parse(string name, ArgumentResult result, long most)
    {
        var text = result.Tokens[0].Value;
        if (Parse(text) is not { } bytes) result.AddError($"{name} '{text}' is no size such as 512M or 2G");
        else if (bytes > most) result.AddError($"{name} {text} is more than {most >> 20}M");
        else return bytes;
        return null;
    }

    private static long? Parse(string text)
    {
        if (text.Length < 2 || Units.FirstOrDefault(unit => unit.Unit == char.ToUpperInvariant(text[^1])) is not { Bytes: > 0 } unit
            || !double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count))
            return null;
        var bytes = count * unit.Bytes;
        return bytes is >= 1 and < 1L << 50 ? (long)bytes : null;
    }
}
