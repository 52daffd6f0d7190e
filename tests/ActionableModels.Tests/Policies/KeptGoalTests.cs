using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.Learning;
using ActionableModels.Networks;
using ActionableModels.Policies;
using ActionableModels.Tests.Learning;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Tests.Policies;

/// <summary>A goal that is set once gives the bits of a goal that comes with each image.</summary>
public sealed class KeptGoalTests(OpenedDevices devices) : IClassFixture<OpenedDevices>
{
    private const int D = ActionSpace.Dimensions, ImageBytes = TinyWorld.CameraHeight * TinyWorld.CameraWidth * 3;
    private static readonly float[] State = [1, 0.1f];

    private static byte[] Image(int number) =>
        [.. Enumerable.Range(0, ImageBytes).Select(i => (byte)(Philox.Word(new RandomKey(6, 976, (ulong)number), (uint)i) >> 24))];

    private static RandomKey Key(int number) => new(1, Streams.Policy, (ulong)number);

    [Theory]
    [OnDevice("cpu", "actionable-models", GoalMerge.Channels)]
    [OnDevice("cpu", "actionable-models", GoalMerge.Towers)]
    [OnDevice("cpu", "gcbc", GoalMerge.Channels)]
    [OnDevice("opencl", "actionable-models", GoalMerge.Channels)]
    [OnDevice("cuda", "actionable-models", GoalMerge.Towers)]
    [OnDevice("cuda", "gcbc", GoalMerge.Channels)]
    public void Decisions_have_equal_bits(string name, string method, GoalMerge merge)
    {
        var device = devices[name];
        var model = TinyWorld.Start(device, TrainingMethods.Apply(TinyWorld.Settings with { GoalMerge = merge }, method)).Policy;
        using GoalReachingPolicy kept = new(device, model, new(2, 16, 4)), given = new(device, model, new(2, 16, 4));
        var (own, other) = (new float[D], new float[D]);
        for (var n = 0; n < 6; n++)
        {
            // A goal is kept for two images, then comes along with one, and stays.
            if (n is 0 or 3) kept.SetGoal(Image(100 + n));
            var goal = Image(n < 3 ? 100 : n == 3 ? 103 : 104);
            var q = n == 4 ? kept.Act(Image(n), goal, State, Key(n), own) : kept.Act(Image(n), State, Key(n), own);
            Assert.Equal(given.Act(Image(n), goal, State, Key(n), other), q);
            Assert.Equal(other, own);
        }
    }

    [Fact]
    public void Without_a_goal_nothing_is_decided()
    {
        using var device = new CpuDevice(1);
        using var policy = new GoalReachingPolicy(device, TinyWorld.Start(device, TinyWorld.Settings).Policy);
        Assert.Contains("no goal", Assert.Throws<ActionableException>(() => policy.Act(Image(1), State, Key(1), new float[D])).Message);
        Assert.Contains("no goal", Assert.Throws<ActionableException>(() => policy.Evaluate(Image(1), State, [], [])).Message);
        Assert.Throws<ArgumentException>(() => policy.SetGoal(Image(1).AsSpan(1)));
        Assert.Throws<ActionableException>(() => policy.Act(Image(1), State, Key(1), new float[D]));
    }

    [Theory]
    [OnDevice("cpu")]
    [OnDevice("opencl")]
    [OnDevice("cuda")]
    public void Any_number_of_given_actions_has_the_Q_of_an_evaluator(string name)
    {
        var device = devices[name];
        var model = TinyWorld.Start(device, TinyWorld.Settings).Policy;
        using var policy = new GoalReachingPolicy(device, model, new(2, 8, 3));
        using var evaluator = new QEvaluator(device, model, 8);
        policy.SetGoal(Image(100));
        foreach (var count in (int[])[1, 3, 8, 9, 30])
        {
            var actions = new float[count * D];
            for (var i = 0; i < actions.Length; i++) actions[i] = Philox.Uniform(new RandomKey(2, 977, 0), (uint)i) - 0.5f;
            var q = new float[count];
            policy.Evaluate(Image(1), State, actions, q);
            Assert.Equal(TinyWorld.Q(evaluator, Image(1), Image(100), State, actions), q, (a, b) => Math.Abs(a - b) < 1e-5f);
            Assert.Equal(count, q.Distinct().Count());
            // The order of the rows is no matter, and neither is what the search left behind.
            policy.Act(Image(2), State, Key(2), new float[D]);
            var last = new float[1];
            policy.Evaluate(Image(1), State, actions.AsSpan(^D..), last);
            Assert.Equal(q[^1], last[0], 1e-6f);
        }
        Assert.Contains("row 1: z", Assert.Throws<ActionableException>(() =>
            policy.Evaluate(Image(1), State, [0, 0, 0, 0, 0, 0, 0, 0, 0, float.NaN, 0, 0, 0, 0], new float[2])).Message);
        Assert.Throws<ArgumentException>(() => policy.Evaluate(Image(1), State, new float[D + 1], new float[1]));
        Assert.Throws<ArgumentException>(() => policy.Evaluate(Image(1), [0], new float[D], new float[1]));
    }
}
