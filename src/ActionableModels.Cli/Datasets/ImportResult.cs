using System.Text.RegularExpressions;
using ActionableModels.Cli.Terminal;
using ActionableModels.Data;
using ActionableModels.Formats.Import;

namespace ActionableModels.Cli;

/// <summary>What import prints; all of it, and every record that was left out, is in import.json.</summary>
internal sealed partial record ImportResult(string Dataset, string Report, string Source, string Format, string Mapping, bool InPlace, bool Complete,
    long Episodes, long Steps, long Frames, int ImageHeight, int ImageWidth, long Bytes, long RecordsRead, long SuccessTold, long Successes,
    IReadOnlyDictionary<string, long> ClippedActions, long TurnedFrames, long SkippedRecords, long SkippedEpisodes, long SkippedUnknown,
    IReadOnlyList<SkippedReason> Skipped)
{
    private const int ReasonsShown = 10;

    /// <summary>The result of a finished import.</summary>
    public static ImportResult Of(string folder, ImportReport report)
    {
        var (header, shards) = DatasetFile.Read(folder);
        string Setting(string name) => report.Settings.GetValueOrDefault(name, "");
        return new(folder, Path.Combine(folder, ImportReport.FileName), Setting("source"), Setting("format"), Setting("mapping"), header.Frames is not null,
            report.Complete, report.Episodes, report.Steps, report.Frames, header.ImageHeight, header.ImageWidth, shards.Sum(s => s.Bytes),
            report.RecordsRead, report.SuccessTold, report.Successes, report.ClippedActions, report.TurnedFrames, report.SkippedRecords,
            report.SkippedEpisodes, report.SkippedUnknown,
            [.. report.Skipped.GroupBy(s => (s.Field, Why: Numbers().Replace(s.Why, "…")))
                .Select(g => new SkippedReason(g.Count(), g.Key.Field, g.First().Why, g.First().File, g.First().Record))
                .OrderByDescending(r => r.Records)]);
    }

    /// <summary>Writes it for people.</summary>
    public void Write(TextWriter text)
    {
        text.WriteLine($"{Dataset}: {Amount.Count(Episodes)} episodes, {Amount.Count(Frames)} frames of {ImageHeight}x{ImageWidth}, {Amount.Bytes(Bytes)}"
            + $"{(InPlace ? " of index, the frames stay where they are" : "")}; from {Source} ({Format}, mapping {Mapping})");
        text.WriteLine(SuccessTold == 0 ? "the source does not tell of success"
            : $"{Amount.Count(Successes)} of {Amount.Count(SuccessTold)} episodes that tell of it reached what they tried");
        if (ClippedActions.Values.Sum() > 0)
            text.WriteLine($"action numbers outside their bounds, cut to them: "
                + string.Join(", ", ClippedActions.Where(c => c.Value > 0).Select(c => $"{c.Key} {Amount.Count(c.Value)}")));
        if (TurnedFrames > 0)
            text.WriteLine($"{Amount.Count(TurnedFrames)} images are to be turned by their EXIF orientation, which is ignored: turn them in the source if "
                + "they must be upright");
        if (SkippedRecords > 0)
        {
            text.WriteLine($"{Amount.Count(SkippedEpisodes)} of {Amount.Count(Episodes + SkippedEpisodes)} episodes were left out"
                + (SkippedUnknown == 0 ? ":" : $", and of {Amount.Count(SkippedUnknown)} faults nobody can know how many they took away:"));
            var table = new Table("faults", "why", "first");
            foreach (var reason in Skipped.Take(ReasonsShown))
                table.Add(Amount.Count(reason.Records), reason.Field is null ? reason.Why : $"{reason.Field}: {reason.Why}",
                    reason.Record is { } record ? $"{reason.File}, record {record}" : reason.File);
            table.Write(text);
            text.WriteLine(SkippedRecords > ImportTally.MostListed
                ? $"the first {Amount.Count(ImportTally.MostListed)} faults are in {Report}" : $"each of them is in {Report}");
        }
        text.WriteLine($"train on it with: actionable train --data {Dataset} --output RUN");
    }

    // Reasons that differ in their numbers alone are one.
    [GeneratedRegex(@"\d+")]
    private static partial Regex Numbers();
}

/// <summary>Why records were left out.</summary>
/// <param name="Records">How many, of those that import.json lists.</param>
/// <param name="Field">The field.</param>
/// <param name="Why">What is wrong with the first.</param>
/// <param name="File">Its file.</param>
/// <param name="Record">Its number there.</param>
internal sealed record SkippedReason(long Records, string? Field, string Why, string File, long? Record);
