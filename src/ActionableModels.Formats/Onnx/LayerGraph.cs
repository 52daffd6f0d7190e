using ActionableModels.Networks;

namespace ActionableModels.Formats.Onnx;

/// <summary>
/// Layers of a network as nodes. Maps are [N, C, H, W] here and N,H,W,C in ours, so weights change their order: O,H,W,I to O,I,H,W, and the
/// columns of a dense layer on a map from H,W,C to C,H,W.
/// </summary>
internal sealed class LayerGraph(OnnxGraph graph, FoldedParameters parameters)
{
    /// <summary>A value: a map [N, C, H, W], or [N, C] where it is flat.</summary>
    public readonly record struct Map(string Name, int Height, int Width, int Channels, bool Flat = false)
    {
        public (int, int, int) Extents => (Height, Width, Channels);
    }

    /// <summary>A tower's or head's layers; names count on from <paramref name="conv"/>.</summary>
    public Map Layers(string part, ReadOnlySpan<LayerSpec> layers, Map map, ref int conv)
    {
        var (pool, dense) = (0, 0);
        foreach (var layer in layers)
            map = layer.Kind switch
            {
                LayerKind.Conv => Conv($"{part}/conv{++conv}", layer, map),
                LayerKind.Pool => Pool($"{part}/pool{++pool}", layer, map),
                _ => Dense($"{part}/dense{++dense}", map, layer.Channels, relu: true),
            };
        return map;
    }

    /// <summary>A dense layer on a map or a row, [N, <paramref name="channels"/>].</summary>
    public Map Dense(string name, Map map, int channels, bool relu)
    {
        var (weight, bias) = parameters[name];
        var x = map.Flat ? map.Name : graph.Node("Flatten", $"{name}/input", [map.Name], OnnxAttribute.Of("axis", 1));
        var positions = map.Height * map.Width;
        var y = graph.Node("Gemm", relu ? $"{name}/sum" : name,
            [x, graph.Constant($"{name}/weight", [channels, positions * map.Channels], ChannelsFirst(weight, positions, map.Channels)),
                graph.Constant($"{name}/bias", [channels], bias)], OnnxAttribute.Of("transB", 1));
        return new(relu ? graph.Node("Relu", name, [y]) : y, 1, 1, channels, Flat: true);
    }

    private Map Conv(string name, LayerSpec layer, Map map)
    {
        var (weight, bias) = parameters[name];
        var kernel = layer.Kernel;
        var planes = graph.Constant($"{name}/weight", [layer.Channels, map.Channels, kernel, kernel],
            ChannelsFirst(weight, kernel * kernel, map.Channels));
        var constant = graph.Constant($"{name}/bias", [layer.Channels], bias);
        var sum = graph.Node("Conv", $"{name}/sum", [map.Name, planes, constant], Window(layer, map));
        return After(graph.Node("Relu", name, [sum]), layer, map);
    }

    private Map Pool(string name, LayerSpec layer, Map map) =>
        After(graph.Node("MaxPool", name, [map.Name], Window(layer, map)), layer, map);

    private static Map After(string name, LayerSpec layer, Map map)
    {
        var (height, width, channels) = layer.Output(map.Extents);
        return new(name, height, width, channels);
    }

    /// <summary>The window of a convolution or a pooling on a map.</summary>
    public static OnnxAttribute[] Window(LayerSpec layer, Map map)
    {
        var (window, output) = (layer.Window, layer.Output(map.Extents));
        var (top, left) = (window.Before(map.Height), window.Before(map.Width));
        int After(int input, int extent, int before) => Math.Max(0, (extent - 1) * layer.Stride + layer.Kernel - input - before);
        return [OnnxAttribute.List("kernel_shape", layer.Kernel, layer.Kernel), OnnxAttribute.List("strides", layer.Stride, layer.Stride),
            OnnxAttribute.List("pads", top, left, After(map.Height, output.Height, top), After(map.Width, output.Width, left))];
    }

    /// <summary>[O, positions, channels] to [O, channels, positions].</summary>
    public static float[] ChannelsFirst(float[] weight, int positions, int channels)
    {
        if (positions == 1 || channels == 1) return weight;
        var result = new float[weight.Length];
        var row = positions * channels;
        for (var first = 0; first < weight.Length; first += row)
            for (var p = 0; p < positions; p++)
                for (var c = 0; c < channels; c++) result[first + c * positions + p] = weight[first + p * channels + c];
        return result;
    }
}
