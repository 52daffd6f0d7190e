using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.Learning;
using ActionableModels.Networks;
using ActionableModels.Policies;

namespace ActionableModels.Tests.Learning;

/// <summary>Negative actions: which candidates are left, how often each is drawn, what is counted when none is.</summary>
public sealed class NegativeActionSamplerTests
{
    private const int D = ActionSpace.Dimensions;

    /// <summary>A sampler over the pairs of one batch, and Q of its candidates evaluated pair by pair.</summary>
    private sealed class Setup : IDisposable
    {
        private readonly CpuDevice device = new(2);
        private readonly Arena arena;
        private readonly TrainingSettings settings;
        private readonly NegativeActionSampler sampler;
        private readonly QEvaluator evaluator;
        private readonly ActionBox box;
        private readonly Tensor seen, states, drawn;
        private readonly Batch batch;

        public Setup(TrainingSettings settings)
        {
            this.settings = settings;
            arena = new Arena(device);
            using var world = new TinyWorld();
            var checkpoint = TinyWorld.Start(device, settings);
            var spec = checkpoint.Header.Network;
            evaluator = new QEvaluator(device, checkpoint.Policy, settings.NegativeCandidates);
            batch = new Batch(settings.Batch, TinyWorld.CameraHeight, TinyWorld.CameraWidth);
            batch.Fill(0, world.Store, new ExampleExtractor(world.Store, GoalSamplers.Create("uniform", world.Store), 0.5f, 1), settings,
                spec);
            var values = new ParameterSet(arena, checkpoint.Layout);
            device.Upload<float>(checkpoint.Values, values.All);
            var folded = new FoldedNetwork(arena, spec, values);
            folded.Refresh();
            var images = new ImageInput(arena, spec, settings.Batch, TinyWorld.CameraHeight, TinyWorld.CameraWidth);
            images.Load(batch.Current, batch.Goal);
            var tower = new InferenceTower(arena, spec, folded, images);
            tower.Forward();
            box = new ActionBox(arena, TinyWorld.Space);
            sampler = new NegativeActionSampler(arena, spec, settings, box, folded, tower.Map);
            (seen, states) = (arena.Allocate(Shape.Of(settings.Batch, D)),
                arena.Allocate(Shape.Of(settings.Batch, ActionSpace.StateDimensions)));
            drawn = arena.Allocate(Shape.Of(settings.Batch * settings.NegativeCandidates, D));
            device.Upload<float>(batch.Actions, seen);
            device.Upload<float>(batch.CurrentStates, states);
        }

        public float[] Seen => batch.Actions;

        public (float[] Actions, float[] Weights) Draw(long step)
        {
            sampler.Draw(seen, states, step);
            return (Host(sampler.Actions), Host(sampler.Weights));
        }

        public float[] Candidates(long step)
        {
            device.SampleBox(box.Low, box.High, box.Binary, new RandomKey(settings.Seed, Streams.NegativeCandidates, (ulong)step), drawn);
            return Host(drawn);
        }

        public float[] Q(int row, ReadOnlySpan<float> actions)
        {
            var bytes = batch.Current.Length / settings.Batch;
            return TinyWorld.Q(evaluator, batch.Current.AsSpan(row * bytes, bytes), batch.Goal.AsSpan(row * bytes, bytes),
                batch.CurrentStates.AsSpan(row * 2, 2), actions);
        }

        public void Dispose()
        {
            evaluator.Dispose();
            arena.Dispose();
            device.Dispose();
        }

        private float[] Host(Tensor tensor)
        {
            var host = new float[tensor.Count];
            device.Download<float>(tensor, host);
            return host;
        }
    }

    /// <summary>Distance in half-ranges over the continuous dimensions; infinite where a discrete one differs.</summary>
    private static double Distance(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sum = 0.0;
        for (var d = 0; d < D; d++)
        {
            if (ActionSpace.IsBinary(d) && a[d] != b[d]) return double.PositiveInfinity;
            if (!ActionSpace.IsBinary(d)) sum += Math.Pow((a[d] - b[d]) * 2.0 / (TinyWorld.Space.High[d] - TinyWorld.Space.Low[d]), 2);
        }
        return Math.Sqrt(sum);
    }

