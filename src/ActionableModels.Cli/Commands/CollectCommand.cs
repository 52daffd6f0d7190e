using System.CommandLine;
using ActionableModels.Cli.Terminal;
using ActionableModels.Data;
using ActionableModels.Simulation;

namespace ActionableModels.Cli.Commands;

/// <summary>Records episodes in the simulated world.</summary>
internal static class CollectCommand
{
    private static readonly Option<string> Mix = CommonOptions.New("--mix",
        $"recording policies: {string.Join(", ", RecordingMix.All.Select(m => m.Name))}", RecordingMix.Clean.Name);
    private static readonly Option<int> Episodes = CommonOptions.Number("--episodes", "episodes to record", 1000, 1, 10_000_000);
    private static readonly Option<int?> Steps = new("--steps")
    {
        Description = "actions in every episode, at most 1000; the mix's own if left out",
    };
    private static readonly Option<ImageSize?> Size = ImageSize.Option("--image-size", "size of the images in pixels; 48 if left out");
    private static readonly Option<string> Output = CommonOptions.Required("--output", "folder of the new dataset", "FOLDER");
    private static readonly Option<bool> Append = new("--append")
    {
        Description = "add to the dataset that the folder holds; episodes go on from its count",
    };

    public static Command Create() => new VerbCommand("collect", "Record episodes of scripted and random policies in the simulated world.",
        "collect --task pick-and-place --mix clean --episodes 3000 --output runs/clean", Run)
        .With(CommonOptions.Task, Mix, Episodes, Steps, Size, CommonOptions.Camera, CommonOptions.Objects, Output, Append, CommonOptions.Seed,
            CommonOptions.Threads);

    private static void Run(Invocation call)
    {
        var size = call.Get(Size) ?? new(48, 48);
        var world = Worlds.Options(call.Get(CommonOptions.Task), call.Get(CommonOptions.Camera), size, call.Get(CommonOptions.Objects));
        var mix = RecordingMix.Named(call.Get(Mix));
        var recording = new Recording(world, mix, call.Get(Episodes), call.Get(Steps) ?? mix.Steps, call.Seed);
        var folder = call.Get(Output);
        recording.Write(call, folder, call.Get(Append), call.Get(CommonOptions.Threads));

        using var store = EpisodeStore.Open(folder);
        var successes = Enumerable.Range(0, store.EpisodeCount).Count(store.Success);
        call.Result(new CollectResult(folder, world.Task, world.Camera, recording.Mix.Name, call.Seed, store.EpisodeCount, store.StepCount,
            store.FrameCount, store.Bytes, (double)successes / store.EpisodeCount), text => text.WriteLine($"{folder}: {Amount.Count(store.EpisodeCount)} episodes, {Amount.Count(store.FrameCount)} frames, "
            + $"{Amount.Bytes(store.Bytes)}, {100.0 * successes / store.EpisodeCount:0.0} % ended at their goal"));
    }
}

/// <summary>What collect prints.</summary>
internal sealed record CollectResult(string Dataset, string Task, string Camera, string Mix, ulong Seed, int Episodes, long Steps, long Frames,
    long Bytes, double SuccessRate);
