using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.Networks;

namespace ActionableModels.Tests.Networks;

/// <summary>The planned network as a whole: gradients by finite differences, folding and splitting against the plain form.</summary>
public sealed class NetworkPlanTests
{
    private static readonly NetworkSpec Conv = new NetworkSpec
    {
        Name = "small",
        ImageHeight = 12,
        ImageWidth = 10,
        Tower = [LayerSpec.Conv(5, 3, 2), LayerSpec.Conv(6, 3), LayerSpec.Pool(2)],
        ActionBlocks = ActionBlock.QtOpt(2, 3),
        ActionEmbedding = 7,
        Head = [LayerSpec.Conv(6, 3), LayerSpec.Conv(5, 3), LayerSpec.Dense(8)],
    }.Checked("test");

    private static readonly NetworkSpec Dense = Conv with { Head = [LayerSpec.Dense(9), LayerSpec.Dense(6)] };

    public static TheoryData<string, Normalisation, GoalMerge> Forms => new()
    {
        { "conv", Normalisation.None, GoalMerge.Channels },
        { "conv", Normalisation.Batch, GoalMerge.Channels },
        { "conv", Normalisation.Batch, GoalMerge.Towers },
        { "dense", Normalisation.None, GoalMerge.Towers },
        { "dense", Normalisation.Batch, GoalMerge.Channels },
    };

    private static NetworkSpec Form(string head, Normalisation normalisation, GoalMerge merge) =>
        (head == "conv" ? Conv : Dense) with { Normalisation = normalisation, GoalMerge = merge };

    private sealed class Setup : IDisposable
    {
        public const int Batch = 3, ActionsPerPair = 2;
        public CpuDevice Device { get; } = new(2);
        public Arena Arena { get; }
        public ParameterSet Values { get; }
        public ParameterSet Gradients { get; }
        public ImageInput Images { get; }
        public TrainingNetwork Network { get; }
        public float[] Rows { get; } = new float[Batch * ActionsPerPair * ActionSpace.Dimensions];
        public float[] States { get; } = new float[Batch * ActionSpace.StateDimensions];

        public Setup(NetworkSpec spec)
        {
            Arena = new Arena(Device);
            var layout = new ParameterLayout(spec);
            (Values, Gradients) = (new ParameterSet(Arena, layout), new ParameterSet(Arena, layout));
            Values.Initialise(0, 11);
            // Biases, scales and shifts away from their initial values, so that a wrong gradient of any of them shows.
            var host = new float[layout.Count];
            Device.Download<float>(Values.All, host);
            for (var i = layout.WeightCount; i < layout.TrainedCount; i++)
                host[i] += 0.2f * Philox.Normal(new RandomKey(5, 900, 0), (uint)i);
            Device.Upload<float>(host, Values.All);

            Images = new ImageInput(Arena, spec, Batch, spec.ImageHeight + 2, spec.ImageWidth + 4);
            var bytes = new byte[2][];
            for (var k = 0; k < 2; k++)
            {
                bytes[k] = new byte[Batch * (spec.ImageHeight + 2) * (spec.ImageWidth + 4) * 3];
                for (var i = 0; i < bytes[k].Length; i++) bytes[k][i] = (byte)(Philox.Word(new RandomKey(5, 901, (ulong)k), (uint)i) >> 24);
            }
            Images.Load(bytes[0], bytes[1]);
            Network = new TrainingNetwork(Arena, spec, Values, Gradients, Images, ActionsPerPair);
            for (var i = 0; i < Rows.Length; i++) Rows[i] = Philox.Uniform(new RandomKey(5, 902, 0), (uint)i) - 0.5f;
            for (var i = 0; i < States.Length; i++) States[i] = Philox.Uniform(new RandomKey(5, 903, 0), (uint)i);
            Device.Upload<float>(Rows, Network.Actions);
            Device.Upload<float>(States, Network.States);
        }

        public float[] Forward()
        {
            Network.ForwardTower();
            Network.ForwardHead();
            var logits = new float[Network.Outputs.Count];
            Device.Download<float>(Network.Outputs, logits);
            return logits;
        }

