using ActionableModels.Actions;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.Learning;
using ActionableModels.Networks;
using ActionableModels.Policies;

namespace ActionableModels.Tests.Learning;

/// <summary>Labels of recorded actions: the rules on their own, and the value behind them against Q evaluated one pair at a time.</summary>
public sealed class QTargetComputerTests
{
    private const float Discount = 0.9f;
    private static readonly TrainingSettings Settings = TinyWorld.Settings with { Discount = Discount, MonteCarloBound = false };

    private static (float Target, float Weight) Label(TrainingSettings settings, Example example, float value) =>
        QTargetComputer.Label(settings, example, value, new StepMetrics());

    private static Example Hindsight(int step, int cut) => new(0, step, cut, cut, false, step + 1 == cut);

    private static Example Random(int step, int cut, bool reached = false) => new(0, step, cut, 1000, true, reached);

    [Fact]
    public void A_reached_goal_is_worth_one_whoever_chose_it()
    {
        var metrics = new StepMetrics();
        foreach (var label in Enum.GetValues<RandomGoalLabel>())
            foreach (var example in new[] { Hindsight(2, 3), Random(2, 3, reached: true), Random(0, 3, reached: true) })
                Assert.Equal((1f, 1f), QTargetComputer.Label(Settings with { RandomGoalLabel = label }, example, 0.3f, metrics));
        Assert.Equal(9, metrics.Reached);
    }

    [Fact]
    public void Other_transitions_bootstrap()
    {
        Assert.Equal((Discount * 0.4f, 1f), Label(Settings, Hindsight(0, 3), 0.4f));
        Assert.Equal((Discount * 0.4f, 1f), Label(Settings, Random(0, 3), 0.4f));
        Assert.Equal((Discount * 0.4f, 1f), Label(Settings, Random(2, 3), 0.4f));
    }

    [Theory]
    [InlineData(RandomGoalLabel.Zero, 0f, 1f)]
    [InlineData(RandomGoalLabel.OwnValue, 0f, 0f)]
    [InlineData(RandomGoalLabel.Chain, Discount * 0.4f, 1f)]
    public void The_transition_into_the_cut_has_the_settings_label_under_a_random_goal(RandomGoalLabel label, float target, float weight)
    {
        var settings = Settings with { RandomGoalLabel = label };
        Assert.Equal((target, weight), Label(settings, Random(2, 3), 0.4f));
        Assert.Equal((Discount * 0.4f, 1f), Label(settings, Random(1, 3), 0.4f));
        Assert.Equal((Discount * 0.4f, 1f), Label(settings, Hindsight(1, 3), 0.4f));
    }

    [Fact]
    public void The_recording_bounds_the_target_from_below()
    {
        var settings = Settings with { MonteCarloBound = true };
        var metrics = new StepMetrics();
        for (var k = 2; k < 6; k++)
        {
            // The goal lies k steps after s_t, so k − 1 after s_{t+1}, where reaching it is worth 1.
            var (target, _) = QTargetComputer.Label(settings, Hindsight(4, 4 + k), 0, metrics);
            Assert.Equal(Math.Pow(Discount, k - 1), target, 1e-6);
        }
        Assert.Equal(4, metrics.Bounded);
        Assert.Equal((Discount * 0.95f, 1f), QTargetComputer.Label(settings, Hindsight(0, 3), 0.95f, metrics));
        Assert.Equal((0f, 1f), QTargetComputer.Label(settings, Random(0, 3), 0, metrics));
        Assert.Equal(4, metrics.Bounded);
    }

    [Fact]
    public void Targets_outside_the_unit_interval_are_clipped_and_counted()
    {
        var (settings, metrics) = (Settings with { Discount = 1 }, new StepMetrics());
        Assert.Equal((1f, 1f), QTargetComputer.Label(settings, Hindsight(0, 3), 1.5f, metrics));
        Assert.Equal((0f, 1f), QTargetComputer.Label(settings, Hindsight(0, 3), -0.5f, metrics));
        Assert.Equal((1f, 1f), QTargetComputer.Label(settings, Hindsight(0, 3), 1, metrics));
        Assert.Equal(2, metrics.Clipped);
    }

