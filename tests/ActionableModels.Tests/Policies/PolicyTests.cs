using ActionableModels.Actions;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.Learning;
using ActionableModels.Networks;
using ActionableModels.Policies;
using ActionableModels.Tests.Learning;

namespace ActionableModels.Tests.Policies;

public sealed class PolicyTests
{
    private const int D = ActionSpace.Dimensions, ImageBytes = TinyWorld.CameraHeight * TinyWorld.CameraWidth * 3;

    private static byte[] Image(ulong number) =>
        [.. Enumerable.Range(0, ImageBytes).Select(i => (byte)(Philox.Word(new RandomKey(6, 971, number), (uint)i) >> 24))];

    [Fact]
    public void Uniform_actions_fill_the_bounds_and_stay_within()
    {
        var space = new ActionSpace([-0.1f, -0.3f, 0.02f, -1, 0, 1, 0], [0.2f, 0.1f, 0.02f, 2, 1, 1, 0], [0, 0, 0, 0, 0, 0, 0]).Checked(
            "test");
        var policy = new UniformPolicy(space);
        var action = new float[D];
        const int draws = 4000;
        var (sum, least, most) = (new double[D], (float[])space.High.Clone(), (float[])space.Low.Clone());
        for (var i = 0; i < draws; i++)
        {
            Assert.True(float.IsNaN(policy.Act([], [], [], new RandomKey(1, Streams.Policy, (ulong)i), action)));
            for (var d = 0; d < D; d++)
            {
                Assert.InRange(action[d], space.Low[d], space.High[d]);
                if (ActionSpace.IsBinary(d)) Assert.True(action[d] is 0 or 1);
                sum[d] += action[d];
                (least[d], most[d]) = (Math.Min(least[d], action[d]), Math.Max(most[d], action[d]));
            }
        }
        for (var d = 0; d < D; d++)
        {
            var range = space.High[d] - space.Low[d];
            Assert.InRange(sum[d] / draws, (space.Low[d] + space.High[d]) / 2 - 0.03 * range - 1e-6,
                (space.Low[d] + space.High[d]) / 2 + 0.03 * range + 1e-6);
            Assert.True(least[d] <= space.Low[d] + 0.01f * range && most[d] >= space.High[d] - 0.01f * range,
                $"dimension {d} leaves a part of its bounds out");
        }
    }

    [Theory]
    [InlineData("actionable-models", GoalMerge.Channels, Normalisation.None)]
    [InlineData("actionable-models", GoalMerge.Towers, Normalisation.Batch)]
    [InlineData("gcbc", GoalMerge.Channels, Normalisation.None)]
    public void Decisions_are_a_function_of_images_state_and_key(string method, GoalMerge merge, Normalisation normalisation)
    {
        var settings = TrainingMethods.Apply(TinyWorld.Settings with { GoalMerge = merge, Normalisation = normalisation }, method);
        using CpuDevice one = new(1), three = new(3);
        using GoalReachingPolicy policy = new(one, TinyWorld.Start(one, settings).Policy), other = new(three, TinyWorld.Start(three, settings).Policy);
        float[] Act(GoalReachingPolicy who, ulong image, ulong goal, float height, ulong key)
        {
            var action = new float[D];
            var q = who.Act(Image(image), Image(goal), [0, height], new RandomKey(1, Streams.Policy, key), action);
            return [.. action, float.IsNaN(q) ? -1 : q];
        }
        var first = Act(policy, 1, 2, 0.1f, 3);
        Assert.NotEqual(first, Act(policy, 2, 2, 0.1f, 3));
        Assert.NotEqual(first, Act(policy, 1, 3, 0.1f, 3));
        Assert.NotEqual(first, Act(policy, 1, 2, 0.4f, 3));
        Assert.Equal(method == "gcbc", first.AsSpan().SequenceEqual(Act(policy, 1, 2, 0.1f, 4)));
        Assert.Equal(first, Act(policy, 1, 2, 0.1f, 3));
        Assert.Equal(first, Act(other, 1, 2, 0.1f, 3));
        for (var d = 0; d < D; d++) Assert.InRange(first[d], TinyWorld.Space.Low[d], TinyWorld.Space.High[d]);
        if (method == "gcbc") return;
        // The value that comes with an action is Q of that action.
        using var evaluator = new QEvaluator(one, TinyWorld.Start(one, settings).Policy, 1);
        Assert.Equal(TinyWorld.Q(evaluator, Image(1), Image(2), [0, 0.1f], first.AsSpan(0, D))[0], first[D], 1e-4f);
    }

