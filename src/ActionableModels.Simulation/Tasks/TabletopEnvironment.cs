using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Environments;
using ActionableModels.Simulation.Camera;
using ActionableModels.Simulation.Physics;

namespace ActionableModels.Simulation;

/// <summary>
/// The tabletop world as an environment: a hand with parallel jaws above a table of 40 cm by 40 cm. A step moves the hand in a straight line,
/// then closes or opens the jaws (close wins when both are asked for). The goal image shows a state that the task's script
/// really reached in a copy of the same scene.
/// </summary>
public sealed class TabletopEnvironment : IGoalEnvironment
{
    /// <summary>Success of both tasks: within 4 cm, a tenth of the table.</summary>
    public const double GoalDistance = 0.04;
    private const double LeastTravel = 0.12;

    private readonly Renderer renderer;
    private readonly ScriptedPolicy goalScript;
    private readonly byte[] image, goalImage;
    private readonly float[] state = new float[ActionSpace.StateDimensions], scripted = new float[ActionSpace.Dimensions];
    private readonly double[] clipped = new double[ActionSpace.Dimensions];
    private int steps;
    private bool grasped, started;

    /// <summary>Makes a world; call <see cref="Reset(ulong)"/> to start.</summary>
    /// <exception cref="ActionableException">The options are not valid.</exception>
    public TabletopEnvironment(TabletopOptions options)
    {
        Options = options.Checked();
        Actions = options.Actions.Checked("tabletop");
        renderer = new(options.ImageHeight, options.ImageWidth, options.Camera == TabletopOptions.Overhead);
        image = new byte[options.ImageHeight * options.ImageWidth * 3];
        goalImage = new byte[image.Length];
        goalScript = ScriptedPolicy.For(options.Task, noise: 0, epsilon: 0);
    }

    /// <summary>The options that this world was made with.</summary>
    public TabletopOptions Options { get; }
    /// <inheritdoc/>
    public string Task => Options.Task;
    /// <inheritdoc/>
    public ActionSpace Actions { get; }
    /// <inheritdoc/>
    public int ImageHeight => Options.ImageHeight;
    /// <inheritdoc/>
    public int ImageWidth => Options.ImageWidth;
    /// <inheritdoc/>
    public int MaxSteps => Options.StepLimit;
    /// <inheritdoc/>
    public ReadOnlySpan<byte> GoalImage => goalImage;

    /// <summary>The world as it is.</summary>
    internal World World { get; } = new();
    /// <summary>The state that the goal image shows.</summary>
    internal World Goal { get; } = new();
    /// <summary>Where the script is to bring the hand or the cube; the goal state lies within millimetres of it.</summary>
    internal Place Target { get; private set; }

    /// <summary>Whether the task's goal holds now.</summary>
    public bool IsSuccess => Task == TabletopOptions.Reaching
        ? Place.OfHand(World).DistanceTo(Place.OfHand(Goal)) <= GoalDistance
        : World.RestsOnTable(0) && Place.OfBody(World, 0).DistanceTo(Place.OfBody(Goal, 0)) <= GoalDistance;

    /// <inheritdoc/>
    public Observation Reset(ulong seed) => Reset(new RandomKey(seed, Draws.Streams.Evaluation, 0));

    /// <summary>Starts an episode whose scene is drawn from any sequence of random numbers.</summary>
    internal Observation Reset(RandomKey key)
    {
        const int attempts = 100;
        var draws = new Draws(key);
        for (var k = 0; k < attempts && !TryDraw(ref draws); k++)
            started = false;
        if (!started)
            throw new ActionableException($"no scene of {Options.ObjectCount} objects with a goal in reach was found for this seed; use fewer objects");
        (steps, grasped) = (0, false);
        return Observe();
    }

    /// <inheritdoc/>
    /// <exception cref="ActionableException">The action has the wrong length or is not finite, or no episode has been started.</exception>
    public StepResult Step(ReadOnlySpan<float> action)
    {
        if (!started)
            throw new ActionableException("the tabletop was stepped before its first reset; call Reset(seed) first");
        Execute(World, action);
        steps++;
        grasped |= World.Hand.Held >= 0;
        var success = IsSuccess;
        var terminated = success || clipped[ActionSpace.Terminate] > 0.5;
        return new(Observe(), success ? 1 : 0, terminated, !terminated && steps >= MaxSteps, new(success, grasped));
    }

    private void Execute(World world, ReadOnlySpan<float> action)
    {
        if (action.Length != ActionSpace.Dimensions)
            throw new ActionableException($"the action has {action.Length} numbers; it must have {clipped.Length} ({string.Join(", ", ActionSpace.Names)})");
        for (var d = 0; d < action.Length; d++)
        {
            if (!float.IsFinite(action[d]))
                throw new ActionableException($"action {ActionSpace.Names[d]} is {action[d]}; every number of an action must be finite");
            clipped[d] = Math.Clamp(action[d], Actions.Low[d], Actions.High[d]);
        }
        bool close = clipped[ActionSpace.Close] > 0.5, open = clipped[ActionSpace.Open] > 0.5;
        world.Step(clipped[0], clipped[1], clipped[2], clipped[ActionSpace.Azimuth], close, open);
    }

    /// <summary>Draws a scene and a target, and runs the script to its end in a copy; false where the script does not get there.</summary>
    private bool TryDraw(ref Draws draws)
    {
        Scene.Draw(World, Options.ObjectCount, ref draws);
        if (World.Count < Options.ObjectCount)
            return false;
        var reaching = Task == TabletopOptions.Reaching;
        Target = goalScript.DrawTarget(ref draws);
        var start = reaching ? Place.OfHand(World) : Place.OfBody(World, 0);
        if (start.DistanceTo(Target) < LeastTravel)
            return false;
        started = true;
        Goal.CopyFrom(World);
        for (var step = 0; step < MaxSteps && goalScript.Plan(Goal, Target, scripted); step++)
            Execute(Goal, scripted);
        var end = reaching ? Place.OfHand(Goal) : Place.OfBody(Goal, 0);
        if (end.DistanceTo(Target) > GoalDistance / 2 || start.DistanceTo(end) < LeastTravel || !(reaching || Goal.RestsOnTable(0)))
            return started = false;
        renderer.Render(Goal, goalImage);
        return true;
    }

    private Observation Observe()
    {
        renderer.Render(World, image);
        state[0] = World.Hand.Closed ? 1 : 0;
        state[1] = (float)World.Hand.Z;
        return new(image, state);
    }
}
