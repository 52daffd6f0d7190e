using System.Text;
using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Formats.Sources;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Mappings;

/// <summary>How the fields of a dataset become observations and actions: a named mapping, or one read from a YAML file.</summary>
public sealed class EpisodeMapping
{
    /// <summary>Name of a mapping for all data of its folder.</summary>
    internal const string FileName = "mapping.yaml";
    private const string Beside = "." + FileName;
    private const int FieldsShown = 40;
    private readonly MappingDocument document;

    private EpisodeMapping(string name, string text, string where) => (Name, Text, document) = (name, text, MappingDocument.Read(text, where));

    /// <summary>Names of the mappings that are built in.</summary>
    public static IReadOnlyList<string> Names => BuiltInMappings.Names;

    /// <summary>The mapping's name.</summary>
    public string Name { get; }
    /// <summary>The YAML that it was read from.</summary>
    public string Text { get; }
    /// <summary>Field that holds the camera's images.</summary>
    public string ImageField => document.Image;
    /// <summary>Whether the images' pixels are blue, green, red.</summary>
    public bool Bgr => document.Bgr;
    /// <summary>Whether the images' first row is the lowest.</summary>
    public bool UpsideDown => document.UpsideDown;
    /// <summary>Bounds of the actions.</summary>
    public ActionSpace Actions => document.Space;
    /// <summary>Whether action numbers outside the bounds are cut to them; else they are faults.</summary>
    public bool Clips => document.Clip;
    /// <summary>Whether anything tells if an episode reached what it tried.</summary>
    public bool TellsSuccess => document.Success is not null;

    /// <summary>Names of datasets that it is for.</summary>
    internal IReadOnlyList<string> Datasets => document.Datasets;
    /// <summary>Format of datasets that it is for; null: any.</summary>
    internal string? Format => document.Format;

    /// <summary>A mapping by its name, or from a file.</summary>
    /// <exception cref="ActionableException">There is none, or something in the file is wrong: the message names line and key.</exception>
    public static EpisodeMapping Load(string nameOrPath)
    {
        if (BuiltInMappings.Find(nameOrPath) is { } known) return known;
        if (!File.Exists(nameOrPath))
            throw new ActionableException($"{FileFault.Show(nameOrPath)}: there is no mapping of that name and no such file: write one of "
                + $"{string.Join(", ", Names)}, or the path of a YAML file");
        return Parse(ReadText(nameOrPath), Path.GetFileNameWithoutExtension(nameOrPath), nameOrPath);
    }

    /// <summary>A mapping from its text.</summary>
    /// <param name="text">YAML.</param>
    /// <param name="name">The mapping's name.</param>
    /// <param name="where">File, for messages.</param>
    /// <exception cref="ActionableException">Something in it is wrong: the message names line and key.</exception>
    public static EpisodeMapping Parse(string text, string name, string where) => new(name, text, where);

    /// <summary>
    /// The mapping for a source: the file NAME.mapping.yaml or mapping.yaml beside its data, else the one built in for its name, else for its
    /// format and fields; null where there is none.
    /// </summary>
    /// <exception cref="ActionableException">Something in the file beside the data is wrong.</exception>
    public static EpisodeMapping? For(IEpisodeSource source)
    {
        string[] files = Path.GetFileName(source.Name) == source.Name ? [source.Name + Beside, FileName] : [FileName];
        foreach (var file in files.Select(f => Path.Combine(source.Folder, f)))
            if (File.Exists(file)) return Parse(ReadText(file), source.Name, file);
        var known = BuiltInMappings.All;
        bool Fits(EpisodeMapping mapping) => mapping.Format == source.Format && mapping.Misfits(source).Count == 0;
        return known.FirstOrDefault(m => m.IsFor(source) && Fits(m)) ?? known.FirstOrDefault(m => m.IsFor(source)) ?? known.FirstOrDefault(Fits);
    }