        public void Dispose()
        {
            Arena.Dispose();
            Device.Dispose();
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void GradientsMatchFiniteDifferences(string head, Normalisation normalisation, GoalMerge merge)
    {
        using var setup = new Setup(Form(head, normalisation, merge));
        var layout = setup.Values.Layout;
        var weights = setup.Forward().Select((_, i) => Philox.Normal(new RandomKey(6, 904, 0), (uint)i)).ToArray();
        double Loss() => setup.Forward().Zip(weights, (z, w) => (double)z * w).Sum();

        Loss();
        var gradient = setup.Arena.Allocate(setup.Network.Outputs.Shape);
        setup.Device.Upload<float>(weights, gradient);
        setup.Network.Backward(gradient);
        var analytic = new float[layout.Count];
        setup.Device.Download<float>(setup.Gradients.All, analytic);
        var host = new float[layout.Count];
        setup.Device.Download<float>(setup.Values.All, host);

        foreach (var entry in layout.Entries.Where(e => e.Role < ParameterRole.Mean))
        {
            // A direction per tensor: the analytic derivative along it against the central difference. ReLU and max kinks
            // make single differences rough, so the best of three step sizes counts.
            var direction = Enumerable.Range(0, (int)entry.Shape.Count).Select(i =>
                Philox.Normal(new RandomKey(8, 905, (ulong)entry.Offset), (uint)i)).ToArray();
            var derivative = direction.Select((d, i) => (double)d * analytic[entry.Offset + i]).Sum();
            var norm = Math.Sqrt(direction.Sum(d => d * d));
            var best = double.MaxValue;
            foreach (var step in new[] { 1e-2, 3e-3, 1e-3 })
            {
                double Shifted(double sign)
                {
                    var moved = (float[])host.Clone();
                    for (var i = 0; i < direction.Length; i++) moved[entry.Offset + i] += (float)(sign * step * direction[i] / norm);
                    setup.Device.Upload<float>(moved, setup.Values.All);
                    return Loss();
                }
                var numeric = (Shifted(1) - Shifted(-1)) / (2 * step) * norm;
                best = Math.Min(best, Math.Abs(numeric - derivative) / (1e-2 * norm + Math.Abs(derivative)));
            }
            Assert.True(best < 0.05,
                $"{entry.Name}: derivative {derivative:0.00000} along a random direction, relative error {best:0.0000}");
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void FoldedAndSplitFormsGiveTheInferenceFormsValues(string head, Normalisation normalisation, GoalMerge merge)
    {
        var spec = Form(head, normalisation, merge);
        using var setup = new Setup(spec);
        for (var i = 0; i < 3; i++) setup.Forward();
        var folded = new FoldedNetwork(setup.Arena, spec, setup.Values);
        folded.Refresh();
        var tower = new InferenceTower(setup.Arena, spec, folded, setup.Images);
        tower.Forward();
        float[] Evaluate(bool split)
        {
            var image = new ImagePart(setup.Arena, spec, folded, tower.Map, split);
            image.Refresh();
            var inference = new InferenceHead(setup.Arena, spec, folded, image, Setup.ActionsPerPair);
            setup.Device.Upload<float>(setup.Rows, inference.Actions);
            setup.Device.Upload<float>(setup.States, inference.States);
            inference.Forward();
            var logits = new float[inference.Outputs.Count];
            setup.Device.Download<float>(inference.Outputs, logits);
            return logits;
        }
        var (plain, split) = (Evaluate(false), Evaluate(true));
        for (var i = 0; i < plain.Length; i++) Assert.Equal(plain[i], split[i], 4e-4f * (1 + Math.Abs(plain[i])));
        if (normalisation == Normalisation.Batch) return;
        var trained = setup.Forward();
        for (var i = 0; i < plain.Length; i++) Assert.Equal(trained[i], plain[i], 1e-4f * (1 + Math.Abs(plain[i])));
    }
}
