using System.Numerics.Tensors;
using ActionableModels.Actions;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Learning;
using ActionableModels.Networks;

namespace ActionableModels.Policies;

/// <summary>
/// The trained policy: π(s, g) = argmax_a Q(s, a, g) by CEM, or the cloned action of a GCBC network. Uses the averaged parameters.
/// One instance is for one thread; a decision allocates nothing.
/// </summary>
public sealed unsafe class GoalReachingPolicy : IPolicy, IDisposable
{
    private readonly Device device;
    private readonly Arena arena;
    private readonly PairNetwork network;
    private readonly CrossEntropyMethod? cem;
    private readonly InferenceHead? cloned;
    private readonly HeadRows? rows;
    private readonly float[] outputs = new float[ClonedAction.Outputs], logit = new float[1];
    private readonly ActionSpace space;
    private readonly WorkSequence decision, decisionWithGoal;
    private readonly BudgetedSearch? budgeted;
    private readonly CemSettings cemSettings;
    private readonly TimeSpan? budget;
    private readonly Func<long> clock;
    // What a goal that comes with an image is compared with; goals that are set are not kept here.
    private byte[]? lastGoal;
    private bool hasGoal, cameWithImage;
    // The caller's arguments while it waits in Act.
    private byte* currentImage, goalImage;
    private int currentBytes, goalBytes;
    private float* state;
    private RandomKey key;

    /// <summary>Plans the policy of a model for one image pair at a time.</summary>
    /// <param name="device">Where to compute.</param>
    /// <param name="model">The model.</param>
    /// <param name="cemSettings">How CEM searches; QT-Opt's way if left out.</param>
    /// <param name="budget">CEM evaluates the samples that fit into this time from the start of a decision, at least one part of them; null: all.</param>
    public GoalReachingPolicy(Device device, PolicyModel model, CemSettings? cemSettings = null, TimeSpan? budget = null)
        : this(device, model, cemSettings, budget, static () => MonotonicClock.Now) { }

    internal GoalReachingPolicy(Device device, PolicyModel model, CemSettings? cemSettings, TimeSpan? budget, Func<long> clock)
    {
        var header = model.Header;
        (this.device, Header, space, this.budget, this.clock) = (device, header, header.Actions, budget, clock);
        this.cemSettings = cemSettings ?? CemSettings.QtOpt;
        arena = new Arena(device, 4 << 20);
        try
        {
            network = new PairNetwork(arena, model);
            if (header.Network.Output == NetworkOutput.Action) cloned = network.Head(1);
            else
            {
                var parts = budget is null ? 1 : BudgetedSearch.PartsOf(this.cemSettings.Samples, device);
                cem = network.Search(new ActionBox(arena, space), this.cemSettings, parts);
                rows = new HeadRows(device, cem.Head, ActionSpace.Names, null);
                if (budget is not null) budgeted = new BudgetedSearch(device, cem, this.cemSettings, Encode, clock);
            }
            decision = device.Sequence(Decide);
            decisionWithGoal = device.Sequence(() =>
            {
                LoadGoal();
                Decide();
            });
        }
        catch (OutOfDeviceMemoryException fault)
        {
            arena.Dispose();
            throw Explain(fault);
        }
        catch
        {
            arena.Dispose();
            throw;
        }
    }

    /// <summary>What the policy was trained as.</summary>
    public CheckpointHeader Header { get; }

    /// <summary>Whether there are Q-values: a cloned policy has none.</summary>
    public bool HasQ => cem is not null;

    /// <summary>Bytes taken for weights and activations.</summary>
    public long MemoryBytes => arena.Bytes;

    /// <summary>Of them, those that can be locked: none on a device with memory of its own.</summary>
    public long LockableBytes => arena.LockableBytes;

    /// <summary>Keeps weights and activations in memory where the system allows it.</summary>
    /// <returns>How many bytes are kept; 0 on a device with memory of its own.</returns>
    public long LockMemory() => arena.Lock();

