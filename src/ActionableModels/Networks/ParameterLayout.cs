using ActionableModels.Compute;

namespace ActionableModels.Networks;

/// <summary>What a parameter is: decides its initial value and whether L2 applies.</summary>
public enum ParameterRole
{
    /// <summary>Convolution or dense weights: truncated normal, L2.</summary>
    Weight,
    /// <summary>Bias: zero.</summary>
    Bias,
    /// <summary>Normalisation scale: one.</summary>
    Scale,
    /// <summary>Normalisation shift: zero.</summary>
    Shift,
    /// <summary>Moving mean: zero, not trained.</summary>
    Mean,
    /// <summary>Moving variance: one, not trained.</summary>
    Variance,
}

/// <summary>One parameter in the flat buffer.</summary>
/// <param name="Name">Tensor name as in checkpoints; `action/sum` holds all blocks side by side.</param>
/// <param name="Shape">Extents.</param>
/// <param name="Role">What it is.</param>
/// <param name="Offset">First element in the flat buffer.</param>
public sealed record ParameterEntry(string Name, Shape Shape, ParameterRole Role, long Offset);

/// <summary>
/// Where every parameter of a network lies in one flat buffer: weights first, then the other trained ones, then moving statistics, so
/// that an optimizer or an average is one operation over a range.
/// </summary>
public sealed class ParameterLayout
{
    private readonly Dictionary<string, ParameterEntry> byName;

    /// <summary>Lays out a network's parameters.</summary>
    public ParameterLayout(NetworkSpec spec)
    {
        var found = new List<(string Name, Shape Shape, ParameterRole Role)>();
        var norm = spec.Normalisation == Normalisation.Batch;

        void Norm(string name, int channels, bool scale)
        {
            if (scale) found.Add(($"{name}/norm/scale", Shape.Of(channels), ParameterRole.Scale));
            found.Add(($"{name}/norm/shift", Shape.Of(channels), ParameterRole.Shift));
            found.Add(($"{name}/norm/mean", Shape.Of(channels), ParameterRole.Mean));
            found.Add(($"{name}/norm/variance", Shape.Of(channels), ParameterRole.Variance));
        }

        void Layers(string part, LayerSpec[] layers, (int Height, int Width, int Channels) shape, ref int conv, bool stem)
        {
            var dense = 0;
            foreach (var layer in layers)
            {
                var output = layer.Output(shape);
                if (layer.Kind != LayerKind.Pool)
                {
                    var name = layer.Kind == LayerKind.Conv ? $"{part}/conv{++conv}" : $"{part}/dense{++dense}";
                    found.Add(($"{name}/weight", layer.Kind == LayerKind.Conv
                        ? Shape.Of(layer.Channels, layer.Kernel, layer.Kernel, shape.Channels)
                        : Shape.Of(layer.Channels, shape.Height * shape.Width * shape.Channels), ParameterRole.Weight));
                    if (stem || !norm) found.Add(($"{name}/bias", Shape.Of(layer.Channels), ParameterRole.Bias));
                    if (norm) Norm(name, layer.Channels, scale: !stem);
                    stem = false;
                }
                shape = output;
            }
        }

        var input = (spec.ImageHeight, spec.ImageWidth, spec.InputChannels);
        var convs = 0;
        Layers("tower", spec.Tower, input, ref convs, stem: true);
        if (spec.GoalMerge == GoalMerge.Towers)
        {
            var goalConvs = 0;
            Layers("goal_tower", spec.Tower, input, ref goalConvs, stem: true);
        }
        found.Add(("action/sum/weight", Shape.Of(spec.ActionEmbedding, spec.ActionInputs), ParameterRole.Weight));
        found.Add(("action/sum/bias", Shape.Of(spec.ActionBlocks.Length, spec.ActionEmbedding), ParameterRole.Bias));
        if (norm) Norm("action/sum", spec.ActionEmbedding, scale: false);
        var map = spec.Map;
        found.Add(("action/merge/weight", Shape.Of(map.Channels, spec.ActionEmbedding), ParameterRole.Weight));
        if (norm) Norm("action/merge", map.Channels, scale: true);
        else found.Add(("action/merge/bias", Shape.Of(map.Channels), ParameterRole.Bias));
        Layers("head", spec.Head, map, ref convs, stem: false);
        var last = spec.Head.Aggregate(map, (shape, layer) => layer.Output(shape));
        OutputName = spec.Output == NetworkOutput.QValue ? "head/logit" : "head/action";
        found.Add(($"{OutputName}/weight", Shape.Of(spec.Outputs, last.Height * last.Width * last.Channels), ParameterRole.Weight));
        found.Add(($"{OutputName}/bias", Shape.Of(spec.Outputs), ParameterRole.Bias));

        long offset = 0;
        var entries = new List<ParameterEntry>();
        void Place(Func<ParameterRole, bool> which)
        {
            foreach (var (name, shape, role) in found.Where(item => which(item.Role)))
            {
                entries.Add(new(name, shape, role, offset));
                offset = (offset + shape.Count + 15) & ~15L;
            }
        }
        Place(role => role == ParameterRole.Weight);
        WeightCount = offset;
        Place(role => role is ParameterRole.Bias or ParameterRole.Scale or ParameterRole.Shift);
        TrainedCount = offset;
        Place(role => role is ParameterRole.Mean or ParameterRole.Variance);
        Count = offset;
        Entries = entries;
        byName = entries.ToDictionary(entry => entry.Name);
    }

    /// <summary>All parameters in buffer order.</summary>
    public IReadOnlyList<ParameterEntry> Entries { get; }
    /// <summary>`head/logit` or `head/action`.</summary>
    public string OutputName { get; }
    /// <summary>Elements of the range that L2 applies to, padding included.</summary>
    public long WeightCount { get; }
    /// <summary>Elements of the trained range, padding included.</summary>
    public long TrainedCount { get; }
    /// <summary>Elements of the whole buffer, padding included.</summary>
    public long Count { get; }
    /// <summary>Number of trainable parameters, without padding.</summary>
    public long TrainableParameters => Entries.Where(e => e.Role < ParameterRole.Mean).Sum(e => e.Shape.Count);

    /// <summary>The entry of a name, or null.</summary>
    public ParameterEntry? Find(string name) => byName.GetValueOrDefault(name);
}
