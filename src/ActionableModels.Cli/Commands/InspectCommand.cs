using System.CommandLine;
using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Formats.InPlace;

namespace ActionableModels.Cli.Commands;

/// <summary>Shows what a dataset or a checkpoint holds.</summary>
internal static class InspectCommand
{
    private static readonly Option<string?> Data = CommonOptions.Optional("--data", "folder of a dataset", "FOLDER");
    private static readonly Option<string?> File = CommonOptions.Optional("--checkpoint", CommonOptions.ModelFile, "FILE");
    private static readonly Option<string?> Sheet = CommonOptions.Optional("--contact-sheet",
        "write frames of episodes spread over the dataset", "FILE.png");
    private static readonly Option<bool> Verify = new("--verify") { Description = "read every byte of the dataset and compare its hashes" };

    public static Command Create()
    {
        var command = new VerbCommand("inspect",
            "Show what a dataset holds (schema, counts, histograms, success per policy) or what a checkpoint is.",
            "inspect --data runs/clean --contact-sheet runs/clean.png", Run).With(Data, File, Sheet, Verify);
        command.Validators.Add(result =>
        {
            if (result.GetResult(Data) is null == result.GetResult(File) is null) result.AddError("give either --data or --checkpoint");
        });
        return command;
    }

    private static void Run(Invocation call)
    {
        var path = call.Get(File) ?? call.Get(Data)!;
        if (call.Get(File) is not null || System.IO.File.Exists(path))
        {
            var checkpoint = CheckpointSummary.Of(path);
            call.Result(checkpoint, checkpoint.Write);
            return;
        }
        OutputFiles.Check(call.Get(Sheet));
        using var store = EpisodeStore.Open(path, call.Get(Verify), InPlaceFrames.Open);
        var summary = DatasetInspection.Of(store);
        if (call.Get(Sheet) is { } sheet)
            OutputFiles.WritePng(sheet, ContactSheet.Of(store) ?? throw new ActionableException($"{path}: holds no episodes to show"));
        call.Result(summary, summary.Write);
    }
}
