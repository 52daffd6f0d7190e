using ActionableModels.Actions;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.Learning;
using ActionableModels.Tests.Data;
using ActionableModels.Networks;
using ActionableModels.Policies;

namespace ActionableModels.Tests.Learning;

/// <summary>Labels of recorded actions: the rules on their own, and the value behind them against Q evaluated one pair at a time.</summary>
public sealed class QTargetComputerTests
{
    private const float Discount = 0.9f;
    private static readonly TrainingSettings Settings = TinyWorld.Settings with { Discount = Discount, MonteCarloBound = false };

    /// <summary>Target and weight of one example whose best action has a value: the rule and then the device's part.</summary>
    private static (float Target, float Weight) Label(TrainingSettings settings, Example example, float value)
    {
        var (fixedTarget, bound, weight) = QTargetComputer.Rule(settings, example);
        using var device = new CpuDevice(1);
        using var arena = new Arena(device, 1 << 10);
        Tensor One(float number)
        {
            var tensor = arena.Allocate(Shape.Of(1));
            device.Upload<float>([number], tensor);
            return tensor;
        }
        var (y, target) = (One(float.NaN), new float[1]);
        device.BootstrapTargets(One(MathF.Log(value / (1 - value))), null, One(fixedTarget), One(bound), settings.Discount, y);
        device.Download<float>(y, target);
        return (target[0], weight);
    }

    private static void AssertBootstraps(float value, TrainingSettings settings, Example example)
    {
        var (target, weight) = Label(settings, example, value);
        Assert.Equal(settings.Discount * value, target, 1e-6f);
        Assert.Equal(1, weight);
    }

    private static Example Hindsight(int step, int cut) => new(0, step, cut, cut, false, step + 1 == cut);

    private static Example Random(int step, int cut, bool reached = false) => new(0, step, cut, 1000, true, reached);

    [Fact]
    public void A_reached_goal_is_worth_one_whoever_chose_it()
    {
        foreach (var label in Enum.GetValues<RandomGoalLabel>())
            foreach (var example in new[] { Hindsight(2, 3), Random(2, 3, reached: true), Random(0, 3, reached: true) })
                Assert.Equal((1f, 1f), Label(Settings with { RandomGoalLabel = label }, example, 0.3f));
    }

    [Fact]
    public void Other_transitions_bootstrap()
    {
        AssertBootstraps(0.4f, Settings, Hindsight(0, 3));
        AssertBootstraps(0.4f, Settings, Random(0, 3));
        AssertBootstraps(0.4f, Settings, Random(2, 3));
    }

    [Theory]
    [InlineData(RandomGoalLabel.Zero, 0f, 1f)]
    [InlineData(RandomGoalLabel.OwnValue, 0f, 0f)]
    [InlineData(RandomGoalLabel.Chain, Discount * 0.4f, 1f)]
    public void The_transition_into_the_cut_has_the_settings_label_under_a_random_goal(RandomGoalLabel label, float target, float weight)
    {
        var settings = Settings with { RandomGoalLabel = label };
        var (actual, actualWeight) = Label(settings, Random(2, 3), 0.4f);
        Assert.Equal(target, actual, 1e-6f);
        Assert.Equal(weight, actualWeight);
        AssertBootstraps(0.4f, settings, Random(1, 3));
        AssertBootstraps(0.4f, settings, Hindsight(1, 3));
    }

    [Fact]
    public void The_recording_bounds_the_target_from_below()
    {
        var settings = Settings with { MonteCarloBound = true };
        // The goal lies k steps after s_t, so k − 1 after s_{t+1}, where reaching it is worth 1.
        for (var k = 2; k < 6; k++) Assert.Equal(Math.Pow(Discount, k - 1), Label(settings, Hindsight(4, 4 + k), 1e-4f).Target, 1e-6);
        AssertBootstraps(0.95f, settings, Hindsight(0, 3));
        AssertBootstraps(1e-4f, settings, Random(0, 3));
    }

    [Fact]
    public void What_was_read_back_is_counted()
    {
        const int stride = 3;
        using var world = new TinyWorld();
        using var device = new CpuDevice(1);
        using var arena = new Arena(device);
        var settings = Settings with { Batch = 4, MonteCarloBound = true };
        var start = TinyWorld.Start(device, settings, 41);
        var computer = new QTargetComputer(arena, start.Header.Network, settings, new ActionBox(arena, TinyWorld.Space), Fold(arena, start), null,
            TinyWorld.CameraHeight, TinyWorld.CameraWidth);
        var batch = new Batch(settings.Batch, TinyWorld.CameraHeight, TinyWorld.CameraWidth);
        Example[] rows = [Hindsight(2, 3), Hindsight(0, 3), Hindsight(0, 3), Random(0, 3)];
        rows.CopyTo(batch.Examples, 0);
        var metrics = new StepMetrics();
        computer.Prepare(batch, metrics);
        var bound = QTargetComputer.Rule(settings, rows[1]).Bound;
        computer.Measure([1, 9, 9, bound, 9, 9, 0.9f, 9, 9, float.NaN], [0, 9, 9, bound, 9, 9, bound, 9, 9, 0], stride, metrics);
        Assert.Equal((1, 1, 1), (metrics.Reached, metrics.Bounded, metrics.Outside));
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
        var (targets, metrics) = (new float[settings.Batch], new StepMetrics());
        computer.Prepare(batch, metrics);
        computer.Compute();
        device.Download<float>(computer.Targets, targets);

        var best = maximum == TargetMaximum.Cem ? BestByCem(arena, spec, settings, average, box, batch) : null;
        var candidates = Candidates(arena, settings, box, step);
        using QEvaluator one = new(device, first.Policy, 8), two = new(device, second.Policy, 8);
        var (bytes, d, laggedCounts, reached) = (batch.Next.Length / settings.Batch, ActionSpace.Dimensions, 0, 0);
        for (var row = 0; row < settings.Batch; row++)
        {
            float[] Q(QEvaluator q, ReadOnlySpan<float> actions) => TinyWorld.Q(q, batch.Next.AsSpan(row * bytes, bytes),
                batch.Goal.AsSpan(row * bytes, bytes),
                batch.NextStates.AsSpan(row * 2, 2), actions);
            Assert.Equal(1, computer.Weights[row]);
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