    [Theory]
    [InlineData(TargetMaximum.Samples, 1, 5)]
    [InlineData(TargetMaximum.Samples, 2, 5)]
    [InlineData(TargetMaximum.Samples, 2, 0)]
    [InlineData(TargetMaximum.Cem, 1, 5)]
    [InlineData(TargetMaximum.Cem, 2, 5)]
    public void The_value_is_the_least_of_the_target_networks_at_the_first_ones_best_action(TargetMaximum maximum, int networks,
        int samples)
    {
        var settings = Settings with { Batch = 24, TargetMaximum = maximum, TargetNetworks = networks, TargetSamples = samples,
            RandomCrop = false };
        const long step = 7;
        using var world = new TinyWorld();
        using var device = new CpuDevice(2);
        using var arena = new Arena(device);
        var (first, second) = (TinyWorld.Start(device, settings, 41), TinyWorld.Start(device, settings, 43));
        var (average, lagged) = (Fold(arena, first), Fold(arena, second));
        var box = new ActionBox(arena, TinyWorld.Space);
        var spec = first.Header.Network;
        var computer = new QTargetComputer(arena, spec, settings, box, average, networks == 2 ? lagged : null, TinyWorld.CameraHeight,
            TinyWorld.CameraWidth);
        var batch = new Batch(settings.Batch, TinyWorld.CameraHeight, TinyWorld.CameraWidth);
        batch.Fill(step, world.Store, new ExampleExtractor(world.Store, GoalSamplers.Create("uniform", world.Store), 0.5f, settings.Seed),
            settings, spec);
        var (targets, weights, metrics) = (new float[settings.Batch], new float[settings.Batch], new StepMetrics());
        computer.Compute(batch, targets, weights, metrics);

        var best = maximum == TargetMaximum.Cem ? BestByCem(arena, spec, settings, average, box, batch) : null;
        var candidates = Candidates(arena, settings, box, step);
        using QEvaluator one = new(device, first, 8), two = new(device, second, 8);
        var (bytes, d, laggedCounts, reached) = (batch.Next.Length / settings.Batch, ActionSpace.Dimensions, 0, 0);
        for (var row = 0; row < settings.Batch; row++)
        {
            float[] Q(QEvaluator q, ReadOnlySpan<float> actions) => TinyWorld.Q(q, batch.Next.AsSpan(row * bytes, bytes),
                batch.Goal.AsSpan(row * bytes, bytes),
                batch.NextStates.AsSpan(row * 2, 2), actions);
            Assert.Equal(1, weights[row]);
            if (batch.Examples[row].Reached)
            {
                Assert.Equal(1, targets[row]);
                reached++;
                continue;
            }
            float[] actions = best is null ? [.. candidates.AsSpan(row * samples * d, samples * d), .. batch.NextActions.AsSpan(row * d, d)]
                : best[(row * d)..((row + 1) * d)];
            var values = Q(one, actions);
            var chosen = Array.IndexOf(values, values.Max());
            var value = values[chosen];
            if (networks == 2)
            {
                var other = Q(two, actions.AsSpan(chosen * d, d))[0];
                if (other < value) laggedCounts++;
                value = Math.Min(value, other);
            }
            Assert.Equal(Discount * value, targets[row], 1e-4f);
        }
        Assert.Equal(reached, metrics.Reached);
        Assert.InRange(reached, 1, settings.Batch - 1);
        if (networks == 2) Assert.InRange(laggedCounts, 1, settings.Batch - reached - 1);
    }

    [Fact]
    public void The_recorded_next_action_is_the_one_at_the_next_state()
    {
        using var world = new TinyWorld();
        var batch = new Batch(64, TinyWorld.CameraHeight, TinyWorld.CameraWidth);
        batch.Fill(0, world.Store, new ExampleExtractor(world.Store, GoalSamplers.Create("uniform", world.Store), 0, 1), Settings,
            TinyWorld.Network);
        var ends = 0;
        for (var row = 0; row < 64; row++)
        {
            var (episode, step) = (batch.Examples[row].Episode, batch.Examples[row].Step);
            var last = step == world.Store.Steps(episode) - 1;
            if (last) ends++;
            Assert.Equal(world.Store.Action(episode, last ? step : step + 1).ToArray(), batch.NextActions[(row * 7)..(row * 7 + 7)]);
            Assert.Equal(world.Store.Image(world.Store.FirstFrame(episode) + step + 1).ToArray(),
                batch.Next.AsSpan(row * 330, 330).ToArray());
        }
        Assert.InRange(ends, 1, 63);
    }

    private static FoldedNetwork Fold(Arena arena, Checkpoint checkpoint)
    {
        var set = new ParameterSet(arena, checkpoint.Layout);
        arena.Device.Upload<float>(checkpoint.Average, set.All);
        var folded = new FoldedNetwork(arena, checkpoint.Header.Network, set);
        folded.Refresh();
        return folded;
    }

    private static float[] Candidates(Arena arena, TrainingSettings settings, ActionBox box, long step)
    {
        if (settings.TargetSamples == 0) return [];
        var drawn = arena.Allocate(Shape.Of(settings.Batch * settings.TargetSamples, ActionSpace.Dimensions));
        arena.Device.SampleBox(box.Low, box.High, box.Binary, new RandomKey(settings.Seed, Streams.TargetCandidates, (ulong)step), drawn);
        var host = new float[drawn.Count];
        arena.Device.Download<float>(drawn, host);
        return host;
    }

    private static float[] BestByCem(Arena arena, NetworkSpec spec, TrainingSettings settings, FoldedNetwork folded, ActionBox box,
        Batch batch)
    {
        var images = new ImageInput(arena, spec, settings.Batch, TinyWorld.CameraHeight, TinyWorld.CameraWidth);
        images.Load(batch.Next, batch.Goal);
        var tower = new InferenceTower(arena, spec, folded, images);
        tower.Forward();
        var image = new ImagePart(arena, spec, folded, tower.Map);
        image.Refresh();
        var cem = new CrossEntropyMethod(arena, spec, folded, image, box,
            new CemSettings(settings.CemIterations, settings.CemSamples, settings.CemElites));
        arena.Device.Upload<float>(batch.NextStates, cem.States);
        cem.Search(new RandomKey(settings.Seed, Streams.TargetCandidates, (ulong)batch.Step));
        var host = new float[cem.BestActions.Count];
        arena.Device.Download<float>(cem.BestActions, host);
        return host;
    }
}
