using System.CommandLine;
using ActionableModels.Checkpoints;
using ActionableModels.Imaging;

namespace ActionableModels.Cli;

/// <summary>The current and the goal image of act and q: two files, or two frames of a recorded episode.</summary>
/// <param name="Current">What the camera sees, H·W·3 bytes.</param>
/// <param name="Goal">What it shall see.</param>
/// <param name="Recorded">Where in a dataset they were taken; null for files.</param>
internal sealed record ImagePair(byte[] Current, byte[] Goal, RecordedStep? Recorded)
{
    private static readonly Option<string?> CurrentOption = CommonOptions.Optional("--image",
        "what the camera sees, a PNG of the camera's size", "S.png");
    private static readonly Option<string?> GoalOption = CommonOptions.Optional("--goal",
        "what it shall see, a PNG of the same size", "G.png");

    /// <summary>The options of both ways.</summary>
    public static IReadOnlyList<Option> Options { get; } = [CurrentOption, GoalOption, .. RecordedStep.Options];

    /// <summary>Demands one of the two ways.</summary>
    public static void Validate(Command command) => command.Validators.Add(result =>
    {
        var files = ((Option[])[CurrentOption, GoalOption]).Count(option => result.GetResult(option) is { Implicit: false });
        var recorded = result.GetResult(RecordedStep.Data) is { Implicit: false };
        if (recorded ? files > 0 : files < 2)
            result.AddError($"give either {CurrentOption.Name} and {GoalOption.Name}, or {RecordedStep.Data.Name} with an episode and a step of it");
        if (!recorded && RecordedStep.Options.FirstOrDefault(option => result.GetResult(option) is { Implicit: false }) is { } lone)
            result.AddError($"{lone.Name} goes with {RecordedStep.Data.Name}");
    });

    /// <summary>Loads both and checks their sizes.</summary>
    public static ImagePair Load(Invocation call, CheckpointHeader header)
    {
        byte[] Pixels(string path) => Png.RequireSize(Png.Load(path), header.CameraHeight, header.CameraWidth, path).Pixels;
        return call.Get(RecordedStep.Data) is { } data ? RecordedStep.Load(call, data, header)
            : new(Pixels(call.Get(CurrentOption)!), Pixels(call.Get(GoalOption)!), null);
    }
}
