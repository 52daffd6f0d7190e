using System.Globalization;
using ActionableModels.Actions;
using ActionableModels.Data;

namespace ActionableModels.Formats.Rlds;

/// <summary>
/// An episode of a store as layouts ask for it: T + 1 rows, of which the last has no action. The store holds displacements, no places: the
/// gripper's place is their sum from (0, 0) on, and so is its azimuth; its height is the recorded one. So the difference between a target
/// and the pose before it is the recorded action, whatever the arm then did.
/// </summary>
internal sealed class RldsExportEpisode
{
    private static readonly float[] NoAction = new float[ActionSpace.Dimensions];

    private readonly EpisodeStore store;
    private readonly int number;
    private readonly long first;
    private readonly (double X, double Y, double Azimuth)[] places;

    public RldsExportEpisode(EpisodeStore store, int number)
    {
        (this.store, this.number, first) = (store, number, store.FirstFrame(number));
        Steps = store.Steps(number);
        places = new (double, double, double)[Rows];
        for (var row = 0; row < Steps; row++)
        {
            var place = places[row];
            var action = Action(row);
            places[row + 1] = (place.X + action[0], place.Y + action[1], place.Azimuth + action[ActionSpace.Azimuth]);
        }
    }

    /// <summary>Number of actions T.</summary>
    public int Steps { get; }
    /// <summary>Number of observations.</summary>
    public int Rows => Steps + 1;
    /// <summary>Its number in the store.</summary>
    public string Id => number.ToString("D6", CultureInfo.InvariantCulture);
    public string Policy => store.Policy(number);
    public string Task => store.Header.Task;
    public bool Success => store.Success(number);
    /// <summary>Whether it ended by an action, and not because recording stopped.</summary>
    public bool Terminates => Steps > 0 && Action(Steps - 1)[ActionSpace.Terminate] != 0;

    /// <summary>The action of a row; zeros for the last.</summary>
    public ReadOnlySpan<float> Action(int row) => row < Steps ? store.Action(number, row) : NoAction;

    /// <summary>The state of a row.</summary>
    public ReadOnlySpan<float> State(int row) => store.State(first + row);

    public void ReadImage(int row, Span<byte> image) => store.ReadImage(first + row, image);

    /// <summary>1 for the action that made the episode a success, else 0.</summary>
    public float Reward(int row) => row == Steps - 1 && Success ? 1 : 0;

    /// <summary>0 from the action on that ended the episode, else 1.</summary>
    public float Discount(int row) => row >= Steps - 1 && Terminates ? 0 : 1;

    /// <summary>Whether the gripper is closed.</summary>
    public bool Closed(int row) => State(row)[0] >= 0.5f;

    /// <summary>Whether the gripper is to be closed after the action.</summary>
    public bool WillBeClosed(int row) => Action(row)[ActionSpace.Close] != 0 || (Action(row)[ActionSpace.Open] == 0 && Closed(row));

    /// <summary>Position and quaternion before the action, 7 numbers.</summary>
    public void Pose(int row, Span<float> pose) => Fill(pose, places[row], State(row)[1]);

    /// <summary>Position and quaternion that the action asks for, 7 numbers.</summary>
    public void Target(int row, Span<float> pose) =>
        Fill(pose, places[Math.Min(row + 1, Steps)], (double)State(row)[1] + Action(row)[ActionSpace.Displacement + 2]);

    /// <summary>Position, roll, pitch, yaw, and how far the gripper is open, 7 numbers.</summary>
    public void PoseAndGripper(int row, Span<float> state)
    {
        Pose(row, state);
        (state[3], state[4], state[5], state[6]) = (0, 0, (float)places[row].Azimuth, 1 - State(row)[0]);
    }

    private static void Fill(Span<float> pose, (double X, double Y, double Azimuth) place, double height)
    {
        var (sine, cosine) = Math.SinCos(place.Azimuth / 2);
        (pose[0], pose[1], pose[2]) = ((float)place.X, (float)place.Y, (float)height);
        (pose[3], pose[4], pose[5], pose[6]) = (0, 0, (float)sine, (float)cosine);
    }
}
