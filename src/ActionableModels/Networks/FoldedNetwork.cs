using ActionableModels.Compute;

namespace ActionableModels.Networks;

/// <summary>
/// A network's parameters as decisions and labels use them: normalisation folded into the layer before it, so every layer is weights
/// and bias. Without normalisation the windows are the parameters themselves. <see cref="Refresh"/> follows every change of the parameters.
/// </summary>
public sealed class FoldedNetwork
{
    private readonly Arena arena;
    private readonly Device device;
    private readonly float epsilon;
    private readonly Dictionary<string, (Tensor Weight, Tensor Bias)> layers = [];
    private readonly List<Fold> folds = [];
    private readonly Dictionary<Tensor, Tensor> packed = [];
    private readonly Tensor actionBiases, actionBias;
    private readonly Tensor? firstHeadSum, firstHead;
    private readonly bool pack;
    private (Tensor Current, Tensor Goal)? halves;

    private sealed record Fold(Tensor Weight, Tensor? Bias, Tensor? Scale, Tensor Shift, Tensor Mean, Tensor Variance, Tensor FoldedWeight,
        Tensor FoldedBias);

    /// <summary>Plans the folded copies of a parameter set.</summary>
    /// <param name="arena">Memory.</param>
    /// <param name="spec">The network.</param>
    /// <param name="values">Its parameters.</param>
    /// <param name="headOnly">Leaves out the towers.</param>
    /// <param name="pack">
    /// Keeps the weights packed as well where layers read them so (<see cref="Device.Packable"/>): for parameters that are finite and
    /// seldom change, and few images at a time.
    /// </param>
    public FoldedNetwork(Arena arena, NetworkSpec spec, ParameterSet values, bool headOnly = false, bool pack = false)
    {
        (this.arena, device, epsilon, this.pack) = (arena, arena.Device, spec.NormEpsilon, pack);
        (actionBiases, actionBias) = (values["action/sum/bias"], arena.Allocate(Shape.Of(spec.ActionEmbedding)));
        foreach (var entry in values.Layout.Entries.Where(e => e.Role == ParameterRole.Weight))
        {
            var name = entry.Name[..^"/weight".Length];
            if (headOnly && name.Split('/')[0] is "tower" or "goal_tower") continue;
            var bias = name == "action/sum" ? actionBias : values.Find($"{name}/bias");
            if (values.Find($"{name}/norm/shift") is not { } shift)
            {
                layers[name] = (values[entry.Name], bias!);
                continue;
            }
            var fold = new Fold(values[entry.Name], bias, values.Find($"{name}/norm/scale"), shift, values[$"{name}/norm/mean"],
                values[$"{name}/norm/variance"], arena.Allocate(entry.Shape), arena.Allocate(Shape.Of(entry.Shape[0])));
            folds.Add(fold);
            layers[name] = (fold.FoldedWeight, fold.FoldedBias);
        }
        if (spec.Head is not [{ Kind: LayerKind.Dense } first, ..]) return;
        firstHead = layers["head/dense1"].Weight;
        firstHeadSum = arena.Allocate(Shape.Of(first.Channels, spec.Map.Channels));
    }

    /// <summary>Folded weights and bias of a layer.</summary>
    public (Tensor Weight, Tensor Bias) this[string layer] => layers[layer];

    /// <summary>Weights of the action part when the head starts with a dense layer: [O, C]; else null.</summary>
    public Tensor? FirstHeadSum => firstHeadSum;

    /// <summary>Weights as a convolution of inputs [N, H, W, C] reads them.</summary>
    internal Tensor For(Tensor weight, Shape x, Window window) => pack && device.ReadsPacked(x, weight, window) ? Packed(weight) : weight;

    /// <summary>Weights as a dense layer on so many rows reads them.</summary>
    internal Tensor For(Tensor weight, int rows) => pack && device.ReadsPacked(rows, weight) ? Packed(weight) : weight;

    /// <summary>The first convolution's weights for the current and for the goal image of a stack, apart from each other.</summary>
    internal (Tensor Current, Tensor Goal) Halves()
    {
        if (halves is { } planned) return planned;
        var shape = layers["tower/conv1"].Weight.Shape;
        Tensor Half() => arena.Allocate(Shape.Of(shape[0], shape[1], shape[2], shape[3] / 2));
        halves = (Half(), Half());
        RefreshHalves();
        return halves.Value;
    }

    /// <summary>Follows the parameters.</summary>
    public void Refresh()
    {
        device.SumRows(actionBiases, actionBias);
        foreach (var fold in folds)
            device.FoldNorm(fold.Weight, fold.Bias, fold.Scale, fold.Shift, fold.Mean, fold.Variance, epsilon, fold.FoldedWeight,
                fold.FoldedBias);
        if (firstHeadSum is not null) device.SumPositions(firstHead!, firstHeadSum);
        if (halves is not null) RefreshHalves();
        foreach (var copy in packed.Values) device.Pack(copy);
    }

    private void RefreshHalves()
    {
        var (current, goal) = halves!.Value;
        var channels = current.Shape[3];
        device.CopyColumns(layers["tower/conv1"].Weight, 0, current, 0, channels);
        device.CopyColumns(layers["tower/conv1"].Weight, channels, goal, 0, channels);
    }

    /// <summary>One copy of a weight, whatever the number of its readers.</summary>
    private Tensor Packed(Tensor weight)
    {
        if (packed.TryGetValue(weight, out var copy)) return copy;
        packed.Add(weight, copy = device.Packable(arena, weight));
        device.Pack(copy);
        return copy;
    }
}
