using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.Networks;
using ActionableModels.Policies;

namespace ActionableModels.Tests.Policies;

/// <summary>
/// CEM on a network set by hand so that Q is a cone over the actions: logit = 3 − slope·Σ|a_d − best_d| − 2·(wrong gripper commands).
/// </summary>
public sealed class CrossEntropyMethodTests
{
    private const int D = ActionSpace.Dimensions, Pairs = 3;
    private static readonly float[] Best = [0.04f, -0.05f, 0.02f, 0.3f, 1, 0, 0];

    /// <summary>z is fixed at 0.01 and terminate at 0: neither lies where Q would have them.</summary>
    private static readonly ActionSpace Space = new([-0.1f, -0.1f, 0.01f, -1, 0, 0, 0], [0.1f, 0.1f, 0.01f, 1, 1, 1, 0],
        [0.03f, 0.03f, 0.06f, 0.16f, 0, 0, 0]);

    // Two channels for every dimension: relu(a − best) and relu(best − a).
    private static readonly NetworkSpec Spec = new NetworkSpec
    {
        Name = "cone",
        ImageHeight = 2,
        ImageWidth = 2,
        Tower = [LayerSpec.Conv(2 * D, 2, 1, Padding.Valid)],
        ActionBlocks = [.. Enumerable.Range(0, D).Select(d => new ActionBlock($"d{d}", [new(d, ColumnKind.Identity)], 1))],
        ActionEmbedding = 2 * D,
        Head = [],
    }.Checked("test");

    private static double Logit(ReadOnlySpan<float> action)
    {
        var logit = 3.0;
        for (var d = 0; d < D; d++) logit -= (ActionSpace.IsBinary(d) ? 2 : 20) * Math.Abs(action[d] - Best[d]);
        return logit;
    }

    private sealed class Setup : IDisposable
    {
        private readonly CpuDevice device = new(2);
        private readonly Arena arena;
        private readonly CrossEntropyMethod cem;

        public Setup(CemSettings settings)
        {
            arena = new Arena(device);
            var values = new ParameterSet(arena, new ParameterLayout(Spec));
            const int width = 2 * D;
            float[] sum = new float[width * D], bias = new float[D * width], merge = new float[width * width], logit = new float[width];
            for (var d = 0; d < D; d++)
                for (var side = 0; side < 2; side++)
                {
                    var (channel, sign) = (2 * d + side, side == 0 ? 1 : -1);
                    sum[channel * D + d] = sign;
                    bias[d * width + channel] = -sign * Best[d];
                    merge[channel * width + channel] = 1;
                    logit[channel] = ActionSpace.IsBinary(d) ? -2 : -20;
                }
            device.Upload<float>(sum, values["action/sum/weight"]);
            device.Upload<float>(bias, values["action/sum/bias"]);
            device.Upload<float>(merge, values["action/merge/weight"]);
            device.Upload<float>(logit, values["head/logit/weight"]);
            device.Upload<float>([3], values["head/logit/bias"]);
            var folded = new FoldedNetwork(arena, Spec, values);
            folded.Refresh();
            var images = new ImageInput(arena, Spec, Pairs, 2, 2);
            var tower = new InferenceTower(arena, Spec, folded, images);
            tower.Forward();
            var image = new ImagePart(arena, Spec, folded, tower.Map);
            image.Refresh();
            cem = new CrossEntropyMethod(arena, Spec, folded, image, new ActionBox(arena, Space), settings);
        }

        public (float[] Actions, float[] Logits) Search(ulong counter)
        {
            cem.Search(new RandomKey(5, 970, counter));
            var (actions, logits) = (new float[Pairs * D], new float[Pairs]);
            device.Download<float>(cem.BestActions, actions);
            device.Download<float>(cem.BestLogits, logits);
            return (actions, logits);
        }

        public void Dispose()
        {
            arena.Dispose();
            device.Dispose();
        }
    }

    [Theory]
    [InlineData(2, 64, 6, 0.02)]
    [InlineData(6, 128, 12, 0.003)]
    public void Finds_the_best_action(int iterations, int samples, int elites, double tolerance)
    {
        const int searches = 20;
        var errors = new double[D];
        using var setup = new Setup(new CemSettings(iterations, samples, elites));
        for (var counter = 0UL; counter < searches; counter++)
        {
            var (actions, logits) = setup.Search(counter);
            for (var pair = 0; pair < Pairs; pair++)
            {
                var action = actions.AsSpan(pair * D, D);
                for (var d = 0; d < D; d++) errors[d] += Math.Abs(action[d] - Best[d]) / (searches * Pairs);
                Assert.Equal(Logit(action), logits[pair], 1e-4);
            }
        }
        Assert.InRange(errors[0], 0, tolerance);
        Assert.InRange(errors[1], 0, tolerance);
        Assert.InRange(errors[3], 0, 4 * tolerance);
        Assert.Equal((0.0, 0.0), (errors[4], errors[5]));
    }

    [Fact]
    public void Fixed_dimensions_never_move_and_bounds_hold()
    {
        using var setup = new Setup(new CemSettings(3, 16, 4));
        for (var counter = 0UL; counter < 100; counter++)
        {
            var (actions, _) = setup.Search(counter);
            for (var i = 0; i < actions.Length; i++)
            {
                Assert.InRange(actions[i], Space.Low[i % D], Space.High[i % D]);
                if (ActionSpace.IsBinary(i % D)) Assert.True(actions[i] is 0 or 1);
            }
        }
    }

    [Fact]
    public void Equal_keys_give_equal_actions_and_others_do_not()
    {
        using Setup setup = new(CemSettings.QtOpt), again = new(CemSettings.QtOpt);
        var (first, _) = setup.Search(1);
        var (other, _) = setup.Search(2);
        Assert.Equal(first, setup.Search(1).Actions);
        Assert.Equal(first, again.Search(1).Actions);
        Assert.NotEqual(first, other);
        // The pairs are equal here and still search on their own.
        Assert.NotEqual(first[..D], first[D..(2 * D)]);
    }

    [Fact]
    public void A_second_iteration_helps()
    {
        double Mean(int iterations)
        {
            using var setup = new Setup(new CemSettings(iterations, 64, 6));
            return Enumerable.Range(0, 50).Average(i => setup.Search((ulong)i).Logits.Average());
        }
        var (one, two) = (Mean(1), Mean(2));
        Assert.True(two > one + 0.2, $"mean logit {one:0.00} after one iteration, {two:0.00} after two");
    }

    [Theory]
    [InlineData(0, 64, 6)]
    [InlineData(2, 64, 0)]
    [InlineData(2, 5, 6)]
    public void Impossible_settings_are_refused(int iterations, int samples, int elites) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Setup(new CemSettings(iterations, samples, elites)));
}
