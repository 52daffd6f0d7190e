using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ActionableModels.Actions;
using ActionableModels.Formats.Sources;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Mappings;

/// <summary>A mapping to start from: the fields of a source, and guesses by their names and shapes.</summary>
internal sealed partial class MappingTemplate
{
    private const string Guess = "# guessed by its name: check it", Missing = "# nothing was found: name a field, or keep the constant";
    private readonly IEpisodeSource source;
    private readonly SourceField[] numbers;

    private MappingTemplate(IEpisodeSource source)
    {
        this.source = source;
        numbers = [.. source.Fields.Where(f => f.PerStep && IsNumeric(f) && FieldNeed.Width(f) is not 0)];
    }

    /// <summary>The YAML; it can be read as it stands.</summary>
    public static string Of(IEpisodeSource source) => new MappingTemplate(source).Text();

    private string Text()
    {
        var yaml = new StringBuilder();
        void Line(string text) => yaml.Append(text).Append('\n');
        void Entry(string name, string? guess, string otherwise = "0", string indent = "  ") =>
            Line(guess is null ? $"{indent}{name}: {otherwise}  {Missing}" : $"{indent}{name}: {guess}  {Guess}");
        Line($"# How the fields of {FileFault.Show(source.Name, 80)} ({source.Format}) become observations and actions. The language: docs/data.md.");
        Line("#");
        Line("# Fields of every step:");
        foreach (var field in source.Fields.Where(f => f.PerStep)) Line($"#   {EpisodeMapping.Described(field)}");
        if (source.Fields.Any(f => !f.PerStep)) Line("# Fields of the episode:");
        foreach (var field in source.Fields.Where(f => !f.PerStep)) Line($"#   {EpisodeMapping.Described(field)}");
        Line("");
        Line("image:");
        Entry("field", Image() is { } image ? Name(image) : null, "image");
        Line("  order: rgb            # or bgr");
        Line("  orientation: upright  # or upside-down");
        Line("policy: recorded        # a name for what recorded it, or {field: NAME} of a text");
        Entry("success", Success(), "none", "");
        Line("outside: clip           # or fault: what becomes of actions outside the bounds");
        Line("state:");
        Entry("gripper_closed", Flag(Find("gripper_closed"), ", above: 0.5"));
        Entry("height", Number(Find("height"), 0) ?? Number(Find("ee_pos") ?? Find("eef_pos"), 2));
        Line("action:  # metres, radians, 0 or 1; {target: A, current: B} and {change_of: A} make displacements of poses");
        string?[] guesses = [.. Enumerable.Range(0, 3).Select(Displacement), Azimuth(), Gripper(close: true), Gripper(close: false), Terminate()];
        for (var d = 0; d < ActionSpace.Dimensions; d++) Entry(ActionSpace.Names[d], guesses[d]);
        Bounds(guesses, Line);
        return yaml.ToString();
    }

    private static void Bounds(string?[] guesses, Action<string> line)
    {
        line("# bounds:  # with CEM's first standard deviations; those of QT-Opt where nothing is said, and the constant of what is constant");
        var usual = ActionSpace.QtOpt;
        for (var d = 0; d <= ActionSpace.Azimuth; d++)
            if (guesses[d] is not null)
                line(string.Create(CultureInfo.InvariantCulture,
                    $"#   {ActionSpace.Names[d]}: {{low: {usual.Low[d]}, high: {usual.High[d]}, deviation: {usual.InitialDeviation[d]}}}"));
    }

    private SourceField? Image()
    {
        var images = source.Fields.Where(f => f.PerStep && f.Type == FieldType.Image).ToArray();
        return images.FirstOrDefault(f => Last(f) == "image") ?? images.FirstOrDefault();
    }

    private string? Success() => source.Fields.FirstOrDefault(f => Last(f).Contains("success") && IsNumeric(f) && FieldNeed.Width(f) == 1) is { } field
        ? $"{{field: {Name(field)}{(field.Type == FieldType.Float ? ", above: 0.5" : "")}}}" : null;

    private string? Displacement(int axis) => Number(Find("world_vector") ?? Vector(3), axis);

    private string? Azimuth() => Number(Find("azimuth") ?? Find("yaw"), 0) ?? Number(Find("rotation_delta"), 2)
        // A vector of four or five has one angle, a longer one three.
        ?? (Vector(4) is { } vector ? Number(vector, FieldNeed.Width(vector) > 5 ? 5 : 3) : null);

    private string? Gripper(bool close)
    {
        if (Find("closedness_action") is { } relative) return Flag(relative, close ? ", above: 0.1" : ", below: -0.1");
        if (Find(close ? "close_gripper" : "open_gripper") is { } command) return Flag(command, ", above: 0.5");
        if (Find("open_gripper") is { } opposite) return Flag(opposite, ", below: 0.5");
        return Vector(4) is { } vector && FieldNeed.Width(vector) is { } width
            ? $"{{field: {Name(vector)}, index: {width - 1}{(close ? ", above: 0.1" : ", below: -0.1")}}}" : null;
    }

    private string? Terminate() => Number(Find("terminate"), 0) is { } number ? number[..^1] + ", above: 0.5}" : null;

    private SourceField? Find(string word) => numbers.FirstOrDefault(f => Last(f).Contains(word));

    private SourceField? Vector(int least) => numbers.FirstOrDefault(f => Last(f) is "action" or "actions" && FieldNeed.Width(f) >= least);

    private static string? Number(SourceField? field, int index) => field is null || FieldNeed.Width(field) is not { } width ? null
        : width == 1 ? $"{{field: {Name(field)}}}" : index < width ? $"{{field: {Name(field)}, index: {index}}}" : null;

    private static string? Flag(SourceField? field, string threshold) => field is not null && FieldNeed.Width(field) == 1
        ? $"{{field: {Name(field)}{(field.Type == FieldType.Bool && !threshold.Contains("below") ? "" : threshold)}}}" : null;

    private static string Last(SourceField field) => field.Name[(field.Name.LastIndexOf('/') + 1)..].ToLowerInvariant();

    // A name of letters and a few signs stands as it is, another in quotes.
    private static string Name(SourceField field)
    {
        var name = field.Name;
        if (Plain().IsMatch(name)) return name;
        var quoted = new StringBuilder("\"");
        foreach (var rune in name.EnumerateRunes())
            if (rune.Value is '"' or '\\') quoted.Append('\\').Append(rune);
            else if (rune.Value is >= ' ' and <= '~') quoted.Append(rune);
            else quoted.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}");
        return quoted.Append('"').ToString();
    }

    private static bool IsNumeric(SourceField field) => field.Type is FieldType.Bool or FieldType.Integer or FieldType.Float;

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9_/.-]*\z")]
    private static partial Regex Plain();
}
