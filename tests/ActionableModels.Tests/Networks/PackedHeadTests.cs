using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.Networks;

namespace ActionableModels.Tests.Networks;

/// <summary>Heads of a network that keeps its weights packed, planned for different numbers of actions.</summary>
public sealed class PackedHeadTests
{
    private static readonly NetworkSpec Spec = new NetworkSpec
    {
        Name = "test",
        ImageHeight = 9,
        ImageWidth = 8,
        Tower = [LayerSpec.Conv(8, 3, 2)],
        ActionBlocks = ActionBlock.QtOpt(),
        ActionEmbedding = 128,
        // Sums long enough for dot products at every vector width, over outputs that fill the vectors.
        Head = [LayerSpec.Dense(128), LayerSpec.Dense(256), LayerSpec.Dense(64)],
    }.Checked("test");

    public static TheoryData<SimdLevel> Levels =>
        new(Enum.GetValues<SimdLevel>().Where(level => level != SimdLevel.Auto && CpuDevice.IsSupported(level)));

    [Theory]
    [MemberData(nameof(Levels))]
    public void An_action_alone_gets_the_bits_that_it_gets_among_others(SimdLevel level)
    {
        const int most = 20;
        using var device = new CpuDevice(1, level);
        using var arena = new Arena(device);
        var values = new ParameterSet(arena, new ParameterLayout(Spec));
        values.Initialise(0, 5);
        var network = new FoldedNetwork(arena, Spec, values, pack: true);
        network.Refresh();
        var encoder = new PairEncoder(arena, Spec, network, new ImageInput(arena, Spec, 1, Spec.ImageHeight, Spec.ImageWidth));
        var image = Enumerable.Range(0, Spec.ImageHeight * Spec.ImageWidth * 3).Select(i => (byte)(37 * i)).ToArray();
        encoder.EncodeGoal(image);
        encoder.Encode([.. image.Reverse()]);
        var all = new InferenceHead(arena, Spec, network, encoder.Image, most);
        device.TruncatedNormal(all.Actions, 0, 0.1f, new(5, 960, 0));
        all.Forward();
        var expected = CpuMemory.Span<uint>(all.Outputs).ToArray();
        Assert.Equal(most, expected.Distinct().Count());
        foreach (var count in new[] { 1, 2, 4 })
        {
            var head = new InferenceHead(arena, Spec, network, encoder.Image, count);
            for (var first = 0; first < most; first += count)
            {
                device.Copy(all.Actions.Rows(first, count), head.Actions);
                head.Forward();
                Assert.Equal(expected[first..(first + count)], CpuMemory.Span<uint>(head.Outputs).ToArray());
            }
        }
    }
}