    /// <summary>
    /// The YAML of a mapping for what this project's exporters write, with the bounds of a store: beside the data as mapping.yaml or
    /// NAME.mapping.yaml it is what <see cref="For"/> finds.
    /// </summary>
    /// <param name="format">rlds, robomimic, minari or ogbench.</param>
    /// <param name="actions">Bounds.</param>
    /// <param name="layout">Layout of the export: the name of the dataset whose mapping applies; null, or another name: this project's own.</param>
    public static string OfExport(string format, ActionSpace actions, string? layout = null) => BuiltInMappings.OfExport(format, actions, layout);

    /// <summary>Where the mapping of a file lies: NAME.mapping.yaml beside it.</summary>
    internal static string PathBeside(string file) => Path.ChangeExtension(file, null) + Beside;

    /// <summary>A commented YAML for a source that has no mapping: its fields, and guesses where they are needed.</summary>
    public static string Template(IEpisodeSource source) => MappingTemplate.Of(source);

    /// <summary>Checks that the source has every field that the mapping names, of a fitting type and shape.</summary>
    /// <exception cref="ActionableException">It has not; the message lists what it has.</exception>
    public void Check(IEpisodeSource source)
    {
        var misfits = Misfits(source);
        if (misfits.Count == 0) return;
        var has = string.Join(", ", source.Fields.Take(FieldsShown).Select(Described));
        throw new ActionableException($"mapping {FileFault.Quote(Name)} does not fit {source.Format} dataset {FileFault.Quote(source.Name)}: "
            + $"{string.Join("; ", misfits)}; the dataset has {has}{(source.Fields.Count > FieldsShown ? ", …" : "")}: correct the mapping, or start "
            + "from the dataset's own template");
    }

    /// <summary>Maps an episode's numbers.</summary>
    /// <exception cref="SourceException">A field is missing, of another type or shape, or not finite.</exception>
    public MappedEpisode Map(SourceEpisode episode)
    {
        var steps = episode.Steps;
        var numbers = new EpisodeNumbers(episode);
        var states = Interleave([.. document.States.Select(s => s.Values(numbers, steps + 1))]);
        for (var t = 0; t <= steps; t++) CheckState(episode, states.AsSpan(t * ActionSpace.StateDimensions), t);
        var values = document.Actions.Select(a => a.Values(numbers, steps)).ToArray();
        var actions = Interleave([.. Enumerable.Range(0, ActionSpace.Dimensions).Select(d => InOurFrame(values, d))]);
        var clipped = new int[ActionSpace.Dimensions];
        for (var i = 0; i < actions.Length; i++) Bound(episode, ref actions[i], i / ActionSpace.Dimensions, i % ActionSpace.Dimensions, clipped);
        return new(states, actions, document.Success?.Of(numbers), Policy(episode), clipped);
    }

    /// <summary>What does not fit a source, each with the use and the field.</summary>
    internal IReadOnlyList<string> Misfits(IEpisodeSource source)
    {
        var fields = source.Fields.GroupBy(f => f.Name).ToDictionary(g => g.Key, g => g.First());
        return [.. Needs().Select(need => (Need: need, Fault: need.Fault(fields.GetValueOrDefault(need.Field)))).Where(n => n.Fault is not null)
            .Select(n => $"{n.Need.Use} from {FileFault.Quote(n.Need.Field)}: {n.Fault}").Distinct()];
    }

    /// <summary>A field for people.</summary>
    internal static string Described(SourceField field)
    {
        var shape = string.Join(",", field.Shape.Take(8).Select(n => n < 0 ? "?" : FormattableString.Invariant($"{n}")));
        return $"{FileFault.Show(field.Name, 120)} ({FileFault.Show(field.DataType, 40)}{(shape.Length == 0 ? "" : $"[{shape}]")}"
            + (field.PerStep ? ")" : ", of the episode)");
    }

    private IEnumerable<FieldNeed> Needs()
    {
        yield return new(document.Image, "image", FieldType.Image);
        foreach (var need in document.States.Concat(document.Actions).SelectMany(n => n.Needs())) yield return need;
        if (document.PolicyField is { } policy) yield return new(policy, "policy", FieldType.Text, PerStep: false);
        foreach (var need in document.Success?.Needs() ?? []) yield return need;
    }

