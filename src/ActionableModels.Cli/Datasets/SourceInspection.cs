using System.Globalization;
using ActionableModels.Cli.Terminal;
using ActionableModels.Formats.Sources;

namespace ActionableModels.Cli;

/// <summary>What inspect says of a dataset in one of the formats that others write.</summary>
/// <param name="Dataset">Folder.</param>
/// <param name="Format">Format.</param>
/// <param name="Name">The dataset's name.</param>
/// <param name="Split">What was asked for; null: the usual one.</param>
/// <param name="Splits">All splits.</param>
/// <param name="Files">Files of the split.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Episodes">Episodes of the split; null where nobody knows.</param>
/// <param name="EpisodesRead">Episodes that were looked at.</param>
/// <param name="Complete">Whether that is all there are.</param>
/// <param name="Steps">Their steps.</param>
/// <param name="Lengths">Their lengths; null without episodes.</param>
/// <param name="Fields">The schema.</param>
/// <param name="Numbers">How the numbers of narrow fields are distributed.</param>
/// <param name="Mapping">What a mapping makes of them; null without one.</param>
/// <param name="MappingFault">Why a mapping that seemed to be the one cannot be used.</param>
/// <param name="Faults">What is wrong.</param>
internal sealed record SourceInspection(string Dataset, string Format, string Name, string? Split, IReadOnlyList<InspectedSplit> Splits, int Files,
    long Bytes, long? Episodes, long EpisodesRead, bool Complete, long Steps, InspectedLengths? Lengths, IReadOnlyList<InspectedField> Fields,
    IReadOnlyList<InspectedFieldNumber> Numbers, InspectedMapping? Mapping, string? MappingFault, InspectedFaults Faults)
{
    /// <summary>Writes it for people.</summary>
    public void Write(TextWriter text)
    {
        text.WriteLine($"{Dataset}: {Format} dataset {Name}{(Split is null ? "" : $", split {Split}")}, {Counted(Files, "file")} of {Amount.Bytes(Bytes)}");
        if (Splits.Count > 0)
            text.WriteLine("splits: " + string.Join(", ", Splits.Select(s => s.Name + (s.Episodes is { } n ? $" ({Amount.Count(n)} episodes)" : ""))));
        text.WriteLine($"{(Complete ? Counted(EpisodesRead, "episode") : $"{Amount.Count(EpisodesRead)} of {EpisodesText} episodes looked at")}, "
            + Counted(Steps, "step"));
        if (Lengths is { } lengths)
            text.WriteLine($"lengths: {Amount.Count(lengths.Min)} to {Amount.Count(lengths.Max)} steps, median {Amount.Count(lengths.Median)}  "
                + DatasetInspection.Sparks(lengths.Histogram.Counts));
        text.WriteLine();
        var fields = new Table("field", "type", "shape", "of each");
        foreach (var field in Fields)
            fields.Add(field.Name, field.DataType, string.Join("x", field.Shape.Select(n => n < 0 ? "?" : Text(n))), field.PerStep ? "step" : "episode");
        fields.Write(text);
        WriteNumbers(text);
        Mapping?.Write(text);
        if (MappingFault is not null) text.WriteLine($"\nno mapping: {MappingFault}");
        else if (Mapping is null) text.WriteLine("\nno mapping is known for it: give one with --mapping");
        Faults.Write(text);
    }

    private string EpisodesText => Episodes is { } known ? Amount.Count(known) : "an unknown number of";

    private void WriteNumbers(TextWriter text)
    {
        if (Numbers.Count == 0) return;
        text.WriteLine();
        string[] bad = Numbers.Any(n => n.NotFinite > 0) ? ["not finite"] : [];
        var table = new Table(["number", "min", "mean", "max", "deviation", .. bad, "histogram"]);
        foreach (var n in Numbers)
            table.Add([n.Name, Short(n.Min), Short(n.Mean), Short(n.Max), Short(n.Deviation), .. bad.Select(_ => Amount.Count(n.NotFinite)),
                DatasetInspection.Sparks(n.Histogram.Counts)]);
        table.Write(text);
    }

    internal static string Short(double value) => Amount.Short(value);

    internal static string Counted(long count, string what) => $"{Amount.Count(count)} {what}{(count == 1 ? "" : "s")}";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A split.</summary>
internal sealed record InspectedSplit(string Name, long? Episodes);

/// <summary>A field of the schema.</summary>
internal sealed record InspectedField(string Name, string Type, string DataType, IReadOnlyList<int> Shape, bool PerStep)
{
    public static InspectedField Of(SourceField field) =>
        new(field.Name, field.Type.ToString().ToLowerInvariant(), field.DataType, field.Shape, field.PerStep);
}

/// <summary>Steps of the episodes.</summary>
internal sealed record InspectedLengths(int Min, int Median, int Max, InspectedHistogram Histogram);

/// <summary>How one number of a field is distributed over all rows.</summary>
internal sealed record InspectedFieldNumber(string Name, double Min, double Mean, double Max, double Deviation, long NotFinite, InspectedHistogram Histogram)
{
    public static InspectedFieldNumber Of(string name, StreamedNumber number) =>
        new(name, number.Min, number.Mean, number.Max, number.Deviation, number.NotFinite, number.Histogram());
}

/// <summary>What is wrong with a source.</summary>
/// <param name="Count">Number of faults.</param>
/// <param name="EpisodesLost">Episodes that they take away.</param>
/// <param name="Uncounted">Whether they take away others that nobody can count.</param>
/// <param name="First">The first of them.</param>
internal sealed record InspectedFaults(long Count, long EpisodesLost, bool Uncounted, IReadOnlyList<string> First)
{
    /// <summary>Writes it for people.</summary>
    public void Write(TextWriter text)
    {
        text.WriteLine();
        if (Count == 0)
        {
            text.WriteLine("no faults");
            return;
        }
        var lost = EpisodesLost == 0 && !Uncounted ? "" : $", {(Uncounted ? "at least " : "")}{SourceInspection.Counted(EpisodesLost, "episode")} lost";
        text.WriteLine($"{SourceInspection.Counted(Count, "fault")}{lost}{(Count > First.Count ? $"; the first {First.Count}" : "")}:");
        foreach (var fault in First) text.WriteLine($"  {fault}");
    }
}
