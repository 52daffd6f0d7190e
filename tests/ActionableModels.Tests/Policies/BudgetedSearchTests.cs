using ActionableModels.Actions;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.Compute.Cuda;
using ActionableModels.Learning;
using ActionableModels.Networks;
using ActionableModels.Policies;
using ActionableModels.Tests.Learning;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Tests.Policies;

/// <summary>CEM against a clock: uncut it is the search without one, cut it gives the best that it saw.</summary>
public sealed class BudgetedSearchTests(OpenedDevices devices) : IClassFixture<OpenedDevices>
{
    private const int D = ActionSpace.Dimensions;
    private static readonly float[] State = [1, 0.1f];
    private long time;
    private long[] steps = [];

    /// <summary>A clock whose readings are apart by the steps in turn, then by the last of them.</summary>
    private long Read() => time += steps.Length == 0 ? 0 : steps.Length == 1 ? steps[0] : Next();

    private long Next()
    {
        var next = steps[0];
        steps = steps[1..];
        return next;
    }

    private static byte[] Image(PolicyModel model, int number) =>
        [.. Enumerable.Range(0, model.Header.CameraHeight * model.Header.CameraWidth * 3)
            .Select(i => (byte)(Philox.Word(new RandomKey(6, 978, (ulong)number), (uint)i) >> 24))];

    private GoalReachingPolicy Plan(Device device, PolicyModel model, CemSettings cem, bool budget = true)
    {
        var policy = new GoalReachingPolicy(device, model, cem, budget ? TimeSpan.FromHours(1) : null, Read);
        policy.SetGoal(Image(model, 100));
        return policy;
    }

    private static (float[] Action, PolicyChoice Choice) Choose(GoalReachingPolicy policy, byte[] image, ulong key, long end)
    {
        var action = new float[D];
        return (action, policy.Choose(image, State, new RandomKey(1, Streams.Policy, key), end, action));
    }

    [Theory]
    [OnDevice("cpu", 64)]
    [OnDevice("cpu", 50)]
    [OnDevice("cpu", 15)]
    [OnDevice("opencl", 300)]
    [OnDevice("cuda", 20)]
    public void Uncut_it_has_the_bits_of_the_search_without_a_budget(string name, int samples)
    {
        var device = devices[name];
        var model = TinyWorld.Start(device, TinyWorld.Settings).Policy;
        using GoalReachingPolicy budgeted = Plan(device, model, new(3, samples, 6)), free = Plan(device, model, new(3, samples, 6), budget: false);
        for (var n = 0UL; n < 4; n++)
        {
            var (own, expected) = (Choose(budgeted, Image(model, (int)n), n, long.MaxValue), Choose(free, Image(model, (int)n), n, long.MaxValue));
            Assert.Equal(expected.Action, own.Action);
            Assert.Equal(expected.Choice, own.Choice);
            Assert.Equal((3 * samples, false), (own.Choice.Samples, own.Choice.Cut));
        }
    }

    [Fact]
    public void Uncut_it_has_these_bits_on_a_preset_too()
    {
        using var device = new CpuDevice(1);
        var model = Checkpoint.Create(device, new(NetworkPresets.Get("compact-48"), new TrainingSettings { Seed = 3 }, ActionSpace.QtOpt, 48, 48, 0)).Policy;
        using GoalReachingPolicy budgeted = Plan(device, model, CemSettings.QtOpt), free = Plan(device, model, CemSettings.QtOpt, budget: false);
        for (var n = 0UL; n < 4; n++)
            Assert.Equal(Choose(free, Image(model, (int)n), n, long.MaxValue).Action, Choose(budgeted, Image(model, (int)n), n, long.MaxValue).Action);
    }

    [Fact]
    public void Cut_it_gives_the_best_sample_so_far()
    {
        var device = devices["cpu"];
        var model = TinyWorld.Start(device, TinyWorld.Settings).Policy;
        var image = Image(model, 1);
        var rises = 0;
        for (var key = 0UL; key < 5; key++)
        {
            using GoalReachingPolicy budgeted = Plan(device, model, new(2, 64, 6)), first = Plan(device, model, new(1, 64, 6), budget: false);
            var (drawn, values) = (FirstSamples(device, 2 * key), new float[64]);
            budgeted.Evaluate(image, State, drawn, values);
            // Every reading is 10 later, so a part takes 10 and the first begins at 10.
            steps = [10];
            Choose(budgeted, image, key, long.MaxValue);
            var q = new List<float>();
            for (var parts = 1; parts <= 8; parts++)
            {
                time = 0;
                var (action, choice) = Choose(budgeted, image, key, 10 + 10 * parts);
                Assert.Equal((16 * parts, parts < 8, true), (choice.Samples, choice.Cut, choice.Finite));
                var own = new float[1];
                budgeted.Evaluate(image, State, action, own);
                Assert.Equal(own[0], choice.Q, 1e-6f);
                if (parts <= 4)
                {
                    var best = Enumerable.Range(0, 16 * parts).MaxBy(n => values[n]);
                    Assert.Equal(drawn[(best * D)..((best + 1) * D)], action);
                }
                // After its last part the search answers with the last iteration's best, cut or not.
                if (parts is > 1 and < 8) Assert.True(choice.Q >= q[^1], $"Q falls from {q[^1]} to {choice.Q} with part {parts}");
                if (parts > 1 && choice.Q > q[^1]) rises++;
                q.Add(choice.Q);
                // The first iteration draws what a search of one iteration draws at twice the counter.
                if (parts == 4) Assert.Equal(Choose(first, image, 2 * key, long.MaxValue).Action, action);
            }
        }
        Assert.True(rises > 4, $"Q rose only {rises} times with more parts");
    }

