using ActionableModels.Actions;
using ActionableModels.Checkpoints;
using ActionableModels.Cli.Bench;
using ActionableModels.Compute.Cpu;
using ActionableModels.Learning;
using ActionableModels.Networks;
using ActionableModels.Policies;

namespace ActionableModels.Formats.Tests;

/// <summary>
/// A network of random parameters, and what it is asked: image pairs, actions and states. The last layer is scaled so that the Q of these lie
/// between 0 and 1 as a trained network's do: a network whose Q is ½ everywhere would agree with anything.
/// </summary>
internal sealed class TestModel
{
    public const int Actions = 8;
    private const float Deviation = 1;

    public TestModel(NetworkSpec spec, int pairs = 3, int margin = 0, ulong seed = 5)
    {
        var settings = new TrainingSettings(Preset: spec.Name);
        if (spec.Output == NetworkOutput.Action) settings = TrainingMethods.Apply(settings, "gcbc");
        using var device = new CpuDevice(2);
        Policy = RandomNetwork.Checkpoint(device, spec, settings, seed, spec.ImageHeight + margin, spec.ImageWidth + 2 * margin).Policy;
        var header = Policy.Header;
        Images = [.. Enumerable.Range(0, pairs).Select(i => RandomInputs.Images(1, header.CameraHeight, header.CameraWidth, (ulong)(2 * i)))];
        Goals = [.. Enumerable.Range(0, pairs).Select(i => RandomInputs.Images(1, header.CameraHeight, header.CameraWidth, (ulong)(2 * i + 1)))];
        ActionRows = RandomInputs.Actions(Actions, header.Actions);
        States = RandomInputs.States(pairs);
        if (spec.Output == NetworkOutput.QValue) Spread();
    }

    public PolicyModel Policy { get; }
    public byte[][] Images { get; }
    public byte[][] Goals { get; }
    /// <summary>[<see cref="Actions"/>, 7].</summary>
    public float[] ActionRows { get; }
    /// <summary>[pairs, 2].</summary>
    public float[] States { get; }

    /// <summary>The state of a pair.</summary>
    public float[] State(int pair) => States[(ActionSpace.StateDimensions * pair)..(ActionSpace.StateDimensions * (pair + 1))];

    /// <summary>Q of every action on every pair, as this project computes it.</summary>
    public float[][] Q()
    {
        using var device = new CpuDevice(2);
        using var evaluator = new QEvaluator(device, Policy, Actions);
        return [.. Images.Select((image, pair) =>
        {
            var q = new float[Actions];
            evaluator.Evaluate(image, Goals[pair], RandomInputs.ActionRows(Policy.Header.Network, ActionRows, State(pair)), q);
            return q;
        })];
    }

    private void Spread()
    {
        var (weight, bias) = (Values("head/logit/weight"), Values("head/logit/bias"));
        bias.Span.Clear();
        double[] logits;
        // A sigmoid tells a logit from its Q while that is near ½.
        while (true)
        {
            float[] q = [.. Q().SelectMany(q => q)];
            logits = [.. q.Select(q => Math.Log(q / (1.0 - q)))];
            Assert.All(q, q => Assert.True(float.IsFinite(q)));
            if (q.All(q => q is > 0.1f and < 0.9f)) break;
            Scale(weight.Span, 0.25);
        }
        var mean = logits.Average();
        var factor = Deviation / Math.Sqrt(logits.Average(z => (z - mean) * (z - mean)));
        Scale(weight.Span, factor);
        bias.Span[0] = (float)(-mean * factor);
    }

    private Memory<float> Values(string name)
    {
        var entry = Policy.Layout.Find(name)!;
        return Policy.Average.AsMemory((int)entry.Offset, (int)entry.Shape.Count);
    }

    private static void Scale(Span<float> values, double factor)
    {
        foreach (ref var value in values) value = (float)(value * factor);
    }
}