    /// <summary>The goal image of the decisions from here on; it is copied.</summary>
    /// <param name="goalImage">UInt8, camera height · width · 3.</param>
    public void SetGoal(ReadOnlySpan<byte> goalImage)
    {
        fixed (byte* goal = goalImage)
        {
            this.goalImage = goal;
            goalBytes = goalImage.Length;
            hasGoal = cameWithImage = false;
            LoadGoal();
            hasGoal = true;
        }
    }

    /// <inheritdoc/>
    /// <remarks>The goal image stays for the decisions without one.</remarks>
    public float Act(ReadOnlySpan<byte> currentImage, ReadOnlySpan<byte> goalImage, ReadOnlySpan<float> state, RandomKey key,
        Span<float> action)
    {
        var end = EndOfBudget();
        var kept = hasGoal && cameWithImage && goalImage.SequenceEqual(lastGoal);
        if (budgeted is not null && !kept)
        {
            SetGoal(goalImage);
            KeepGoal(goalImage);
        }
        if (budgeted is not null || kept) return Required(Choose(decision, currentImage, state, key, end, action), action);
        fixed (byte* goal = goalImage)
        {
            this.goalImage = goal;
            goalBytes = goalImage.Length;
            hasGoal = false;
            var choice = Choose(decisionWithGoal, currentImage, state, key, end, action);
            KeepGoal(goalImage);
            return Required(choice, action);
        }
    }

    /// <summary>Chooses an action for the goal of <see cref="SetGoal"/>.</summary>
    /// <param name="currentImage">UInt8, camera height · width · 3.</param>
    /// <param name="state">Gripper closed (0 or 1), height above the table (metres).</param>
    /// <param name="key">Random numbers of this decision.</param>
    /// <param name="action">Receives <see cref="ActionSpace.Dimensions"/> numbers.</param>
    /// <returns>Q of the action; NaN for a cloned policy.</returns>
    /// <exception cref="ActionableException">The network gives a number that is not finite, or there is no goal.</exception>
    public float Act(ReadOnlySpan<byte> currentImage, ReadOnlySpan<float> state, RandomKey key, Span<float> action) =>
        Required(Choose(currentImage, state, key, EndOfBudget(), action), action);

    /// <summary>
    /// Chooses an action for the goal of <see cref="SetGoal"/>, by a time where there is a budget. A cloned one is not cut to the bounds: a controller
    /// does that, and counts it.
    /// </summary>
    internal PolicyChoice Choose(ReadOnlySpan<byte> currentImage, ReadOnlySpan<float> state, RandomKey key, long end, Span<float> action)
    {
        RequireGoal();
        return Choose(decision, currentImage, state, key, end, action);
    }

    /// <summary>Q of given actions for the goal of <see cref="SetGoal"/>: the tower runs once, the head on all of them.</summary>
    /// <param name="currentImage">UInt8, camera height · width · 3.</param>
    /// <param name="state">Gripper closed (0 or 1), height above the table (metres).</param>
    /// <param name="actions">Rows of <see cref="ActionSpace.Dimensions"/> numbers.</param>
    /// <param name="q">Receives the probability of reaching the goal image, one for each row.</param>
    /// <exception cref="ActionableException">A number is not finite, there is no goal, or the network outputs actions (GCBC).</exception>
    public void Evaluate(ReadOnlySpan<byte> currentImage, ReadOnlySpan<float> state, ReadOnlySpan<float> actions, Span<float> q) =>
        RequireFinite(TryEvaluate(currentImage, state, actions, q));

    /// <summary>The same; false where a Q is not finite.</summary>
    internal bool TryEvaluate(ReadOnlySpan<byte> currentImage, ReadOnlySpan<float> state, ReadOnlySpan<float> actions, Span<float> q)
    {
        if (rows is null)
            throw new ActionableException($"network '{Header.Network.Name}' outputs actions, not Q-values: give a model of a Q-learning method");
        RequireGoal();
        if (state.Length != ActionSpace.StateDimensions)
            throw new ArgumentException($"a state of {state.Length} numbers: expected {ActionSpace.StateDimensions}");
        rows.Check(actions, q);
        network.Encoder.Encode(currentImage);
        device.Upload(state, cem!.States);
        return rows.Evaluate(actions, q);
    }

