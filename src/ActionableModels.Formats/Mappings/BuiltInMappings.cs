using System.Globalization;
using System.Text;
using ActionableModels.Actions;

namespace ActionableModels.Formats.Mappings;

/// <summary>The mappings that the library brings along, in the order in which they are tried.</summary>
internal static class BuiltInMappings
{
    private const string Bounds = "bounds:";

    /// <summary>Their names: those of the most fields first, since For takes the first that fits.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "mt_opt", "fractal20220817_data", "kuka", "bridge", "actionable-models", "actionable-models-robomimic", "actionable-models-minari",
        "actionable-models-ogbench", "robomimic", "ogbench-manipspace",
    ];

    private static readonly Lazy<IReadOnlyList<EpisodeMapping>> Loaded = new(() => [.. Names.Select(n => EpisodeMapping.Parse(Text(n), n, n))]);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<EpisodeMapping> All => Loaded.Value;

    /// <summary>One by its name, or null.</summary>
    public static EpisodeMapping? Find(string name) => All.FirstOrDefault(m => m.Name == name);

    /// <summary>The mapping of this project's export in a format, with other bounds.</summary>
    public static string OfExport(string format, ActionSpace actions)
    {
        var text = Text(format == "rlds" ? "actionable-models" : $"actionable-models-{format}");
        var rules = text[..text.IndexOf($"\n{Bounds}", StringComparison.Ordinal)].Split('\n').Where(line => !line.StartsWith('#'));
        var yaml = new StringBuilder("# Written with the data beside it: what its fields mean to ActionableModels, and the bounds of its actions.\n")
            .AppendJoin('\n', rules).Append('\n').Append(Bounds).Append('\n');
        for (var d = 0; d < ActionSpace.Dimensions; d++)
        {
            yaml.Append(CultureInfo.InvariantCulture, $"  {ActionSpace.Names[d]}: {{low: {actions.Low[d]:R}, high: {actions.High[d]:R}");
            if (!ActionSpace.IsBinary(d)) yaml.Append(CultureInfo.InvariantCulture, $", deviation: {actions.InitialDeviation[d]:R}");
            yaml.Append("}\n");
        }
        return yaml.ToString();
    }

    private static string Text(string name)
    {
        using var stream = typeof(BuiltInMappings).Assembly.GetManifestResourceStream($"mappings/{name}")
            ?? throw new ArgumentException($"there is no mapping {name}", nameof(name));
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
