using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using ActionableModels.Actions;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Networks;

namespace ActionableModels.Control;

/// <summary>
/// A policy in a control loop: a goal, decisions within limits, counters, and models replaced while it runs. One thread at a time decides, sets goals,
/// evaluates and resets; a second one is told <see cref="ControlStatus.Busy"/> at once. <see cref="Newest"/>, <see cref="Counters"/> and
/// <see cref="Latency"/> never wait, and <see cref="Swap(PolicyModel)"/> may be called, from any thread. A decision allocates nothing.
/// </summary>
public sealed unsafe class PolicyController : IDisposable
{
    private const Interventions Holds = Interventions.NonFiniteInput | Interventions.NonFiniteOutput | Interventions.WrongSize
        | Interventions.BlankImage | Interventions.StaleImage | Interventions.StateRange | Interventions.Late | Interventions.Fault;

    private readonly Func<Device> open;
    private readonly ControllerOptions options;
    private readonly Func<long> clock;
    private readonly ActionLimits actions;
    private readonly InputLimits inputs;
    private readonly KeptGoal goal;
    private readonly ControlWriter writer;
    private readonly EntryGuard guard = new();
    private readonly object swapping = new();
    private readonly int imageBytes;
    // Kept for all swaps: a large object for each one would have them collected, for which all threads stop.
    private readonly byte[] noise, goalOfNext;
    private readonly long budgetNs, deadlineNs;
    private readonly string wrongImage, wrongGoal, noGoal, wrongState, wrongActions, notFinite;
    // Read once at the start of a call, and only inside the guard or to describe.
    private volatile ModelSlot slot;
    private volatile string message = "";
    private ControlCounters counters;
    private Decision newest;
    private ActionValues before;
    private bool hasBefore;
    private volatile bool disposed;
    private ulong index;
    private uint models;

    /// <summary>Plans and warms up a controller.</summary>
    /// <param name="open">Opens the device that a model computes on: one for each model, so that a new one warms up beside the old one.</param>
    /// <param name="model">The model.</param>
    /// <param name="options">Limits; the defaults if left out.</param>
    /// <exception cref="ActionableException">An option is out of range, the device cannot be opened, or the model gives numbers that are not finite.</exception>
    public PolicyController(Func<Device> open, PolicyModel model, ControllerOptions? options = null)
        : this(open, model, options, static () => Now) { }

    internal PolicyController(Func<Device> open, PolicyModel model, ControllerOptions? options, Func<long> clock)
    {
        var header = model.Header;
        (this.open, this.options, this.clock) = (open, (options ?? new()).Checked(), clock);
        imageBytes = header.CameraHeight * header.CameraWidth * 3;
        actions = new ActionLimits(this.options, header.Actions);
        inputs = new InputLimits(this.options, imageBytes);
        goal = new KeptGoal(imageBytes);
        (noise, goalOfNext) = (Rehearsal.Noise(imageBytes), new byte[imageBytes]);
        budgetNs = this.options.Budget is { } budget ? MonotonicClock.Nanoseconds(budget) : 0;
        deadlineNs = MonotonicClock.Nanoseconds(this.options.Deadline);
        var size = $"{imageBytes} bytes, {header.CameraHeight}×{header.CameraWidth} pixels of RGB";
        (wrongImage, wrongGoal) = (WrongImage("image"), WrongImage("goal image"));
        string WrongImage(string which) => $"the {which} has another size than the model's camera: it is {size}";
        noGoal = "there is no goal image: set the goal before deciding";
        wrongState = $"a state has {ActionSpace.StateDimensions} finite numbers: gripper closed, height";
        wrongActions = $"actions are rows of {ActionSpace.Dimensions} finite numbers, one row for each Q";
        notFinite = $"network '{header.Network.Name}' does not give a finite number for this image and state: check the robot's state, or use a "
            + "model from before its training diverged";
        writer = new ControlWriter(actions.Hold, deadlineNs, this.options.LockMemory);
        ModelSlot? first = null;
        try
        {
            slot = first = new ModelSlot(open, model, this.options, noise, clock, 0);
            Rehearse();
        }
        catch
        {
            first?.Dispose();
            writer.Dispose();
            throw;
        }
    }

    /// <summary>The clock of all time stamps, nanoseconds: CLOCK_MONOTONIC on Linux.</summary>
    public static long Now => MonotonicClock.Now;

    /// <summary>The model in use.</summary>
    public ModelInUse InUse
    {
        get
        {
            var model = slot;
            return new(model.Number, model.Policy.Header, model.Policy.HasQ, model.WarmUp, model.MemoryBytes, model.LockableBytes, model.LockedBytes,
                model.Description);
        }
    }

