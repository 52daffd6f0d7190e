using ActionableModels.Actions;

namespace ActionableModels.Environments;

/// <summary>
/// A world with a camera in which images are goals; Gymnasium's conventions. A seed fixes the scene, the goal and everything random:
/// the same seed and actions give the same bytes.
/// </summary>
public interface IGoalEnvironment
{
    /// <summary>Task name as on the command line.</summary>
    string Task { get; }
    /// <summary>Action layout and bounds.</summary>
    ActionSpace Actions { get; }
    /// <summary>Image height in pixels.</summary>
    int ImageHeight { get; }
    /// <summary>Image width in pixels.</summary>
    int ImageWidth { get; }
    /// <summary>Steps after which an episode is truncated.</summary>
    int MaxSteps { get; }
    /// <summary>The goal image of this episode, UInt8 H·W·3; valid until the next <see cref="Reset"/>.</summary>
    ReadOnlySpan<byte> GoalImage { get; }
    /// <summary>Starts an episode: a new scene and a new goal image.</summary>
    Observation Reset(ulong seed);
    /// <summary>Executes one action of <see cref="ActionSpace.Dimensions"/> numbers; values outside the bounds are clipped.</summary>
    StepResult Step(ReadOnlySpan<float> action);
}

/// <summary>What the robot sees and feels; the buffers belong to the environment and change with the next step.</summary>
/// <param name="Image">UInt8 H·W·3.</param>
/// <param name="State">Gripper closed, height above the table.</param>
public readonly record struct Observation(ReadOnlyMemory<byte> Image, ReadOnlyMemory<float> State);

/// <summary>The result of a step, as in Gymnasium.</summary>
/// <param name="Observation">The next observation.</param>
/// <param name="Reward">1 when the goal is reached at this step, else 0.</param>
/// <param name="Terminated">The goal is reached or the policy terminated.</param>
/// <param name="Truncated">The step limit ended the episode.</param>
/// <param name="Info">What happened, for evaluation only.</param>
public readonly record struct StepResult(Observation Observation, float Reward, bool Terminated, bool Truncated, StepInfo Info);

/// <summary>Facts about the scene that no policy sees.</summary>
/// <param name="Success">The task's goal holds now.</param>
/// <param name="Grasped">An object has been held at some time in this episode.</param>
public readonly record struct StepInfo(bool Success, bool Grasped);
