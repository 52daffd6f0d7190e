using System.CommandLine;
using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Formats.InPlace;
using ActionableModels.Formats.Mappings;
using ActionableModels.Formats.Sources;

namespace ActionableModels.Cli.Commands;

/// <summary>Shows what a dataset or a checkpoint holds.</summary>
internal static class InspectCommand
{
    private static readonly Option<string?> Data = CommonOptions.Optional("--data",
        "dataset: a folder that collect or import wrote, or one of another format (rlds, robomimic, minari, ogbench)", "PATH");
    private static readonly Option<string?> File = CommonOptions.Optional("--checkpoint", CommonOptions.ModelFile, "FILE");
    private static readonly Option<string?> Split = CommonOptions.Optional("--split",
        "of another format: a split, or part of one as in train[:100]; train, or the only one, if left out", "SPLIT");
    private static readonly Option<string?> Mapping = CommonOptions.Optional("--mapping",
        $"of another format: what its fields mean, a YAML file or one of {string.Join(", ", EpisodeMapping.Names)}; the one known for it if left out",
        "MAPPING");
    private static readonly Option<long?> Episodes = new("--episodes")
    {
        Description = "of another format: look at the first N episodes only",
        HelpName = "N",
    };
    private static readonly Option<long?> LargestRecord = ByteSize.LargestRecord();
    private static readonly Option<string?> Sheet = CommonOptions.Optional("--contact-sheet",
        "write frames of episodes spread over the dataset", "FILE.png");
    private static readonly Option<bool> Verify = new("--verify") { Description = "read every byte of our own dataset and compare its hashes; of frames that stayed in other files, every frame" };

    public static Command Create()
    {
        var command = new VerbCommand("inspect",
            "Show what a dataset holds (schema, counts, histograms, success per policy) or what a checkpoint is.",
            "inspect --data runs/clean --contact-sheet runs/clean.png", Run).With(Data, File, Split, Mapping, Episodes, LargestRecord, Sheet, Verify);
        command.Validators.Add(result =>
        {
            if (result.GetResult(Data) is null == result.GetResult(File) is null) result.AddError("give either --data or --checkpoint");
        });
        // Of a checkpoint there is nothing to choose from, to draw or to compare.
        command.Validators.Add(result =>
        {
            if (result.GetResult(File) is null) return;
            foreach (var option in (Option[])[Split, Mapping, Episodes, Sheet, Verify])
                if (result.GetResult(option) is { Implicit: false }) result.AddError($"{option.Name} goes with {Data.Name}");
        });
        Episodes.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && long.TryParse(token.Value, out var value) && value < 0)
                result.AddError($"--episodes {value} is below 0");
        });
        return command;
    }

    private static void Run(Invocation call)
    {
        var path = call.Get(File) ?? call.Get(Data)!;
        var isSource = call.Get(File) is null && IsSource(path);
        Option[] sources = [Split, Mapping, Episodes, LargestRecord];
        Option[] elsewhere = isSource ? [Verify] : System.IO.File.Exists(path) ? [.. sources, Sheet, Verify] : sources;
        if (elsewhere.FirstOrDefault(call.IsGiven) is { } option)
            throw new ActionableException($"{option.Name} is of no use with {path}: leave it out, it is for "
                + (isSource ? "datasets that collect or import wrote" : elsewhere.Length == sources.Length ? "datasets of other formats" : "datasets"));
        OutputFiles.Check(call.Get(Sheet));
        if (isSource) InspectSource(call, path);
        else if (call.Get(File) is not null || System.IO.File.Exists(path))
        {
            var checkpoint = CheckpointSummary.Of(path);
            call.Result(checkpoint, checkpoint.Write);
        }
        else InspectStore(call, path);
    }

    // A folder with neither is taken for a source, whose message lists what would be one.
    private static bool IsSource(string path) => System.IO.File.Exists(path) ? EpisodeSources.Recognises(path)
        : Directory.Exists(path) && !System.IO.File.Exists(Path.Combine(path, "dataset.json"));

    private static void InspectStore(Invocation call, string path)
    {
        InPlaceFrames? frames = null;
        using var store = EpisodeStore.Open(path, call.Get(Verify), (files, header) => frames = InPlaceFrames.Open(files, header));
        if (call.Get(Verify) && frames is not null)
        {
            using var progress = call.Progress("verifying", store.FrameCount, "frames");
            frames.Verify(store, done => progress.Update(done), call.Cancellation);
            progress.Finish();
        }
        var summary = DatasetInspection.Of(store);
        if (call.Get(Sheet) is { } sheet)
            OutputFiles.WritePng(sheet, ContactSheet.Of(store) ?? throw new ActionableException($"{path}: holds no episodes to show"));
        call.Result(summary, summary.Write);
    }

    private static void InspectSource(Invocation call, string path)
    {
        var mapping = call.Get(Mapping) is { } given ? EpisodeMapping.Load(given) : null;
        using var source = EpisodeSources.Open(path, new SourceOptions(call.Get(Split), call.Get(LargestRecord) ?? SourceOptions.DefaultLargestRecord, Hdf5Reader.Start));
        using var sheet = call.Get(Sheet) is null ? null : Frames(source, mapping ?? SourceInspector.Known(source).Mapping, path);
        var inspector = new SourceInspector(source, mapping, sheet);
        var most = call.Get(Episodes);
        using var progress = call.Progress("reading", Math.Min(source.Episodes ?? 0, most ?? long.MaxValue), "episodes");
        var inspection = inspector.Run(most, call.Get(Split), progress, call.Cancellation);
        if (sheet is not null)
            OutputFiles.WritePng(call.Get(Sheet)!, sheet.Draw() ?? throw new ActionableException($"{path}: no episode of it could be shown"
                + (inspection.Faults.First is [var fault, ..] ? $": {fault}" : "")));
        call.Result(inspection, inspection.Write);
    }

    private static SourceContactSheet Frames(IEpisodeSource source, EpisodeMapping? mapping, string path) =>
        new(SourceContactSheet.ImageOf(source, mapping)
            ?? throw new ActionableException($"{path}: holds no images to show: leave out --contact-sheet"), mapping);
}
