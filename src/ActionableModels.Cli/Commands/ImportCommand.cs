using System.CommandLine;
using ActionableModels.Cli.Terminal;
using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Formats.Images;
using ActionableModels.Formats.Import;
using ActionableModels.Formats.Mappings;
using ActionableModels.Formats.Sources;

namespace ActionableModels.Cli.Commands;

/// <summary>Makes a dataset of what robots have recorded.</summary>
internal static class ImportCommand
{
    private static readonly Option<string> Source = CommonOptions.Required("--source",
        $"dataset to read. {string.Join(". ", EpisodeSources.Formats)}. LeRobot datasets lie in Parquet files, for which there is no well-kept reader: "
        + "convert them to RLDS, robomimic or OGBench first", "PATH");
    private static readonly Option<string?> Split = CommonOptions.Optional("--split",
        "split, or part of one: train, test, train[:100], train[:90%], train[-5:]; train, or the only one, if left out", "SPLIT");
    private static readonly Option<string?> Mapping = CommonOptions.Optional("--mapping",
        "how fields become images, states and actions: the name of a mapping that is built in, or a YAML file; told by the dataset if left out",
        "NAME|FILE");
    private static readonly Option<bool> Template = new("--mapping-template")
    {
        Description = "print a mapping file to fill in, with the dataset's fields, and import nothing",
    };
    private static readonly Option<ImageSize?> Size = ImageSize.Option("--image-size",
        "size of the dataset's images in pixels; that of the crop, else of the source's images, if left out");
    private static readonly Option<ImageSize?> Crop = ImageSize.Option("--crop",
        "what is cut from the source's images, in pixels; as much as fits if left out");
    private static readonly Option<string> Place = Choice.Option<CropPlace>("--crop-place",
        "where it is cut: in the middle, or at a place drawn for each episode from the seed", CropPlace.Centre);
    private static readonly Option<string?> Output = CommonOptions.Optional("--output", "folder of the new dataset", "FOLDER");
    private static readonly Option<bool> Resume = new("--resume")
    {
        Description = "go on with an import that was ended, to the same bytes; starts where there is none yet",
    };
    private static readonly Option<bool> Force = new("--force") { Description = "replace the dataset that the folder holds" };
    private static readonly Option<bool> InPlace = new("--in-place")
    {
        Description = "write an index only, and read the frames from the source while training; it must stay where it is",
    };
    private static readonly Option<bool> NoDecodeCheck = new("--no-decode-check")
    {
        Description = "with --in-place, do not decode every frame once to prove that it can be",
    };
    private static readonly Option<string> OnError = Choice.Option<OnFault>("--on-error",
        "what becomes of a record that cannot be used: it is left out and reported, or ends the import", OnFault.Skip);
    private static readonly Option<string> MostSkipped = CommonOptions.New("--most-skipped",
        "most episodes to lose to faults: a number, or a share, of which ten are always allowed", "1%", "N|P%");
    private static readonly Option<long?> Memory = ByteSize.Option("--memory", "memory for records, images and the shard that gathers", "1G");
    private static readonly Option<long?> LargestRecord = ByteSize.LargestRecord();
    private static readonly Option<long?> ShardSize = ByteSize.Option("--shard-size", "bytes of images in each file of the dataset; for sources of terabytes rather use --in-place",
        "64M, more for large sources");
    private static readonly Option<int?> Episodes = new("--episodes") { Description = "end after this many episodes", HelpName = "N" };
    private static readonly Option<bool> NoHashes = new("--no-hashes") { Description = "do not take the SHA-256 of the source's files" };

