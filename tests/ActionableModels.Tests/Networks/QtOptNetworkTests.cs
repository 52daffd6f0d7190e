using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.Networks;

namespace ActionableModels.Tests.Networks;

/// <summary>The preset qt-opt-472 planned and run at its full size.</summary>
public sealed class QtOptNetworkTests
{
    private static readonly NetworkSpec Spec = NetworkPresets.Get("qt-opt-472");

    [Fact]
    public void One_training_pass_has_the_shapes_and_finite_gradients()
    {
        using var device = new CpuDevice(2);
        using var arena = new Arena(device);
        var layout = new ParameterLayout(Spec);
        var (values, gradients) = (new ParameterSet(arena, layout), new ParameterSet(arena, layout));
        // He's deviation: at QT-Opt's 0.01 the signal of an untrained net vanishes layer by layer.
        values.Initialise(0, 3);
        var images = new ImageInput(arena, Spec, 1, 512, 640);
        var pixels = new byte[2][];
        for (var k = 0; k < 2; k++) pixels[k] = [.. Enumerable.Range(0, 512 * 640 * 3).Select(i => (byte)(i * (k + 7) + i / 1920 * 3))];
        images.Load(pixels[0], pixels[1]);
        var network = new TrainingNetwork(arena, Spec, values, gradients, images, 2);
        device.Upload<float>([0.05f, -0.02f, 0.01f, 0.3f, 1, 0, 0, -0.05f, 0.02f, 0, -0.3f, 0, 1, 0], network.Actions);
        device.Upload<float>([0, 0.2f], network.States);
        network.ForwardTower();
        Assert.Equal(Shape.Of(1, 27, 27, 64), network.Map.Shape);
        network.ForwardHead();
        var logits = new float[2];
        device.Download<float>(network.Outputs, logits);
        Assert.All(logits, z => Assert.True(float.IsFinite(z)));
        Assert.NotEqual(logits[0], logits[1]);

        var gradient = arena.Allocate(Shape.Of(2, 1));
        device.Upload<float>([1, -1], gradient);
        network.Backward(gradient);
        var host = new float[layout.Count];
        device.Download<float>(gradients.All, host);
        Assert.All(host, g => Assert.True(float.IsFinite(g)));
        foreach (var name in new[] { "tower/conv1/weight", "tower/conv7/weight", "action/sum/weight", "head/conv8/weight",
            "head/conv16/norm/scale", "head/dense1/weight", "head/logit/weight" })
        {
            var entry = layout.Find(name)!;
            Assert.True(host.AsSpan((int)entry.Offset, (int)entry.Shape.Count).ContainsAnyExcept(0f), $"{name} has no gradient");
        }
        device.Download<float>(values.Statistics, host.AsSpan(0, (int)values.Statistics.Count));
        Assert.All(host[..(int)values.Statistics.Count], s => Assert.True(float.IsFinite(s)));
    }

    [Fact]
    public void The_split_head_gives_the_values_of_the_plain_one()
    {
        const int actions = 5;
        using var device = new CpuDevice(2);
        using var arena = new Arena(device);
        var values = new ParameterSet(arena, new ParameterLayout(Spec));
        values.Initialise(0, 4);
        var folded = new FoldedNetwork(arena, Spec, values);
        folded.Refresh();
        var map = arena.Allocate(Shape.Of(1, 27, 27, 64));
        device.TruncatedNormal(map, 0.5f, 0.5f, new RandomKey(1, 990, 0));
        float[] Evaluate(bool split)
        {
            var image = new ImagePart(arena, Spec, folded, map, split);
            Assert.Equal(split ? HeadSplit.BorderTable : HeadSplit.None, image.Split);
            image.Refresh();
            var head = new InferenceHead(arena, Spec, folded, image, actions);
            device.Upload<float>([.. Enumerable.Range(0, actions * ActionSpace.Dimensions).Select(i =>
                Philox.Uniform(new RandomKey(2, 991, 0), (uint)i) - 0.5f)], head.Actions);
            device.Upload<float>([1, 0.1f], head.States);
            head.Forward();
            var logits = new float[actions];
            device.Download<float>(head.Outputs, logits);
            return logits;
        }
        var (plain, splitted) = (Evaluate(false), Evaluate(true));
        Assert.True(plain.Max() - plain.Min() > 1e-3f, "all actions have one value: the test shows nothing");
        for (var i = 0; i < actions; i++) Assert.Equal(plain[i], splitted[i], 1e-4f * (1 + Math.Abs(plain[i])));
    }
}