    /// <summary>What the model in use was trained as.</summary>
    public CheckpointHeader Header => slot.Policy.Header;
    /// <summary>Whether the model in use has Q-values.</summary>
    public bool HasQ => slot.Policy.HasQ;
    /// <summary>Options as they were given.</summary>
    public ControllerOptions Options => options;
    /// <summary>Lower ends of the box in force.</summary>
    public ReadOnlySpan<float> Low => actions.Low;
    /// <summary>Upper ends of the box in force.</summary>
    public ReadOnlySpan<float> High => actions.High;
    /// <summary>Largest changes in force; infinite where there is no limit.</summary>
    public ReadOnlySpan<float> Rate => actions.Rate;
    /// <summary>The hold action.</summary>
    public ReadOnlySpan<float> Hold => actions.Hold;
    /// <summary>Time of a decision at the end of warming up.</summary>
    public TimeSpan WarmUp => slot.WarmUp;
    /// <summary>Bytes of weights and activations.</summary>
    public long MemoryBytes => slot.MemoryBytes;
    /// <summary>Of them, locked in memory.</summary>
    public long LockedBytes => slot.LockedBytes;
    /// <summary>What the model in use computes on.</summary>
    public string DeviceDescription => slot.Description;
    /// <summary>What the last error of <see cref="SetGoal"/>, <see cref="Act"/>, <see cref="Evaluate"/> or <see cref="Reset"/> was; "" if there was none.</summary>
    public string Message => message;
    /// <summary>What is published, for readers outside managed code; valid until the controller is disposed.</summary>
    public ControlBlock* Block => writer.Block;

