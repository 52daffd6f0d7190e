using ActionableModels.Compute;

namespace ActionableModels.Networks;

/// <summary>
/// A network's parameters as decisions and labels use them: normalisation folded into the layer before it, so every layer is weights
/// and bias. Without normalisation the windows are the parameters themselves. <see cref="Refresh"/> follows every change of the parameters.
/// </summary>
public sealed class FoldedNetwork
{
    private readonly Device device;
    private readonly float epsilon;
    private readonly Dictionary<string, (Tensor Weight, Tensor Bias)> layers = [];
    private readonly List<Fold> folds = [];
    private readonly List<Tensor> packed = [];
    private readonly Tensor actionBiases, actionBias;
    private readonly Tensor? firstHeadSum, firstHead;

    private sealed record Fold(Tensor Weight, Tensor? Bias, Tensor? Scale, Tensor Shift, Tensor Mean, Tensor Variance, Tensor FoldedWeight,
        Tensor FoldedBias);

    /// <summary>Plans the folded copies of a parameter set.</summary>
    /// <param name="arena">Memory.</param>
    /// <param name="spec">The network.</param>
    /// <param name="values">Its parameters.</param>
    /// <param name="headOnly">Leaves out the towers.</param>
    /// <param name="pack">
    /// Keeps the weights packed as well (<see cref="Device.Packable"/>): for parameters that seldom change and few images at a time.
    /// </param>
    public FoldedNetwork(Arena arena, NetworkSpec spec, ParameterSet values, bool headOnly = false, bool pack = false)
    {
        Tensor Packable(Tensor weight)
        {
            if (!pack) return weight;
            packed.Add(device.Packable(arena, weight));
            return packed[^1];
        }
        (device, epsilon) = (arena.Device, spec.NormEpsilon);
        (actionBiases, actionBias) = (values["action/sum/bias"], arena.Allocate(Shape.Of(spec.ActionEmbedding)));
        foreach (var entry in values.Layout.Entries.Where(e => e.Role == ParameterRole.Weight))
        {
            var name = entry.Name[..^"/weight".Length];
            if (headOnly && name.Split('/')[0] is "tower" or "goal_tower") continue;
            var bias = name == "action/sum" ? actionBias : values.Find($"{name}/bias");
            if (values.Find($"{name}/norm/shift") is not { } shift)
            {
                layers[name] = (Packable(values[entry.Name]), bias!);
                continue;
            }
            var fold = new Fold(values[entry.Name], bias, values.Find($"{name}/norm/scale"), shift, values[$"{name}/norm/mean"],
                values[$"{name}/norm/variance"], arena.Allocate(entry.Shape), arena.Allocate(Shape.Of(entry.Shape[0])));
            folds.Add(fold);
            layers[name] = (Packable(fold.FoldedWeight), fold.FoldedBias);
        }
        if (spec.Head is not [{ Kind: LayerKind.Dense } first, ..]) return;
        firstHead = layers["head/dense1"].Weight;
        firstHeadSum = Packable(arena.Allocate(Shape.Of(first.Channels, spec.Map.Channels)));
    }

    /// <summary>Folded weights and bias of a layer.</summary>
    public (Tensor Weight, Tensor Bias) this[string layer] => layers[layer];

    /// <summary>Weights of the action part when the head starts with a dense layer: [O, C]; else null.</summary>
    public Tensor? FirstHeadSum => firstHeadSum;

    /// <summary>Follows the parameters.</summary>
    public void Refresh()
    {
        device.SumRows(actionBiases, actionBias);
        foreach (var fold in folds)
            device.FoldNorm(fold.Weight, fold.Bias, fold.Scale, fold.Shift, fold.Mean, fold.Variance, epsilon, fold.FoldedWeight,
                fold.FoldedBias);
        if (firstHeadSum is not null) device.SumPositions(firstHead!, firstHeadSum);
        foreach (var weight in packed) device.Pack(weight);
    }
}
