using System.CommandLine;
using System.CommandLine.Parsing;
using ActionableModels.Actions;
using ActionableModels.Cli.Terminal;
using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Formats.InPlace;
using ActionableModels.Simulation;

namespace ActionableModels.Cli.Commands;

/// <summary>Writes an untrained checkpoint.</summary>
internal static class InitCommand
{
    private static readonly Option<string> Output = CommonOptions.Required("--output", "checkpoint file to write", "FILE");
    private static readonly Option<ImageSize?> CameraSize = ImageSize.Option("--camera-size",
        "size of the camera's images where they are larger than the network's input, which is cut from their centre");
    private static readonly Option<string?> Data = CommonOptions.Optional("--data",
        "dataset whose camera and action bounds the checkpoint takes", "FOLDER");
    private static readonly Option<bool> Force = new("--force") { Description = "replace an existing file" };
    private static readonly TrainingOptions Training = new();

    public static Command Create() => new VerbCommand("init", "Write an untrained checkpoint of a network preset.",
        "init --preset qt-opt-472 --output runs/qt-opt.safetensors --seed 1", Run)
        .With([.. Training.Named("--preset", "--method", "--goal-merge", "--normalisation"), Output, CameraSize, Data, Force,
            CommonOptions.Seed, .. Devices.Options]);

    private static void Run(Invocation call)
    {
        var output = call.Get(Output);
        OutputFiles.Check(output);
        if (File.Exists(output) && !call.Get(Force))
            throw new ActionableException($"{output}: exists already; replace it with --force or choose another file");
        var settings = Training.Read(call);
        var spec = NetworkChoice.Network(settings);
        var (size, actions) = (call.Get(CameraSize), DefaultActions(spec.Name));
        if (call.Get(Data) is { } data)
        {
            using var store = EpisodeStore.Open(data, frames: InPlaceFrames.Open);
            if (size is { } given && given != new ImageSize(store.ImageHeight, store.ImageWidth))
                throw new ActionableException($"{data}: its images are {store.ImageHeight}x{store.ImageWidth}; give that or no --camera-size");
            (size, actions) = (new(store.ImageHeight, store.ImageWidth), store.Actions);
        }
        using var device = call.OpenDevice();
        var (height, width) = size ?? new(spec.ImageHeight, spec.ImageWidth);
        var checkpoint = NetworkChoice.Create(device, settings, actions, height, width);
        OutputFiles.Prepare(output);
        checkpoint.Write(output);
        var parameters = checkpoint.Layout.TrainableParameters;
        call.Result(new InitResult(output, spec.Name, parameters, height, width, settings.Seed), text => text.WriteLine(
            $"{output}: {spec.Name}, {Amount.Count(parameters)} trainable parameters, camera {height}x{width}, seed {settings.Seed}"));
    }

    // The compact networks are made for the simulated world, the full one for QT-Opt's robot.
    private static ActionSpace DefaultActions(string preset) =>
        preset.StartsWith("compact-", StringComparison.Ordinal) ? new TabletopOptions().Actions : ActionSpace.QtOpt;
}

/// <summary>What init prints.</summary>
internal sealed record InitResult(string Checkpoint, string Preset, long Parameters, int CameraHeight, int CameraWidth, ulong Seed);
