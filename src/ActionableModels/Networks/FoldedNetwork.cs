using ActionableModels.Compute;

namespace ActionableModels.Networks;

/// <summary>
/// A network's parameters as decisions and labels use them: normalisation folded into the layer before it, so every layer is weights
/// and bias. Without normalisation the windows are the parameters themselves. <see cref="Refresh"/> follows every change of the parameters.
/// </summary>
public sealed class FoldedNetwork
{
    private readonly Device device;
    private readonly ParameterSet values;
    private readonly NetworkSpec spec;
    private readonly Dictionary<string, (Tensor Weight, Tensor Bias)> layers = [];
    private readonly Tensor actionBias;
    private readonly Tensor? firstHeadSum;
    private readonly string firstHead;

    /// <summary>Plans the folded copies of a parameter set.</summary>
    public FoldedNetwork(Arena arena, NetworkSpec spec, ParameterSet values)
    {
        (device, this.spec, this.values) = (arena.Device, spec, values);
        actionBias = arena.Allocate(Shape.Of(spec.ActionEmbedding));
        foreach (var entry in values.Layout.Entries.Where(e => e.Role == ParameterRole.Weight))
        {
            var name = entry.Name[..^"/weight".Length];
            var folds = values.Find($"{name}/norm/shift") is not null;
            layers[name] = (folds ? arena.Allocate(entry.Shape) : values[entry.Name],
                folds ? arena.Allocate(Shape.Of(entry.Shape[0])) : name == "action/sum" ? actionBias : values[$"{name}/bias"]);
        }
        firstHead = spec.Head.Length > 0 && spec.Head[0].Kind == LayerKind.Dense ? "head/dense1" : "";
        if (firstHead.Length > 0) firstHeadSum = arena.Allocate(Shape.Of(spec.Head[0].Channels, spec.Map.Channels));
    }

    /// <summary>Folded weights and bias of a layer.</summary>
    public (Tensor Weight, Tensor Bias) this[string layer] => layers[layer];

    /// <summary>Weights of the action part when the head starts with a dense layer: [O, C]; else null.</summary>
    public Tensor? FirstHeadSum => firstHeadSum;

    /// <summary>Follows the parameters.</summary>
    public void Refresh()
    {
        device.SumRows(values["action/sum/bias"], actionBias);
        if (spec.Normalisation == Normalisation.Batch)
            foreach (var (name, (weight, bias)) in layers)
                if (values.Find($"{name}/norm/shift") is { } shift)
                    device.FoldNorm(values[$"{name}/weight"], name == "action/sum" ? actionBias : values.Find($"{name}/bias"), values.Find($"{name}/norm/scale"),
                        shift, values[$"{name}/norm/mean"], values[$"{name}/norm/variance"], spec.NormEpsilon, weight, bias);
        if (firstHeadSum is not null) device.SumPositions(layers[firstHead].Weight, firstHeadSum);
    }
}