    private PolicyChoice Choose(WorkSequence sequence, ReadOnlySpan<byte> currentImage, ReadOnlySpan<float> state, RandomKey key, long end,
        Span<float> action)
    {
        if (state.Length != ActionSpace.StateDimensions || action.Length != ActionSpace.Dimensions)
            throw new ArgumentException(
                $"a state of {state.Length} numbers and an action of {action.Length}: expected {ActionSpace.StateDimensions} and {ActionSpace.Dimensions}");
        var (all, samples) = (cemSettings.Iterations * cemSettings.Samples, 0);
        fixed (byte* current = currentImage)
        fixed (float* robot = state)
        {
            this.currentImage = current;
            this.state = robot;
            (this.key, currentBytes) = (key, currentImage.Length);
            try
            {
                if (budgeted is null) sequence.Run();
                else (logit[0], samples) = budgeted.Run(key, end, action);
            }
            catch (OutOfDeviceMemoryException fault)
            {
                throw Explain(fault);
            }
        }
        if (cloned is not null)
        {
            device.Download<float>(cloned.Outputs, outputs);
            var finite = TensorPrimitives.IsFiniteAll<float>(outputs);
            if (finite) ClonedAction.Decode(outputs, space, action);
            return new(float.NaN, 0, false, finite);
        }
        if (budgeted is null)
        {
            device.Download(cem!.BestActions, action);
            device.Download<float>(cem.BestLogits, logit);
            samples = all;
        }
        return new(HeadRows.Sigmoid(logit[0]), samples, samples < all, float.IsFinite(logit[0]) && TensorPrimitives.IsFiniteAll<float>(action));
    }

    private OutOfDeviceMemoryException Explain(OutOfDeviceMemoryException fault) =>
        MemoryNeed.Explain(fault, device, $"deciding with network '{Header.Network.Name}'", measuring =>
        {
            var layout = new ParameterLayout(Header.Network);
            using var policy = new GoalReachingPolicy(measuring, new PolicyModel(Header, layout, []), cemSettings, budget);
            var image = new byte[Header.CameraHeight * Header.CameraWidth * 3];
            policy.Act(image, image, new float[ActionSpace.StateDimensions], default, new float[ActionSpace.Dimensions]);
        });

    private void KeepGoal(ReadOnlySpan<byte> goalImage)
    {
        lastGoal ??= new byte[goalImage.Length];
        goalImage.CopyTo(lastGoal);
        hasGoal = cameWithImage = true;
    }

    private long EndOfBudget() => budget is null ? long.MaxValue : clock() + MonotonicClock.Nanoseconds(budget);

    private void LoadGoal() => network.Encoder.EncodeGoal(new(goalImage, goalBytes));

    private void Encode()
    {
        network.Encoder.Encode(new(currentImage, currentBytes));
        device.Upload(new ReadOnlySpan<float>(state, ActionSpace.StateDimensions), cem?.States ?? cloned!.States);
    }

    private void Decide()
    {
        Encode();
        if (cem is not null) cem.Search(key);
        else cloned!.Forward();
    }

    private float Required(PolicyChoice choice, Span<float> action)
    {
        RequireFinite(choice.Finite);
        if (cloned is not null) ClonedAction.Cut(space, action);
        return choice.Q;
    }

    private void RequireGoal()
    {
        if (!hasGoal) throw new ActionableException("there is no goal image: set the goal before deciding");
    }

    // A robot must not be given what is not a number.
    private void RequireFinite(bool finite)
    {
        if (!finite)
            throw new ActionableException(
                $"network '{Header.Network.Name}' does not give a finite number for this state: check the robot's state, or use a checkpoint from before the training diverged");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        decision.Dispose();
        decisionWithGoal.Dispose();
        budgeted?.Dispose();
        arena.Dispose();
    }
}
