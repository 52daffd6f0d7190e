using ActionableModels.Actions;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Learning;
using ActionableModels.Metrics;
using ActionableModels.Policies;
using ActionableModels.Storage;

namespace ActionableModels.Evaluation;

/// <summary>
/// Evaluates a model on the steps of a recorded dataset, where no world can be asked: whether its Q tells recorded actions from others, and whether
/// its policy acts as the recording did. Steps and goals are drawn as training draws them (<see cref="ExampleExtractor"/>), from a stream of their
/// own; which episodes are held out is the caller's choice of the dataset.
/// </summary>
public sealed class OfflineEvaluator : IDisposable
{
    /// <summary>Uniform actions that each recorded one is compared with.</summary>
    public const int UniformActions = 64;
    private const int D = ActionSpace.Dimensions;
    private static readonly (int From, int? To)[] Distances = [(1, 1), (2, 3), (4, 7), (8, null)];

    private readonly EpisodeStore store;
    private readonly ulong seed;
    private readonly ExampleExtractor examples;
    private readonly GoalReachingPolicy policy;
    private readonly UniformPolicy uniform;
    private readonly byte[] current, goal;
    private readonly float[] actions = new float[(UniformActions + 2) * D], q = new float[UniformActions + 2], chosen = new float[D];

    /// <summary>Prepares an evaluation.</summary>
    /// <param name="device">Where to compute.</param>
    /// <param name="model">The model.</param>
    /// <param name="store">What to evaluate on.</param>
    /// <param name="seed">Seed of everything drawn.</param>
    /// <exception cref="ActionableException">Image size or action bounds of the two differ, or the dataset has an episode without steps.</exception>
    public OfflineEvaluator(Device device, PolicyModel model, EpisodeStore store, ulong seed)
    {
        RequireFit(model.Header, store);
        (this.store, this.seed) = (store, seed);
        examples = new ExampleExtractor(store, new UniformGoalSampler(store.FrameCount), 0, seed);
        uniform = new UniformPolicy(store.Actions);
        (current, goal) = (new byte[store.Header.ImageBytes], new byte[store.Header.ImageBytes]);
        policy = new GoalReachingPolicy(device, model);
    }

    /// <summary>Asks about a number of steps.</summary>
    /// <param name="steps">How many.</param>
    /// <param name="progress">Told the number done.</param>
    /// <exception cref="ActionableException">The network gives a number that is not finite, or a frame cannot be read.</exception>
    public OfflineResult Run(int steps, Action<int>? progress = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        var judged = new Judgement[steps];
        for (var n = 0; n < steps; n++)
        {
            judged[n] = Judge(n);
            progress?.Invoke(n + 1);
        }
        var millimetres = judged.Select(j => j.Millimetres).Order().ToArray();
        var median = (millimetres[(steps - 1) / 2] + millimetres[steps / 2]) / 2;
        return new(steps, judged.DistinctBy(j => j.Episode).Count(), policy.HasQ ? Summarise(judged) : null, new(judged.Average(j => j.Millimetres), median,
            judged.Average(j => j.Azimuth), judged.Average(j => j.EqualGripper ? 1.0 : 0)));
    }

    /// <inheritdoc/>
    public void Dispose() => policy.Dispose();

    private Judgement Judge(int number)
    {
        var example = examples.Draw(number, Streams.OfflineSteps);
        var frame = store.FirstFrame(example.Episode) + example.Step;
        store.ReadImage(frame, current);
        store.ReadImage(example.GoalFrame, goal);
        var state = store.State(frame);
        var recorded = store.Action(example.Episode, example.Step);
        policy.SetGoal(goal);
        policy.Act(current, state, new RandomKey(seed, Streams.Policy, (ulong)number), chosen);
        var judged = new Judgement(example.Episode, example.StepsToGoal) { Millimetres = Distance(recorded, chosen),
            Azimuth = Math.Abs(Math.IEEERemainder(chosen[ActionSpace.Azimuth] - recorded[ActionSpace.Azimuth], 2 * Math.PI)),
            EqualGripper = chosen[ActionSpace.Close] == recorded[ActionSpace.Close] && chosen[ActionSpace.Open] == recorded[ActionSpace.Open] };
        return policy.HasQ ? Ask(judged, recorded, state, number) : judged;
    }