    private bool IsFor(IEpisodeSource source) => Format == source.Format && Datasets.Contains(source.Name, StringComparer.OrdinalIgnoreCase);

    private double[] InOurFrame(double[][] values, int d)
    {
        var frame = document.Frame;
        if (d > ActionSpace.Azimuth) return values[d];
        var (source, factor) = d == ActionSpace.Azimuth ? (values[d], frame.Turn) : (values[frame.Axes[d]], frame.Signs[d] * frame.Scale);
        if (factor == 1) return source;
        return Array.ConvertAll(source, v => d == ActionSpace.Azimuth ? Rotations.Wrap(factor * v) : factor * v + 0.0);
    }

    private static float[] Interleave(double[][] columns)
    {
        var rows = new float[columns[0].Length * columns.Length];
        for (var i = 0; i < rows.Length; i++) rows[i] = (float)columns[i % columns.Length][i / columns.Length];
        return rows;
    }

    private static void CheckState(SourceEpisode episode, ReadOnlySpan<float> state, int step)
    {
        for (var i = 0; i < ActionSpace.StateDimensions; i++)
            if (i == 0 ? state[i] is not (0 or 1) : !float.IsFinite(state[i]))
                throw episode.Bad(null, FormattableString.Invariant($"step {step}: {DatasetHeader.StateNames[i]} is {state[i]}, not ")
                    + (i == 0 ? "0 or 1: write above: or below: in the mapping" : "a finite number: correct scale: in the mapping"));
    }

    private void Bound(SourceEpisode episode, ref float value, int step, int d, int[] clipped)
    {
        var (low, high) = (Actions.Low[d], Actions.High[d]);
        string Is(float value) => FormattableString.Invariant($"step {step}: {ActionSpace.Names[d]} is {value}, not ");
        if (ActionSpace.IsBinary(d) && value is not (0 or 1))
            throw episode.Bad(null, Is(value) + "0 or 1: write above: or below: in the mapping");
        if (!float.IsFinite(value)) throw episode.Bad(null, Is(value) + "a finite number: correct scale: in the mapping");
        var slack = ActionSpace.IsBinary(d) ? 0 : EpisodeCheck.Slack(low, high);
        if (value >= low - slack && value <= high + slack) return;
        if (!Clips)
            throw episode.Bad(null, Is(value) + FormattableString.Invariant($"within [{low}, {high}]: ")
                + "widen the bounds in the mapping, or write outside: clip");
        value = Math.Clamp(value, low, high);
        clipped[d]++;
    }

    private string Policy(SourceEpisode episode)
    {
        if (document.Policy is { } literal) return literal;
        if (document.PolicyField is not { } field) return Fit(Name);
        var texts = episode.Texts(field);
        return texts.Length == 0 ? throw episode.Bad(field, "it holds no text: name the policy in the mapping") : Fit(texts[0]);
    }

    // A policy's name is one short line.
    private string Fit(string text)
    {
        var line = FileFault.Show(text, int.MaxValue).Trim();
        if (line.Length > EpisodeCheck.LongestPolicyName)
            line = line[..(EpisodeCheck.LongestPolicyName - (char.IsHighSurrogate(line[EpisodeCheck.LongestPolicyName - 1]) ? 1 : 0))];
        return line.Length > 0 ? line : text == Name ? "unknown" : Fit(Name);
    }

    private static string ReadText(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[YamlReader.LargestDocument + 1];
            var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (length > YamlReader.LargestDocument)
                throw new ActionableException($"{FileFault.Show(path)}: a mapping of more than {YamlReader.LargestDocument >> 10} KiB: shorten it");
            var mark = bytes.AsSpan(0, length).StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0;
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes, mark, length - mark);
        }
        catch (Exception fault) when (FileFault.Is(fault))
        {
            throw FileFault.Reading(path, fault);
        }
        catch (DecoderFallbackException fault)
        {
            throw new ActionableException($"{FileFault.Show(path)}: this is not UTF-8 text: save it as UTF-8", fault);
        }
    }
}