    [Fact]
    public void Negatives_keep_their_distance_and_their_weights_sum_to_one()
    {
        var settings = TinyWorld.Settings with { Batch = 16, NegativeCandidates = 6, NegativeDraws = 4, ExclusionDistance = 1.5f };
        using var setup = new Setup(settings);
        var counts = new int[settings.NegativeDraws + 1];
        for (var step = 0L; step < 60; step++)
        {
            var (actions, weights) = setup.Draw(step);
            var candidates = setup.Candidates(step);
            for (var row = 0; row < settings.Batch; row++)
            {
                var seen = setup.Seen.AsSpan(row * D, D);
                var allowed = new List<float[]>();
                for (var n = 0; n < settings.NegativeCandidates; n++)
                {
                    var candidate = candidates.AsSpan((row * settings.NegativeCandidates + n) * D, D);
                    if (Distance(candidate, seen) >= settings.ExclusionDistance) allowed.Add(candidate.ToArray());
                }
                var expected = Math.Min(allowed.Count, settings.NegativeDraws);
                counts[expected]++;
                var chosen = new List<float[]>();
                for (var k = 0; k < settings.NegativeDraws; k++)
                {
                    var at = row * settings.NegativeDraws + k;
                    Assert.Equal(k < expected ? 1f / expected : 0, weights[at]);
                    if (k < expected) chosen.Add(actions[(at * D)..((at + 1) * D)]);
                }
                Assert.All(chosen, action => Assert.Contains(allowed, other => other.AsSpan().SequenceEqual(action)));
                Assert.Equal(expected, chosen.Select(action => string.Join(' ', action)).Distinct().Count());
            }
        }
        Assert.True(counts[3] > 0 && counts[4] > 0, "the distance excluded nothing or everything: the test shows nothing");
    }

    [Fact]
    public void Draws_follow_the_soft_max_of_Q()
    {
        var settings = TinyWorld.Settings with { Batch = 16, NegativeCandidates = 8, NegativeDraws = 1, ExclusionDistance = 0.5f,
            Temperature = 0.03f, RandomCrop = false };
        using var setup = new Setup(settings);
        var byRank = new Frequencies(settings.NegativeCandidates);
        for (var step = 0L; step < 150; step++)
        {
            var (actions, weights) = setup.Draw(step);
            var candidates = setup.Candidates(step);
            for (var row = 0; row < settings.Batch; row++)
            {
                if (weights[row] == 0) continue;
                var own = candidates.AsSpan(row * settings.NegativeCandidates * D, settings.NegativeCandidates * D);
                var q = setup.Q(row, own);
                var scores = new double[q.Length];
                for (var n = 0; n < q.Length; n++)
                    scores[n] = Distance(own.Slice(n * D, D), setup.Seen.AsSpan(row * D, D)) >= settings.ExclusionDistance ? q[n]
                        : double.NegativeInfinity;
                var order = Enumerable.Range(0, q.Length).OrderBy(n => scores[n]).ToArray();
                var outcome = -1;
                for (var rank = 0; rank < order.Length; rank++)
                    if (own.Slice(order[rank] * D, D).SequenceEqual(actions.AsSpan(row * D, D))) outcome = rank;
                Assert.True(outcome >= 0, "the negative is none of the candidates");
                byRank.Add(outcome, Frequencies.SoftMax([.. order.Select(n => scores[n])], settings.Temperature));
            }
        }
        byRank.AssertFarFromUniform();
        byRank.AssertFit();
    }

    [Fact]
    public void Rows_without_any_negative_are_masked_and_counted()
    {
        // One candidate, and only another gripper command is far enough: about one row in four has no negative.
        var settings = TinyWorld.Settings with { Batch = 32, NegativeCandidates = 1, NegativeDraws = 1, ExclusionDistance = 100,
            Steps = 5 };
        using var world = new TinyWorld();
        using var device = new CpuDevice(1);
        using var trainer = new Trainer(device, world.Store, TinyWorld.Start(device, settings));
        using var setup = new Setup(settings);
        var extractor = new ExampleExtractor(world.Store, GoalSamplers.Create("uniform", world.Store), settings.RandomGoalShare,
            settings.Seed);
        var columns = TrainingMetrics.Columns.ToList();
        var batch = new Batch(settings.Batch, TinyWorld.CameraHeight, TinyWorld.CameraWidth);
        for (var step = 0L; step < settings.Steps; step++)
        {
            trainer.Advance();
            batch.Fill(step, world.Store, extractor, settings, TinyWorld.Network);
            var candidates = setup.Candidates(step);
            var masked = Enumerable.Range(0, settings.Batch).Count(row =>
                double.IsFinite(Distance(candidates.AsSpan(row * D, D), batch.Actions.AsSpan(row * D, D))));
            Assert.InRange(masked, 1, settings.Batch - 1);
            Assert.Equal((double)masked / settings.Batch, trainer.TakeMetrics()[columns.IndexOf("negatives/masked")], 1e-9);
        }
    }
}
