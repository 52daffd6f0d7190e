using ActionableModels.Simulation;

namespace ActionableModels.Cli;

/// <summary>The simulated worlds by the names of the command line.</summary>
internal static class Worlds
{
    public const string DefaultTask = TabletopOptions.PickAndPlace;
    public const string DefaultCamera = TabletopOptions.Tilted;

    public const int MaxObjects = TabletopOptions.MaxObjects;

    public static IReadOnlyList<string> Tasks => TabletopOptions.Tasks;
    public static IReadOnlyList<string> Cameras => TabletopOptions.Cameras;

    /// <summary>Checked options of a world.</summary>
    public static TabletopOptions Options(string task, string camera, ImageSize size, int? objects = null) =>
        new TabletopOptions { Task = task, Camera = camera, ImageHeight = size.Height, ImageWidth = size.Width, Objects = objects }.Checked();
}