    /// <summary>The goal image of all decisions from here on; it is copied. On an error the goal before stays.</summary>
    /// <param name="image">UInt8, camera height · width · 3.</param>
    public ControlStatus SetGoal(ReadOnlySpan<byte> image)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (!guard.TryEnter()) return ControlStatus.Busy;
        try
        {
            if (image.Length != imageBytes) return WrongSize(wrongGoal, ControlStatus.InvalidArgument);
            slot.SetGoal(image, goal.Next);
            goal.Set(image);
            return ControlStatus.Ok;
        }
        catch (Exception fault)
        {
            return Failed(fault);
        }
        finally
        {
            guard.Leave();
        }
    }

    /// <summary>Chooses an action.</summary>
    /// <param name="image">UInt8, camera height · width · 3.</param>
    /// <param name="state">Gripper closed, height.</param>
    /// <param name="capturedNs">When the image was taken; 0: not known.</param>
    /// <param name="decision">Receives the decision; its action is safe to send whatever is returned.</param>
    public ControlStatus Act(ReadOnlySpan<byte> image, ReadOnlySpan<float> state, long capturedNs, out Decision decision)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (!guard.TryEnter()) return Refuse(ControlStatus.Busy, capturedNs, out decision);
        try
        {
            if (state.Length == ActionSpace.StateDimensions) return Decide(image, state, capturedNs, out decision);
            message = wrongState;
            return Refuse(ControlStatus.InvalidArgument, capturedNs, out decision);
        }
        finally
        {
            guard.Leave();
        }
    }

    /// <summary>Q of given actions for the goal; the tower runs once. Draws nothing, limits nothing.</summary>
    /// <param name="image">UInt8, camera height · width · 3.</param>
    /// <param name="state">Gripper closed, height.</param>
    /// <param name="actions">Rows of 7 numbers, inside the bounds or not.</param>
    /// <param name="q">Receives one probability for each row; −1 on an error.</param>
    public ControlStatus Evaluate(ReadOnlySpan<byte> image, ReadOnlySpan<float> state, ReadOnlySpan<float> actions, Span<float> q)
    {
        q.Fill(-1);
        ObjectDisposedException.ThrowIf(disposed, this);
        if (!guard.TryEnter()) return ControlStatus.Busy;
        try
        {
            var model = slot;
            if (image.Length != imageBytes) return WrongSize(wrongImage, ControlStatus.InvalidArgument);
            if (state.Length != ActionSpace.StateDimensions || !TensorPrimitives.IsFiniteAll(state)) return Fail(wrongState, ControlStatus.InvalidArgument);
            if (actions.Length != (long)q.Length * ActionSpace.Dimensions || (!actions.IsEmpty && !TensorPrimitives.IsFiniteAll(actions)))
                return Fail(wrongActions, ControlStatus.InvalidArgument);
            if (!model.Policy.HasQ) return Fail("a cloned policy has no Q: evaluate a model of a Q-learning method", ControlStatus.Unsupported);
            if (goal.Version == 0) return Fail(noGoal, ControlStatus.NoGoal);
            if (q.IsEmpty) return ControlStatus.Ok;
            FollowGoal(model);
            if (model.Policy.TryEvaluate(image, state, actions, q)) return ControlStatus.Ok;
            q.Fill(-1);
            return Fail(notFinite, ControlStatus.BadModel);
        }
        catch (Exception fault)
        {
            q.Fill(-1);
            return Failed(fault);
        }
        finally
        {
            guard.Leave();
        }
    }

    /// <summary>
    /// The newest decision, without waiting; the hold action, flagged and counted as <see cref="Interventions.Watchdog"/>, where there is none or it is older
    /// than the deadline.
    /// </summary>
    public ControlStatus Newest(out Decision decision) => ControlReader.Newest(writer.Block, clock, out decision);

    /// <summary>Interventions and times so far, without waiting.</summary>
    public ControlCounters Counters => ControlReader.Counters(writer.Block);

    /// <summary>The time in nanoseconds that a share of all decisions so far took at most (0.5: the median; 1: the longest), to 1 %; 0 if there are none.</summary>
    public long Latency(double share) => ControlReader.Latency(writer.Block, share);

    /// <summary>Starts anew: the next decision has index 0, no action before it and no image before its own. Counters, goal and model stay.</summary>
    public ControlStatus Reset()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (!guard.TryEnter()) return ControlStatus.Busy;
        Restart();
        guard.Leave();
        return ControlStatus.Ok;
    }

    /// <summary>
    /// Replaces the model while the loop runs: the new one is opened, warmed up and given the goal on the calling thread, then takes over between two
    /// decisions; none is missed. The limits stay.
    /// </summary>
    /// <exception cref="ActionableException">The model does not fit the loop's camera and actions, or could not be opened: the old one goes on.</exception>
    public void Swap(PolicyModel model)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        lock (swapping)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            var old = slot;
            ModelSlot next;
            try
            {
                RequireFit(model.Header, old.Policy.Header);
                next = new ModelSlot(open, model, options, noise, clock, models + 1);
                try
                {
                    GiveGoal(next);
                }
                catch
                {
                    next.Dispose();
                    throw;
                }
                slot = next;
            }
            catch
            {
                writer.CountRejectedSwap();
                throw;
            }
            models++;
            writer.CountSwap();
            guard.WaitUntilLeft();
            old.Dispose();
            // There may have been no room for the locks of two.
            if (options.LockMemory && next.LockedBytes < next.MemoryBytes) next.Lock();
        }
    }

    /// <summary>The same for a model that is yet to be read: one that cannot be is counted as refused, too.</summary>
    public void Swap(Func<PolicyModel> read)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        PolicyModel model;
        try
        {
            model = read();
        }
        catch
        {
            writer.CountRejectedSwap();
            throw;
        }
        Swap(model);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (swapping)
        {
            if (disposed) return;
            disposed = true;
            slot.Dispose();
            writer.Dispose();
        }
    }

    private static void RequireFit(CheckpointHeader header, CheckpointHeader old)
    {
        if ((header.CameraHeight, header.CameraWidth) != (old.CameraHeight, old.CameraWidth))
            throw new ActionableException(
                $"the new model is for a camera of {header.CameraHeight}×{header.CameraWidth} pixels, the loop's has {old.CameraHeight}×{old.CameraWidth}: "
                + "the old model goes on");
        for (var d = 0; d < ActionSpace.Dimensions; d++)
            if (header.Actions.Low[d] != old.Actions.Low[d] || header.Actions.High[d] != old.Actions.High[d])
                throw new ActionableException(
                    $"the new model's bounds of {ActionSpace.Names[d]} are {header.Actions.Low[d]} to {header.Actions.High[d]}, the loop's "
                    + $"{old.Actions.Low[d]} to {old.Actions.High[d]}: the old model goes on");
        if (old.Network.Output == NetworkOutput.QValue && header.Network.Output != NetworkOutput.QValue)
            throw new ActionableException("the new model is a cloned policy without Q, the loop's has one: the old model goes on");
    }

    private ControlStatus Decide(ReadOnlySpan<byte> image, ReadOnlySpan<float> state, long capturedNs, out Decision decision)
    {
        var model = slot;
        decision = new() { Q = -1, Index = index++, CapturedNs = capturedNs, StartedNs = clock(), Model = model.Number };
        var found = inputs.Check(image, state, capturedNs, decision.StartedNs);
        if ((found & Interventions.WrongSize) != 0) message = wrongImage;
        var hasGoal = goal.Version != 0;
        if (!hasGoal)
        {
            found |= Interventions.Fault;
            message = noGoal;
        }
        if ((found & Holds) == 0) found |= Choose(model, image, state, ref decision);
        decision.FinishedNs = clock();
        if (decision.FinishedNs - decision.StartedNs > deadlineNs) found |= Interventions.Late;
        if ((found & Holds) != 0)
        {
            (decision.Q, decision.Status) = (-1, hasGoal ? ControlStatus.Held : ControlStatus.NoGoal);
            actions.Hold.CopyTo(decision.Action);
        }
        else found |= Limit(ref decision);
        decision.Interventions = found;
        (before, hasBefore) = (decision.Action, true);
        Count(decision);
        return decision.Status;
    }

    private Interventions Limit(ref Decision decision)
    {
        // Newest has given the hold action since.
        if (hasBefore && decision.FinishedNs - newest.FinishedNs > deadlineNs) actions.Hold.CopyTo(before);
        return actions.Apply(decision.Action, hasBefore ? before : default(ReadOnlySpan<float>));
    }

    private Interventions Choose(ModelSlot model, ReadOnlySpan<byte> image, ReadOnlySpan<float> state, ref Decision decision)
    {
        try
        {
            FollowGoal(model);
            Span<float> action = decision.Action;
            var choice = model.Policy.Choose(image, state, new RandomKey(options.Seed, Streams.Policy, decision.Index), decision.StartedNs + budgetNs, action);
            decision.Samples = choice.Samples;
            var found = choice.Cut ? Interventions.BudgetSpent : Interventions.None;
            if (!choice.Finite)
            {
                message = notFinite;
                return found | Interventions.NonFiniteOutput;
            }
            decision.Q = float.IsNaN(choice.Q) ? -1 : choice.Q;
            return found;
        }
        catch (Exception fault)
        {
            message = fault.Message;
            return Interventions.Fault;
        }
    }

    /// <summary>A goal that came while a model was on its way in, or that its device failed to take.</summary>
    private void FollowGoal(ModelSlot model)
    {
        if (model.GoalVersion != goal.Version) model.SetGoal(goal.Image, goal.Version);
    }

    private void GiveGoal(ModelSlot next)
    {
        if (goal.Copy(goalOfNext) is > 0 and var version) next.SetGoal(goalOfNext, version);
    }

    private void Count(in Decision decision)
    {
        counters.Decisions++;
        if (decision.Status != ControlStatus.Ok) counters.Held++;
        // The counters stand in the order of the bits.
        var each = MemoryMarshal.CreateSpan(ref counters.NonFiniteInput, BitOperations.Log2((uint)Interventions.Unstamped) + 1);
        for (var bits = (uint)decision.Interventions; bits != 0; bits &= bits - 1) each[BitOperations.TrailingZeroCount(bits)]++;
        var time = decision.FinishedNs - decision.StartedNs;
        (counters.LastNs, counters.LongestNs) = (time, Math.Max(counters.LongestNs, time));
        counters.TotalNs += time;
        newest = decision;
        writer.Count(time);
        writer.Publish(newest, counters);
    }

    /// <summary>The hold action for a call that reached no decision.</summary>
    private ControlStatus Refuse(ControlStatus status, long capturedNs, out Decision decision)
    {
        var now = clock();
        decision = new() { Q = -1, CapturedNs = capturedNs, StartedNs = now, FinishedNs = now, Model = slot.Number, Status = status };
        actions.Hold.CopyTo(decision.Action);
        return status;
    }

    private ControlStatus WrongSize(string why, ControlStatus status)
    {
        counters.WrongSize++;
        writer.Publish(newest, counters);
        return Fail(why, status);
    }

    private ControlStatus Fail(string why, ControlStatus status)
    {
        message = why;
        return status;
    }

    private ControlStatus Failed(Exception fault) =>
        Fail(fault.Message, fault switch
        {
            OutOfDeviceMemoryException => ControlStatus.OutOfMemory,
            ActionableException => ControlStatus.Device,
            _ => ControlStatus.Internal,
        });

    private void Restart()
    {
        (index, hasBefore) = (0, false);
        inputs.Reset();
    }

    /// <summary>Goes the ways of a decision until they are warm, then forgets it.</summary>
    private void Rehearse()
    {
        byte[] seen = [.. Rehearsal.Image(noise, 0)], blank = new byte[imageBytes];
        var state = new float[ActionSpace.StateDimensions];
        slot.SetGoal(seen, goal.Next);
        goal.Set(seen);
        Rehearsal.Run(n =>
        {
            Decide(seen, state, clock(), out _);
            Decide(n % 2 == 0 ? blank : blank.AsSpan(1), state, 0, out _);
            Newest(out _);
            _ = Counters;
            Latency(1);
        }, least: 1);
        goal.Forget();
        slot.SetGoal(seen, 0);
        (counters, newest, message) = (default, default, "");
        writer.Clear();
        Restart();
    }
}
