using System.CommandLine;
using ActionableModels.Checkpoints;
using ActionableModels.Imaging;

namespace ActionableModels.Cli;

/// <summary>The current and the goal image of act and q.</summary>
internal sealed record ImagePair(byte[] Current, byte[] Goal)
{
    public static Option<string> CurrentOption { get; } = CommonOptions.Required("--image",
        "what the camera sees, a PNG of the camera's size", "S.png");
    public static Option<string> GoalOption { get; } = CommonOptions.Required("--goal",
        "what it shall see, a PNG of the same size", "G.png");

    /// <summary>Loads both and checks their sizes.</summary>
    public static ImagePair Load(Invocation call, CheckpointHeader header)
    {
        byte[] Pixels(string path) => Png.RequireSize(Png.Load(path), header.CameraHeight, header.CameraWidth, path).Pixels;
        return new(Pixels(call.Get(CurrentOption)), Pixels(call.Get(GoalOption)));
    }
}
