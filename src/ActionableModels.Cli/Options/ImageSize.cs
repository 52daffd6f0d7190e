using System.CommandLine;
using System.CommandLine.Parsing;

namespace ActionableModels.Cli;

/// <summary>The size of camera images as an option: one number for a square, or HEIGHTxWIDTH.</summary>
internal readonly record struct ImageSize(int Height, int Width)
{
    private const int Most = 4096;

    /// <summary>An option that may be left out.</summary>
    public static Option<ImageSize?> Option(string name, string description) =>
        new(name) { Description = description, HelpName = "N|HxW", CustomParser = result => Parse(name, result) };

    private static ImageSize? Parse(string name, ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        var parts = text.Split('x');
        if (parts.Length <= 2 && int.TryParse(parts[0], out var height) && int.TryParse(parts[^1], out var width)
            && height is > 0 and <= Most && width is > 0 and <= Most)
            return new(height, width);
        result.AddError($"{name} '{text}' is neither a number such as 48 nor HEIGHTxWIDTH such as 512x640, each at most {Most}");
        return null;
    }
}