    /// <summary>What the first iteration draws.</summary>
    private static float[] FirstSamples(Device device, ulong counter)
    {
        using var arena = new Arena(device);
        var (box, samples, all) = (new ActionBox(arena, TinyWorld.Space), arena.Allocate(Shape.Of(64, D)), new float[64 * D]);
        device.CemSample(box.InitialMean.Reshape(Shape.Of(1, D)), box.InitialDeviation.Reshape(Shape.Of(1, D)), box.Low, box.High, box.Binary,
            new RandomKey(1, Streams.Policy, counter), samples);
        device.Download<float>(samples, all);
        return all;
    }

    [Fact]
    public void The_first_part_runs_whatever_the_time()
    {
        var device = devices["cpu"];
        var model = TinyWorld.Start(device, TinyWorld.Settings).Policy;
        using var policy = Plan(device, model, new(2, 64, 6));
        steps = [10];
        Assert.Equal(16, Choose(policy, Image(model, 1), 1, -1000).Choice.Samples);
    }

    [Fact]
    public void A_part_that_was_held_up_once_does_not_stay_out()
    {
        var device = devices["cpu"];
        var model = TinyWorld.Start(device, TinyWorld.Settings).Policy;
        using var policy = Plan(device, model, new(2, 64, 6));
        int Samples(long budget, params long[] readings)
        {
            (time, steps) = (0, readings);
            return Choose(policy, Image(model, 1), 1, budget).Choice.Samples;
        }
        Assert.Equal(128, Samples(1000, 0, 10));
        // The third part takes 990 of 1000: the fourth would not fit even at its usual 10, nor did the third's time fit again.
        Assert.Equal(48, Samples(1000, 0, 10, 10, 975, 10));
        Assert.Equal(128, Samples(1000, 0, 10));
    }

    [Fact]
    public void In_real_time_the_budget_decides()
    {
        using var device = new CpuDevice(1);
        var model = TinyWorld.Start(device, TinyWorld.Settings).Policy;
        using GoalReachingPolicy none = new(device, model, new(4, 256, 6), TimeSpan.FromTicks(1)), all = new(device, model, new(4, 256, 6), TimeSpan.FromMinutes(1)),
            unlimited = new(device, model, new(4, 256, 6));
        var actions = new float[3][];
        GoalReachingPolicy[] policies = [none, all, unlimited];
        for (var p = 0; p < policies.Length; p++)
            policies[p].Act(Image(model, 1), Image(model, 100), State, new RandomKey(1, Streams.Policy, 1), actions[p] = new float[D]);
        Assert.Equal(actions[2], actions[1]);
        Assert.NotEqual(actions[2], actions[0]);
        none.SetGoal(Image(model, 100));
        Assert.Equal(16, none.Choose(Image(model, 1), State, new RandomKey(1, Streams.Policy, 1), MonotonicClock.Now, actions[0]).Samples);
    }

    [Fact]
    public void A_cloned_policy_has_nothing_to_cut()
    {
        using var device = new CpuDevice(1);
        var model = TinyWorld.Start(device, TrainingMethods.Apply(TinyWorld.Settings, "gcbc")).Policy;
        using var policy = Plan(device, model, CemSettings.QtOpt);
        steps = [10];
        var choice = Choose(policy, Image(model, 1), 1, -1).Choice;
        Assert.Equal((0, false, true), (choice.Samples, choice.Cut, choice.Finite));
    }

    [Theory]
    [OnDevice("cuda")]
    public void On_CUDA_an_iteration_is_one_launch(string name)
    {
        var device = (CudaDevice)devices[name];
        var model = TinyWorld.Start(device, TinyWorld.Settings).Policy;
        using var policy = Plan(device, model, new(3, 20, 4));
        Choose(policy, Image(model, 1), 0, long.MaxValue);
        var before = device.Statistics;
        for (var n = 1UL; n < 4; n++) Choose(policy, Image(model, 1), n, long.MaxValue);
        var after = device.Statistics;
        Assert.Equal((0, 9, 0), (after.Launches - before.Launches, after.GraphLaunches - before.GraphLaunches, after.Recordings - before.Recordings));
    }
}
