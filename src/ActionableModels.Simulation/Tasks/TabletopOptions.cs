using ActionableModels.Actions;
using ActionableModels.Compute;

namespace ActionableModels.Simulation;

/// <summary>What kind of tabletop world to make.</summary>
public sealed record TabletopOptions
{
    /// <summary>Task name of moving the gripper to its pose in the goal image.</summary>
    public const string Reaching = "reaching";
    /// <summary>Task name of bringing the red cube to its place in the goal image and letting go of it.</summary>
    public const string PickAndPlace = "pick-and-place";
    /// <summary>Camera name: in front of the table, looking down at it.</summary>
    public const string Tilted = "tilted";
    /// <summary>Camera name: straight down from above.</summary>
    public const string Overhead = "overhead";
    /// <summary>Most objects on the table.</summary>
    public const int MaxObjects = 6;

    /// <summary>Names of the tasks.</summary>
    public static IReadOnlyList<string> Tasks { get; } = [PickAndPlace, Reaching];
    /// <summary>Names of the cameras.</summary>
    public static IReadOnlyList<string> Cameras { get; } = [Overhead, Tilted];

    /// <summary>Task name, one of <see cref="Tasks"/>.</summary>
    public string Task { get; init; } = PickAndPlace;
    /// <summary>Image height in pixels.</summary>
    public int ImageHeight { get; init; } = 48;
    /// <summary>Image width in pixels.</summary>
    public int ImageWidth { get; init; } = 48;
    /// <summary>Camera name, one of <see cref="Cameras"/>.</summary>
    public string Camera { get; init; } = Tilted;
    /// <summary>Whether the policy may end the episode by the terminate action.</summary>
    public bool Terminate { get; init; }
    /// <summary>Steps after which an episode is truncated; null takes the task's own: 15 for pick-and-place, 8 for reaching.</summary>
    public int? MaxSteps { get; init; }
    /// <summary>
    /// Objects on the table, the red cube first, then distractors; null takes the task's own: 1 for pick-and-place, 0 for reaching.
    /// </summary>
    public int? Objects { get; init; }

    internal int StepLimit => MaxSteps ?? (Task == Reaching ? 8 : 15);
    internal int ObjectCount => Objects ?? (Task == Reaching ? 0 : 1);

    /// <summary>
    /// The action layout and bounds: ±12 cm sideways, ±10 cm in height, no azimuth change, close and open, and terminate where it is on.
    /// </summary>
    public ActionSpace Actions => new(
        [-Reach.Sideways, -Reach.Sideways, -Reach.Height, 0, 0, 0, 0],
        [Reach.Sideways, Reach.Sideways, Reach.Height, 0, 1, 1, Terminate ? 1 : 0],
        [Reach.Sideways / 2, Reach.Sideways / 2, Reach.Height / 2, 0, 0, 0, 0]);

    /// <summary>Checks the options and returns them.</summary>
    /// <exception cref="ActionableException">A name is unknown or a number is outside its range.</exception>
    public TabletopOptions Checked()
    {
        Known("task", Task, Tasks);
        Known("camera", Camera, Cameras);
        Within("image height", ImageHeight, 16, 1024);
        Within("image width", ImageWidth, 16, 1024);
        Within("maximum of steps", StepLimit, 1, 10_000);
        Within("number of objects", ObjectCount, Task == PickAndPlace ? 1 : 0, MaxObjects);
        return this;
    }

    private static void Known(string what, string name, IReadOnlyList<string> known)
    {
        if (!known.Contains(name))
            throw new ActionableException(Names.Unknown(what, name ?? "", known));
    }

    private static void Within(string what, int value, int least, int most)
    {
        if (value < least || value > most)
            throw new ActionableException($"the tabletop's {what} is {value}; it must be from {least} to {most}");
    }
}