    /// <summary>The Q of the recorded action, of others, and for another goal.</summary>
    private Judgement Ask(Judgement judged, ReadOnlySpan<float> recorded, ReadOnlySpan<float> state, int number)
    {
        recorded.CopyTo(actions);
        for (var i = 0; i < UniformActions; i++)
            uniform.Act([], [], [], new RandomKey(seed, Streams.OfflineActions, ((ulong)number << 8) + (ulong)i), actions.AsSpan((1 + i) * D, D));
        var key = new RandomKey(seed, Streams.OfflineActions, ((ulong)number << 8) + UniformActions);
        var others = store.EpisodeCount > 1;
        var count = UniformActions + 1;
        if (others)
        {
            var other = Other(judged.Episode, key, 0);
            store.Action(other, (int)Philox.Below(key, 1, store.Steps(other))).CopyTo(actions.AsSpan(count++ * D, D));
        }
        policy.Evaluate(current, state, actions.AsSpan(0, count * D), q.AsSpan(0, count));
        judged = judged with { Recorded = q[0], Uniform = q.AsSpan(1, UniformActions).ToArray().Average(v => (double)v),
            AboveUniform = q.AsSpan(1, UniformActions).ToArray().Average(v => Above(q[0], v)) };
        if (!others) return judged;
        judged = judged with { OtherAction = q[count - 1], AboveOther = Above(q[0], q[count - 1]) };
        var foreign = Other(judged.Episode, key, 2);
        store.ReadImage(store.FirstFrame(foreign) + Philox.Below(key, 3, store.Steps(foreign) + 1), goal);
        policy.SetGoal(goal);
        policy.Evaluate(current, state, recorded, q.AsSpan(0, 1));
        return judged with { OtherGoal = q[0] };
    }

    private int Other(int episode, RandomKey key, uint draw)
    {
        var other = (int)Philox.Below(key, draw, store.EpisodeCount - 1);
        return other < episode ? other : other + 1;
    }

    private OfflineQ Summarise(Judgement[] judged)
    {
        DistanceQ? At(int from, int? to)
        {
            var some = judged.Where(j => j.Distance >= from && j.Distance <= (to ?? int.MaxValue)).ToArray();
            return some.Length == 0 ? null : new(from, to, some.Length, some.Average(j => j.Recorded), some.Average(j => j.Uniform),
                EpisodeBootstrap.Of(some.Select(j => (j.Episode, j.AboveUniform)), seed)!);
        }
        var others = store.EpisodeCount > 1;
        return new(UniformActions, At(1, null)!, [.. Distances.Select(d => At(d.From, d.To)).OfType<DistanceQ>()],
            others ? judged.Average(j => j.OtherAction) : null,
            others ? EpisodeBootstrap.Of(judged.Select(j => (j.Episode, j.AboveOther)), seed) : null,
            others ? judged.Average(j => j.OtherGoal) : null,
            RankCorrelation.Of([.. judged.Select(j => j.Recorded)], [.. judged.Select(j => -(double)j.Distance)]));
    }

    private static double Above(float one, float other) => one > other ? 1 : one == other ? 0.5 : 0;

    private static double Distance(ReadOnlySpan<float> one, ReadOnlySpan<float> other)
    {
        var sum = 0.0;
        for (var d = ActionSpace.Displacement; d < ActionSpace.Displacement + 3; d++) sum += (one[d] - (double)other[d]) * (one[d] - (double)other[d]);
        return 1000 * Math.Sqrt(sum);
    }

    /// <summary>Demands a dataset of a model's camera and action bounds.</summary>
    /// <exception cref="ActionableException">Either differs.</exception>
    public static void RequireFit(CheckpointHeader header, EpisodeStore store)
    {
        var where = $"dataset {FileFault.Show(store.Folder)}";
        if ((store.ImageHeight, store.ImageWidth) != (header.CameraHeight, header.CameraWidth))
            throw new ActionableException($"{where}: its images are of {store.ImageHeight}×{store.ImageWidth}, the model's camera of "
                + $"{header.CameraHeight}×{header.CameraWidth} (height × width): import the dataset at that size");
        if (!header.Actions.Equals(store.Actions))
            throw new ActionableException($"{where}: its action bounds are not those that the model was trained with: give a dataset of the same robot, "
                + "imported with the same mapping");
    }

    /// <summary>What came out for one step.</summary>
    private readonly record struct Judgement(int Episode, int Distance)
    {
        public double Millimetres { get; init; }
        public double Azimuth { get; init; }
        public bool EqualGripper { get; init; }
        public double Recorded { get; init; }
        public double Uniform { get; init; }
        public double AboveUniform { get; init; }
        public double OtherAction { get; init; }
        public double AboveOther { get; init; }
        public double OtherGoal { get; init; }
    }
}
