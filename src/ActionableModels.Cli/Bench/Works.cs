using ActionableModels.Learning;
using ActionableModels.Networks;

namespace ActionableModels.Cli.Bench;

/// <summary>The list of works.</summary>
internal static class Works
{
    private const string QtOpt = "qt-opt-472", Compact = "compact-64";

    /// <summary>All works, small parts first.</summary>
    public static IReadOnlyList<WorkKind> All { get; } = [.. Layers(), .. Parts(), .. Planning(), .. Steps()];

    /// <summary>
    /// The works of a name, or of all names below it: layer, layer/conv2, layer/conv2/forward. Empty if there are none.
    /// </summary>
    public static IEnumerable<WorkKind> Named(string name)
    {
        var exact = All.Where(work => work.Name == name);
        return exact.Any() ? exact : All.Where(work => work.Name.StartsWith(name + "/", StringComparison.Ordinal));
    }

    private static IEnumerable<WorkKind> Layers()
    {
        // conv2 stands for the six equal layers 2 to 7, conv8 for 8 to 13.
        foreach (var (number, batch) in new[] { (1, 8), (2, 8), (8, 64), (14, 64), (15, 64), (16, 64) })
        {
            var layer = ConvolutionLayer.Of(NetworkPresets.Get(QtOpt), number);
            foreach (var backward in new[] { false, true })
                yield return new($"layer/conv{number}/forward{(backward ? "-backward" : "")}",
                    $"{layer}{(backward ? number == 1 ? ", then the weights' gradient" : ", then both gradients" : "")}", batch, false,
                    (device, n) => new LayerWork(device, layer, n, backward));
            if (number == 2)
                yield return new($"layer/conv{number}/forward/batch1", layer.ToString(), 1, true,
                    (device, n) => new LayerWork(device, layer, n, backward: false));
        }
    }

    private static IEnumerable<WorkKind> Parts()
    {
        foreach (var batch in new[] { 1, 8 })
            yield return new($"tower/batch{batch}", $"image tower of {QtOpt}, normalisation folded", batch, true,
                (device, n) => new TowerWork(device, NetworkPresets.Get(QtOpt), n));
        yield return new("head/actions64", $"head of {QtOpt} for 64 actions on one map", 1, true,
            (device, _) => new HeadWork(device, NetworkPresets.Get(QtOpt), 64));
    }

    private static IEnumerable<WorkKind> Planning()
    {
        foreach (var preset in new[] { QtOpt, Compact })
            yield return new($"decision/{preset}", "one decision from two camera images: tower once, CEM of 2×64 samples", 1, true,
                (device, _) => new DecisionWork(device, NetworkPresets.Get(preset)));
        foreach (var (preset, batch) in new[] { (QtOpt, 2), (Compact, 64) })
            yield return new($"labels/{preset}/batch{batch}", "Bellman labels: CEM of 2×64 samples, least of two target networks", batch, false,
                (device, n) => new LabelsWork(device, NetworkPresets.Get(preset), n));
    }

    private static IEnumerable<WorkKind> Steps()
    {
        foreach (var (preset, batch, negatives) in new[] { (QtOpt, 8, 1), (Compact, 64, 4) })
        {
            yield return new($"step/{preset}/batch{batch}", $"gradient part of a training step, 1 + {negatives} actions on each pair", batch, false,
                (device, n) => new GradientWork(device, NetworkPresets.Get(preset), n, negatives));
            yield return new($"step/{preset}/batch{batch}/whole", "whole training step: batch, targets, negatives, gradient, update", batch, false,
                (device, n) => new TrainingWork(device, NetworkPresets.Get(preset), Settings(preset, negatives) with { Batch = n }));
        }
    }

    // The full network as in the paper, the compact one with the defaults of `train`.
    private static TrainingSettings Settings(string preset, int negatives) => preset != QtOpt
        ? new() { Preset = preset, NegativeDraws = negatives }
        : new()
        {
            Preset = preset, NegativeDraws = negatives, TargetMaximum = TargetMaximum.Cem, TargetNetworks = 2, Discount = 0.9f,
            Optimizer = OptimizerKind.Momentum, LearningRate = 1e-4f, AverageRate = 1e-4f, L2 = 7e-5f,
        };
}
