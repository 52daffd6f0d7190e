using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.Networks;

namespace ActionableModels.Tests.Networks;

/// <summary>What depends on the goal alone is kept between decisions, and nobody can tell from the results.</summary>
public sealed class PairEncoderTests : IDisposable
{
    private readonly CpuDevice device = new(2);
    private readonly Arena arena;

    public PairEncoderTests() => arena = new Arena(device);

    public void Dispose()
    {
        arena.Dispose();
        device.Dispose();
    }

    private static NetworkSpec Spec(GoalMerge merge, Normalisation normalisation, bool oneLayer) => new NetworkSpec
    {
        Name = "test",
        ImageHeight = 20,
        ImageWidth = 18,
        GoalMerge = merge,
        Normalisation = normalisation,
        Tower = oneLayer ? [LayerSpec.Conv(9, 5, 2)] : [LayerSpec.Conv(9, 5, 2), LayerSpec.Pool(2), LayerSpec.Conv(7, 3)],
        ActionBlocks = ActionBlock.QtOpt(),
        ActionEmbedding = 8,
        Head = [LayerSpec.Dense(6)],
    }.Checked("test");

    private static byte[] Image(NetworkSpec spec, uint which) => [.. Enumerable.Range(0, (spec.ImageHeight + 3) * (spec.ImageWidth + 2) * 3)
        .Select(i => (byte)(Philox.Word(new RandomKey(3, 950, which), (uint)i) >> 24))];

    private PairEncoder Plan(NetworkSpec spec, FoldedNetwork network, bool apart) =>
        new(arena, spec, network, new ImageInput(arena, spec, 1, spec.ImageHeight + 3, spec.ImageWidth + 2, apart: apart));

    private (PairEncoder Encoder, FoldedNetwork Network, ParameterSet Values) Plan(NetworkSpec spec, bool apart)
    {
        var values = new ParameterSet(arena, new ParameterLayout(spec));
        values.Initialise(0, 5);
        var network = new FoldedNetwork(arena, spec, values, pack: apart);
        network.Refresh();
        return (Plan(spec, network, apart), network, values);
    }

    private static float[] Encode(PairEncoder encoder, byte[] current, byte[] goal)
    {
        encoder.EncodeGoal(goal);
        encoder.Encode(current);
        return CpuMemory.Span<float>(encoder.Image.Output).ToArray();
    }

    [Theory]
    [InlineData(GoalMerge.Channels, Normalisation.None, false)]
    [InlineData(GoalMerge.Channels, Normalisation.Batch, false)]
    [InlineData(GoalMerge.Channels, Normalisation.None, true)]
    [InlineData(GoalMerge.Towers, Normalisation.Batch, false)]
    public void A_kept_goal_gives_the_bits_of_one_seen_for_the_first_time(GoalMerge merge, Normalisation normalisation, bool oneLayer)
    {
        var spec = Spec(merge, normalisation, oneLayer);
        var kept = Plan(spec, apart: true).Encoder;
        var stacked = Plan(spec, apart: false).Encoder;
        uint? seen = null;
        foreach (var (current, goal) in new[] { (0u, 1u), (2u, 1u), (2u, 3u), (0u, 3u), (0u, 1u) })
        {
            if (goal != seen) kept.EncodeGoal(Image(spec, goal));
            seen = goal;
            kept.Encode(Image(spec, current));
            var result = CpuMemory.Span<float>(kept.Image.Output).ToArray();
            Assert.Contains(result, value => value != 0);
            Assert.Equal(Encode(Plan(spec, apart: true).Encoder, Image(spec, current), Image(spec, goal)), result);
            // Without the split the same sums are rounded in another order.
            Assert.Equal(Encode(stacked, Image(spec, current), Image(spec, goal)), result, (a, b) => Math.Abs(a - b) < 1e-5f);
        }
    }

    [Fact]
    public void A_goal_of_another_size_is_refused_and_the_next_one_is_seen()
    {
        var spec = Spec(GoalMerge.Channels, Normalisation.None, oneLayer: false);
        var encoder = Plan(spec, apart: true).Encoder;
        var expected = Encode(encoder, Image(spec, 0), Image(spec, 1));
        Assert.Throws<ArgumentException>(() => encoder.EncodeGoal(new byte[5]));
        Assert.Throws<ArgumentException>(() => encoder.Encode(new byte[5]));
        Assert.Equal(expected, Encode(encoder, Image(spec, 0), Image(spec, 1)));
    }
}
