using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.Networks;

namespace ActionableModels.Tests.Networks;

/// <summary>Networks too large for one piece run in chunks; the values are those of the whole.</summary>
public sealed class ChunkTests
{
    /// <summary>Two million numbers and more in front of each pool: every pair is a chunk of its own.</summary>
    private static readonly NetworkSpec Wide = new NetworkSpec
    {
        Name = "wide",
        ImageHeight = 240,
        ImageWidth = 236,
        Tower = [LayerSpec.Conv(48, 3), LayerSpec.Pool(4)],
        ActionBlocks = ActionBlock.QtOpt(2, 3),
        ActionEmbedding = 7,
        Head = [LayerSpec.Conv(8, 3), LayerSpec.Pool(3), LayerSpec.Dense(5)],
    }.Checked("test");

    private static ParameterSet Parameters(Arena arena, NetworkSpec spec)
    {
        var values = new ParameterSet(arena, new ParameterLayout(spec));
        values.Initialise(0, 5);
        return values;
    }

    private static ImageInput Images(Arena arena, NetworkSpec spec, int first, int pairs)
    {
        var images = new ImageInput(arena, spec, pairs, spec.ImageHeight, spec.ImageWidth);
        var bytes = spec.ImageHeight * spec.ImageWidth * 3;
        byte[] Pixels(ulong stream) => [.. Enumerable.Range(0, pairs * bytes).Select(i =>
            (byte)(Philox.Word(new RandomKey(7, 930, stream), (uint)(first * bytes + i)) >> 24))];
        images.Load(Pixels(0), Pixels(1));
        return images;
    }

    private static float[] Host(Tensor tensor) => CpuMemory.Span<float>(tensor).ToArray();

    [Fact]
    public void A_tower_in_chunks_gives_the_maps_of_single_pairs()
    {
        const int pairs = 3;
        using var device = new CpuDevice(2);
        using var arena = new Arena(device);
        var folded = new FoldedNetwork(arena, Wide, Parameters(arena, Wide));
        folded.Refresh();
        var tower = new InferenceTower(arena, Wide, folded, Images(arena, Wide, 0, pairs));
        tower.Forward();
        for (var pair = 0; pair < pairs; pair++)
        {
            var alone = new InferenceTower(arena, Wide, folded, Images(arena, Wide, pair, 1));
            alone.Forward();
            Assert.Equal(Host(alone.Map), Host(tower.Map.Rows(pair, 1)));
        }
    }

    /// <summary>A map of 60·59·48 numbers lets six rows into a chunk: 14 actions on each pair are cut into parts of 5, 5 and 4.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_head_in_parts_of_a_pairs_actions_gives_the_values_of_single_actions(bool split)
    {
        const int pairs = 2, actions = 14;
        using var device = new CpuDevice(2);
        using var arena = new Arena(device);
        var folded = new FoldedNetwork(arena, Wide, Parameters(arena, Wide));
        folded.Refresh();
        var map = arena.Allocate(Shape.Of(pairs, 60, 59, 48));
        device.TruncatedNormal(map, 0.5f, 0.5f, new RandomKey(1, 931, 0));
        var image = new ImagePart(arena, Wide, folded, map, split);
        image.Refresh();
        float[] rows = [.. Enumerable.Range(0, pairs * actions * ActionSpace.Dimensions).Select(i =>
            Philox.Uniform(new RandomKey(2, 932, 0), (uint)i) - 0.5f)], states = [0, 0.1f, 1, 0.3f];
        float[] Evaluate(InferenceHead head, float[] of)
        {
            device.Upload<float>(of, head.Actions);
            device.Upload<float>(states, head.States);
            head.Forward();
            return Host(head.Outputs);
        }
        var whole = Evaluate(new InferenceHead(arena, Wide, folded, image, actions), rows);
        var single = new InferenceHead(arena, Wide, folded, image, 1);
        for (var a = 0; a < actions; a++)
        {
            float[] Row(int pair) => rows.AsSpan((pair * actions + a) * ActionSpace.Dimensions, ActionSpace.Dimensions).ToArray();
            var alone = Evaluate(single, [.. Row(0), .. Row(1)]);
            for (var pair = 0; pair < pairs; pair++)
                Assert.Equal(alone[pair], whole[pair * actions + a], 1e-5f * (1 + Math.Abs(alone[pair])));
        }
        Assert.True(whole.Max() - whole.Min() > 1e-3f, "all actions have one value: the test shows nothing");
    }

    [Fact]
    public void A_normalised_map_that_is_not_kept_gives_the_map_of_one_that_is()
    {
        const int pairs = 3;
        var spec = Wide with { Normalisation = Normalisation.Batch };
        using var device = new CpuDevice(2);
        using var arena = new Arena(device);
        var values = Parameters(arena, spec);
        var images = Images(arena, spec, 0, pairs);
        Tensor x = arena.Allocate(Shape.Of(pairs, 240, 236, 48)), y = arena.Allocate(x.Shape), pooled = arena.Allocate(Shape.Of(pairs, 60, 59, 48));
        Tensor[] statistics = [.. Enumerable.Range(0, 4).Select(_ => arena.Allocate(Shape.Of(48)))];
        device.Conv2D(images.Current, values["tower/conv1/weight"], values["tower/conv1/bias"], x, spec.Tower[0].Window, relu: false);
        device.BatchNorm(x, null, values["tower/conv1/norm/shift"], statistics[0], statistics[1], spec.NormDecay, spec.NormEpsilon, true, y,
            statistics[2], statistics[3]);
        device.MaxPool(y, pooled, spec.Tower[1].Window);

        var network = new TrainingNetwork(arena, spec, values, new ParameterSet(arena, values.Layout), images, 1);
        network.ForwardTower();
        Assert.Equal(Host(pooled), Host(network.Map));
    }
}