    [Fact]
    public void Policies_use_the_averaged_parameters()
    {
        using var device = new CpuDevice(1);
        var (plain, other) = (TinyWorld.Start(device, TinyWorld.Settings), TinyWorld.Start(device, TinyWorld.Settings, 43));
        Checkpoint With(float[] values, float[] average) => new(plain.Header, plain.Layout, values, average, null, null, null);
        float Q(Checkpoint checkpoint)
        {
            using var policy = new GoalReachingPolicy(device, checkpoint.Policy);
            return policy.Act(Image(1), Image(2), [0, 0], new RandomKey(1, 2, 3), new float[D]);
        }
        Assert.Equal(Q(plain), Q(With(other.Values, plain.Average)));
        Assert.NotEqual(Q(plain), Q(With(plain.Values, other.Average)));
    }

    [Theory]
    [InlineData("actionable-models")]
    [InlineData("gcbc")]
    public void What_is_not_a_number_never_reaches_the_robot(string method)
    {
        using var device = new CpuDevice(1);
        using var policy = new GoalReachingPolicy(device, TinyWorld.Start(device, TrainingMethods.Apply(TinyWorld.Settings, method)).Policy);
        var error = Assert.Throws<ActionableException>(() => policy.Act(Image(1), Image(2), [0, float.NaN], new RandomKey(1, 2, 3),
            new float[D]));
        Assert.Contains("finite number", error.Message);
        Assert.Throws<ArgumentException>(() => policy.Act(Image(1), Image(2), [0], new RandomKey(1, 2, 3), new float[D]));
        Assert.Throws<ArgumentException>(() => policy.Act(Image(1), Image(2), [0, 0], new RandomKey(1, 2, 3), new float[D - 1]));
        Assert.Throws<ArgumentException>(() => policy.Act(Image(1).AsSpan(1), Image(2), [0, 0], new RandomKey(1, 2, 3), new float[D]));
        Assert.InRange(policy.Act(Image(1), Image(2), [0, 0], new RandomKey(1, 2, 3), new float[D]), method == "gcbc" ? float.NaN : 0, 1);
    }

    [Fact]
    public void A_network_that_outputs_actions_has_no_Q()
    {
        using var device = new CpuDevice(1);
        var cloned = TinyWorld.Start(device, TrainingMethods.Apply(TinyWorld.Settings, "gcbc"));
        Assert.Contains("outputs actions", Assert.Throws<ActionableException>(() => new QEvaluator(device, cloned.Policy, 1)).Message);
    }

    [Fact]
    public void Cloned_actions_survive_encoding_and_decoding()
    {
        Span<float> outputs = stackalloc float[ClonedAction.Outputs];
        var (action, decoded) = (new float[D], new float[D]);
        var random = new UniformPolicy(TinyWorld.Space);
        for (var i = 0; i < 50; i++)
        {
            random.Act([], [], [], new RandomKey(2, 973, (ulong)i), action);
            ClonedAction.EncodePose(action, TinyWorld.Space, outputs[..ClonedAction.Pose]);
            for (var f = 0; f < ClonedAction.Flags; f++) outputs[ClonedAction.Pose + f] = action[ActionSpace.Close + f] == 1 ? 2 : -2;
            ClonedAction.Decode(outputs, TinyWorld.Space, decoded);
            for (var d = 0; d < D; d++) Assert.Equal(action[d], decoded[d], 1e-6f);
        }
        outputs.Fill(50);
        ClonedAction.Decode(outputs, TinyWorld.Space, decoded);
        Assert.Equal(50 * TinyWorld.Space.High[0], decoded[0], 1e-4f);
        ClonedAction.Cut(TinyWorld.Space, decoded);
        for (var d = 0; d < D; d++) Assert.InRange(decoded[d], TinyWorld.Space.Low[d], TinyWorld.Space.High[d]);
    }
}
