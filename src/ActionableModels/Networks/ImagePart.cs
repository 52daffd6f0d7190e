using ActionableModels.Compute;

namespace ActionableModels.Networks;

/// <summary>How the first head layer is split into an image part, computed once per pair, and an action part.</summary>
public enum HeadSplit
{
    /// <summary>Not split: the action is added to the map and the layer runs on every row.</summary>
    None,
    /// <summary>3×3 SAME convolution: image part plus a border table per action (shared/reference/qtopt.md 1.6).</summary>
    BorderTable,
    /// <summary>Dense layer: image part plus the position-summed weights times the action context.</summary>
    Dense,
}

/// <summary>
/// The part of the first head layer that depends on the images alone. Nothing non-linear stands between the added action and that
/// layer, so the split is exact.
/// </summary>
public sealed class ImagePart
{
    private readonly Device device;
    private readonly Tensor map;
    private readonly Tensor? weight;
    private readonly Tensor? flatMap, flatOutput;

    /// <summary>Plans the image part for the map of a tower. <paramref name="split"/> false forces the unsplit form.</summary>
    public ImagePart(Arena arena, NetworkSpec spec, FoldedNetwork network, Tensor map, bool split = true)
    {
        (device, this.map) = (arena.Device, map);
        var (rows, height, width) = (map.Shape[0], map.Shape[1], map.Shape[2]);
        var first = spec.Head.FirstOrDefault();
        Split = !split || first is null ? HeadSplit.None
            : first.Kind == LayerKind.Dense ? HeadSplit.Dense
            : first is { Kind: LayerKind.Conv, Kernel: 3, Stride: 1, Padding: Padding.Same } && height >= 2 && width >= 2
            ? HeadSplit.BorderTable
            : HeadSplit.None;
        var convs = spec.Tower.Count(layer => layer.Kind == LayerKind.Conv);
        Layer = Split == HeadSplit.Dense ? "head/dense1" : $"head/conv{convs + 1}";
        Output = Split switch
        {
            HeadSplit.Dense => arena.Allocate(Shape.Of(rows, 1, 1, first!.Channels)),
            HeadSplit.BorderTable => arena.Allocate(Shape.Of(rows, height, width, first!.Channels)),
            _ => map,
        };
        weight = Split switch
        {
            HeadSplit.Dense => network.For(network[Layer].Weight, rows),
            HeadSplit.BorderTable => network.For(network[Layer].Weight, map.Shape, first!.Window),
            _ => null,
        };
        if (Split != HeadSplit.Dense) return;
        (flatMap, flatOutput) = (map.Reshape(Shape.Of(rows, (int)map.Shape.RowCount)), Output.Reshape(Shape.Of(rows, first!.Channels)));
    }

    /// <summary>Whether and how the layer is split.</summary>
    public HeadSplit Split { get; }
    /// <summary>Name of the split layer.</summary>
    public string Layer { get; }
    /// <summary>The image part, without bias or activation; the map itself when nothing is split.</summary>
    public Tensor Output { get; }

    /// <summary>Follows the map.</summary>
    public void Refresh()
    {
        if (Split == HeadSplit.None) return;
        if (Split == HeadSplit.BorderTable) device.Conv2D(map, weight!, null, Output, new Window(3, 1, Padding.Same), relu: false);
        else device.Dense(flatMap!, weight!, null, flatOutput!, relu: false);
    }
}