    public static Command Create()
    {
        var command = new VerbCommand("import", "Make a dataset of what robots have recorded: RLDS, robomimic, Minari, OGBench.",
            "import --source data/mt_opt/1.0.0 --crop 472 --output runs/mt_opt", Run)
        {
            Examples = ["import --source data/own_robot/1.0.0 --mapping-template", "import --source data/kuka/0.1.0 --in-place --crop 472 --output runs/kuka"],
        }
        .With(Source, Split, Mapping, Template, Size, Crop, Place, CommonOptions.Seed, Output, Resume, Force, InPlace, NoDecodeCheck, OnError,
            MostSkipped, Episodes, Memory, LargestRecord, ShardSize, NoHashes, CommonOptions.Threads);
        command.Validators.Add(result =>
        {
            if (result.GetResult(Template) is null == result.GetResult(Output) is null) result.AddError("give either --output or --mapping-template");
            if (result.GetResult(Resume) is not null && result.GetResult(Force) is not null) result.AddError("give either --resume or --force");
            if (result.GetResult(NoDecodeCheck) is not null && result.GetResult(InPlace) is null) result.AddError("--no-decode-check goes with --in-place");
        });
        MostSkipped.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && SkipLimit.Parse(token.Value) is null)
                result.AddError($"--most-skipped '{token.Value}' is neither a number such as 50 nor a share such as 1%");
        });
        Episodes.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, out var value) && value < 1) result.AddError($"--episodes {value} is not at least 1");
        });
        return command;
    }

    private static int Run(Invocation call)
    {
        var (largest, memory) = (call.Get(LargestRecord), call.Get(Memory) ?? ImportOptions.DefaultMemory);
        if (largest is { } most && most > new ImportMemory(memory, 0).Records)
            throw new ActionableException($"--largest-record {ImportMemory.Text(most)}: of --memory {ImportMemory.Text(memory)} a quarter is for records: "
                + $"give at least --memory {ImportMemory.SettingForRecord(most)}");
        using var source = EpisodeSources.Open(call.Get(Source),
            new SourceOptions(call.Get(Split), largest ?? SourceOptions.DefaultLargestRecord, Hdf5Reader.Start));
        if (call.Get(Template))
        {
            Console.Out.Write(EpisodeMapping.Template(source));
            return CommandLine.Done;
        }
        var mapping = call.Get(Mapping) is { } name ? EpisodeMapping.Load(name) : EpisodeMapping.For(source)
            ?? throw new ActionableException($"{source.Name}: no mapping is known for this dataset: write one with the same --source and "
                + "--mapping-template > mapping.yaml, fill it in, and give it with --mapping mapping.yaml");
        var folder = call.Get(Output)!;
        using var progress = new ImportProgressLine(call, source, call.Get(Episodes));
        try
        {
            var report = DatasetImport.Run(source, mapping, Options(call, folder), progress.Update, call.Cancellation);
            progress.Finish();
            var result = ImportResult.Of(folder, report);
            call.Result(result, result.Write);
            return CommandLine.Done;
        }
        catch (OperationCanceledException)
        {
            progress.Dispose();
            call.Note($"interrupted; {(progress.HasKept ? $"{folder} keeps the shards that were written: {GoOn(call)}" : "nothing is written yet")}");
            return CommandLine.Interrupted;
        }
        catch (ActionableException)
        {
            progress.Dispose();
            if (progress.HasKept)
                call.Note($"note: {folder} keeps the shards that were written: {GoOn(call)} once that is mended, or to leave faults out with --on-error skip "
                    + "and --most-skipped; a source whose files then are others (missing ones, other lengths) has to be imported anew");
            throw;
        }
    }

    private static string GoOn(Invocation call) =>
        call.Get(Force) ? "go on with the same options, and --resume in place of --force," : "go on with the same options and --resume";

    private static ImportOptions Options(Invocation call, string folder) => new(folder)
    {
        ImageSize = call.Get(Size) is { } size ? (size.Height, size.Width) : null,
        Crop = call.Get(Crop) is { } crop ? (crop.Height, crop.Width) : null,
        Place = Choice.Parse<CropPlace>(call.Get(Place)),
        Seed = call.Seed,
        InPlace = call.Get(InPlace),
        CheckFrames = !call.Get(NoDecodeCheck),
        Resume = call.Get(Resume),
        Force = call.Get(Force),
        OnFault = Choice.Parse<OnFault>(call.Get(OnError)),
        MostSkipped = SkipLimit.Parse(call.Get(MostSkipped))!.Value,
        Memory = call.Get(Memory) ?? ImportOptions.DefaultMemory,
        ShardBytes = call.Get(ShardSize),
        Threads = call.Get(CommonOptions.Threads),
        Episodes = call.Get(Episodes),
        Hashes = !call.Get(NoHashes),
    };
}
