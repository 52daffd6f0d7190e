using System.Diagnostics;
using ActionableModels.Actions;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Policies;

namespace ActionableModels.Control;

/// <summary>A policy in a control loop: a goal, decisions within limits, counters, and models replaced while it runs.</summary>
public sealed class PolicyController : IDisposable
{
    private readonly Device device;
    private readonly GoalReachingPolicy policy;
    private readonly ControllerOptions options;
    private readonly byte[] goal;
    private readonly float[] action = new float[ActionSpace.Dimensions];
    private bool hasGoal;
    private ulong index;
    private ControlCounters counters;
    private Decision newest;

    /// <summary>Plans and warms up a controller.</summary>
    /// <param name="open">Opens the device that a model computes on: one for each model, so that a new one warms up beside the old one.</param>
    /// <param name="model">The model.</param>
    /// <param name="options">Limits; the defaults if left out.</param>
    public PolicyController(Func<Device> open, PolicyModel model, ControllerOptions? options = null)
    {
        this.options = options ?? new();
        device = open();
        policy = new GoalReachingPolicy(device, model, this.options.Cem);
        goal = new byte[model.Header.CameraHeight * model.Header.CameraWidth * 3];
    }

    /// <summary>The clock of all time stamps, nanoseconds: CLOCK_MONOTONIC on Linux.</summary>
    public static long Now => Stopwatch.GetTimestamp() * (1_000_000_000 / Stopwatch.Frequency);

    /// <summary>The goal image of all decisions from here on; it is copied.</summary>
    public ControlStatus SetGoal(ReadOnlySpan<byte> image)
    {
        if (image.Length != goal.Length) return ControlStatus.InvalidArgument;
        image.CopyTo(goal);
        hasGoal = true;
        return ControlStatus.Ok;
    }

    /// <summary>Chooses an action.</summary>
    /// <param name="image">UInt8, camera height · width · 3.</param>
    /// <param name="state">Gripper closed, height.</param>
    /// <param name="capturedNs">When the image was taken; 0: not known.</param>
    /// <param name="decision">Receives the decision, whatever is returned.</param>
    public ControlStatus Act(ReadOnlySpan<byte> image, ReadOnlySpan<float> state, long capturedNs, out Decision decision)
    {
        decision = new() { Q = -1, CapturedNs = capturedNs, StartedNs = Now, Index = index++ };
        if (!hasGoal) return decision.Status = ControlStatus.NoGoal;
        decision.Q = policy.Act(image, goal, state, new RandomKey(options.Seed, Streams.Policy, decision.Index), action);
        action.CopyTo(decision.Action);
        decision.Samples = options.Cem.Iterations * options.Cem.Samples;
        decision.FinishedNs = Now;
        counters.Decisions++;
        newest = decision;
        return ControlStatus.Ok;
    }

    /// <summary>The newest decision, without waiting.</summary>
    public ControlStatus Newest(out Decision decision)
    {
        decision = newest;
        return decision.Status;
    }

    /// <summary>Interventions and times so far, without waiting.</summary>
    public ControlCounters Counters => counters;

    /// <summary>Starts anew: the next decision has index 0 and no action before it.</summary>
    public ControlStatus Reset()
    {
        index = 0;
        return ControlStatus.Ok;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        policy.Dispose();
        device.Dispose();
    }
}
