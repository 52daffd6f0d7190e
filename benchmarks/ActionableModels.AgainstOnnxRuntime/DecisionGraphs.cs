using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Formats.Onnx;
using ActionableModels.Networks;
using static ActionableModels.Formats.Onnx.LayerGraph;

namespace ActionableModels.AgainstOnnxRuntime;

/// <summary>
/// The network of a decision as ONNX Runtime likes it best: images as planes of numbers, fixed shapes, weights as constants, normalisation
/// folded, the action input encoded, and 64 actions in one run of the head on one map.
/// </summary>
internal sealed class DecisionGraphs
{
    /// <summary>Names of inputs and outputs.</summary>
    public const string Images = "images", Goal = "goal", GoalPart = "goal_part", Map = "map", Rows = "rows", Logits = "logits";

    private const int ImageChannels = 3, Taps = 9;
    private readonly NetworkSpec spec;
    private readonly FoldedParameters parameters;
    private readonly string folder;

    /// <summary>Writes the graphs of a model.</summary>
    /// <param name="model">A model that stacks current and goal image on the channels.</param>
    /// <param name="folder">An existing folder.</param>
    /// <param name="form">What is kept between runs.</param>
    /// <param name="actions">Actions in one run of the head.</param>
    public DecisionGraphs(PolicyModel model, string folder, GraphForm form, int actions)
    {
        (spec, parameters, this.folder) = (model.Header.Network, new(model), folder);
        if (spec.GoalMerge != GoalMerge.Channels || spec.Tower is not [{ Kind: LayerKind.Conv }, ..])
            throw new ActionableException($"network '{spec.Name}' has two towers: give one that stacks current and goal image on the "
                + "channels");
        if (form.GoalKept) GoalGraph = Write("goal", BuildGoal);
        Tower = Write("tower", graph => BuildTower(graph, form));
        Head = Write("head", graph => BuildHead(graph, form, actions));
        MapShape = form.ImagePart ? ImagePartShape : MapTensor(spec.Map.Channels);
        var (height, width, channels) = spec.Tower[0].Output((spec.ImageHeight, spec.ImageWidth, spec.InputChannels));
        GoalPartShape = [1, channels, height, width];
    }

    /// <summary>From the goal's planes to its part of the first convolution; null where nothing is kept.</summary>
    public string? GoalGraph { get; }
    /// <summary>From the current image's planes (and the goal's, or what is kept of it) to what the head takes.</summary>
    public string Tower { get; }
    /// <summary>From that and rows of the action input to logits.</summary>
    public string Head { get; }
    /// <summary>Shape of what the head takes.</summary>
    public long[] MapShape { get; }
    /// <summary>Shape of the goal's part of the first convolution.</summary>
    public long[] GoalPartShape { get; }

    private bool Flat => spec.Map is { Height: 1, Width: 1 };
    private bool DenseHead => spec.Head is [{ Kind: LayerKind.Dense }, ..];
    private long[] ImagePartShape => DenseHead ? [1, spec.Head[0].Channels] : MapTensor(spec.Head[0].Channels);
    private int TowerConvolutions => spec.Tower.Count(layer => layer.Kind == LayerKind.Conv);

    private long[] MapTensor(int channels) => Flat ? [1, channels] : [1, channels, spec.Map.Height, spec.Map.Width];

    private string Write(string name, Action<OnnxGraph> build)
    {
        var graph = new OnnxGraph(name);
        build(graph);
        var path = Path.Combine(folder, $"{name}.onnx");
        graph.Write(path, name, []);
        return path;
    }

    private static OnnxTensor Tensor(string name, params long[] shape) =>
        new(name, OnnxElement.Float, [.. shape.Select(extent => $"{extent}")], name);

    private void BuildGoal(OnnxGraph graph)
    {
        var image = graph.Input(Tensor(Goal, 1, ImageChannels, spec.ImageHeight, spec.ImageWidth));
        var bias = graph.Constant("bias", [spec.Tower[0].Channels], parameters["tower/conv1"].Bias);
        FirstConvolution(graph, image, GoalPart, ImageChannels, bias);
        graph.Output(Tensor(GoalPart, GoalPartShapeOf()));
    }

    private long[] GoalPartShapeOf()
    {
        var (height, width, channels) = spec.Tower[0].Output((spec.ImageHeight, spec.ImageWidth, ImageChannels));
        return [1, channels, height, width];
    }

    // The convolution of one image's channels alone.
    private void FirstConvolution(OnnxGraph graph, string image, string output, int firstChannel, params string[] bias)
    {
        var (layer, weight) = (spec.Tower[0], parameters["tower/conv1"].Weight);
        var taps = layer.Kernel * layer.Kernel;
        var own = new float[layer.Channels * taps * ImageChannels];
        for (var tap = 0; tap < layer.Channels * taps; tap++)
            weight.AsSpan(tap * spec.InputChannels + firstChannel, ImageChannels).CopyTo(own.AsSpan(tap * ImageChannels));
        var constant = graph.Constant($"{output}/weight", [layer.Channels, ImageChannels, layer.Kernel, layer.Kernel],
            ChannelsFirst(own, taps, ImageChannels));
        var map = new Map(image, spec.ImageHeight, spec.ImageWidth, ImageChannels);
        graph.Node("Conv", output, [image, constant, .. bias], Window(layer, map));
    }

    private void BuildTower(OnnxGraph graph, GraphForm form)
    {
        var layers = new LayerGraph(graph, parameters);
        var convs = 0;
        Map map;
        if (form.GoalKept)
        {
            var image = graph.Input(Tensor(Images, 1, ImageChannels, spec.ImageHeight, spec.ImageWidth));
            var goal = graph.Input(Tensor(GoalPart, GoalPartShapeOf()));
            FirstConvolution(graph, image, "tower/conv1/image", 0);
            graph.Node("Relu", "tower/conv1", [graph.Node("Add", "tower/conv1/sum", ["tower/conv1/image", goal])]);
            var (height, width, channels) = spec.Tower[0].Output((spec.ImageHeight, spec.ImageWidth, spec.InputChannels));
            convs = 1;
            map = layers.Layers("tower", spec.Tower.AsSpan(1), new("tower/conv1", height, width, channels), ref convs);
        }
        else
        {
            var images = graph.Input(Tensor(Images, 1, spec.InputChannels, spec.ImageHeight, spec.ImageWidth));
            map = layers.Layers("tower", spec.Tower, new(images, spec.ImageHeight, spec.ImageWidth, spec.InputChannels), ref convs);
        }
        var flat = Flat ? graph.Node("Flatten", form.ImagePart ? "tower/flat" : Map, [map.Name], OnnxAttribute.Of("axis", 1)) : map.Name;
        if (form.ImagePart) ImagePart(graph, map with { Name = flat, Flat = Flat });
        else if (!Flat) graph.Node("Identity", Map, [flat]);
        graph.Output(Tensor(Map, form.ImagePart ? ImagePartShape : MapTensor(map.Channels)));
    }

    private void ImagePart(OnnxGraph graph, Map map)
    {
        var first = spec.Head[0];
        var name = DenseHead ? "head/dense1" : $"head/conv{TowerConvolutions + 1}";
        var (weight, bias) = parameters[name];
        var positions = map.Height * map.Width;
        var constant = graph.Constant("head/bias", [first.Channels], bias);
        if (!DenseHead)
        {
            graph.Node("Conv", Map, [map.Name, graph.Constant("head/weight", [first.Channels, map.Channels, first.Kernel, first.Kernel],
                ChannelsFirst(weight, first.Kernel * first.Kernel, map.Channels)), constant], Window(first, map));
            return;
        }
        var rows = map.Flat ? map.Name : graph.Node("Flatten", "head/flat", [map.Name], OnnxAttribute.Of("axis", 1));
        graph.Node("Gemm", Map, [rows, graph.Constant("head/weight", [first.Channels, positions * map.Channels],
            ChannelsFirst(weight, positions, map.Channels)), constant], OnnxAttribute.Of("transB", 1));
    }

    private void BuildHead(OnnxGraph graph, GraphForm form, int actions)
    {
        var layers = new LayerGraph(graph, parameters);
        var (height, width, channels) = spec.Map;
        var image = graph.Input(Tensor(Map, form.ImagePart ? ImagePartShape : MapTensor(channels)));
        var rows = graph.Input(Tensor(Rows, actions, spec.ActionInputs));
        var embedded = layers.Dense("action/sum", new(rows, 1, 1, spec.ActionInputs, Flat: true), spec.ActionEmbedding, relu: true);
        var context = layers.Dense("action/merge", embedded, channels, relu: true).Name;
        var convs = TowerConvolutions;
        Map last;
        if (!form.ImagePart)
        {
            var added = Flat ? context : graph.Node("Unsqueeze", "context/map", [context, graph.Constant("context/axes", 2, 3)]);
            var sum = new Map(graph.Node("Add", "head/input", [image, added]), height, width, channels, Flat);
            last = layers.Layers("head", spec.Head, sum, ref convs);
        }
        else
        {
            var first = DenseHead ? DenseSum(graph, context, image) : TableSum(graph, context, image, actions);
            convs += DenseHead ? 0 : 1;
            last = Rest(layers, new(first, DenseHead ? 1 : height, DenseHead ? 1 : width, spec.Head[0].Channels, DenseHead), ref convs);
        }
        layers.Dense("head/logit", last, spec.Outputs, relu: false);
        graph.Node("Identity", Logits, ["head/logit"]);
        graph.Output(Tensor(Logits, actions, 1));
    }

    // Dense layers are counted from the head's first one, which is not in this graph.
    private Map Rest(LayerGraph layers, Map map, ref int convs)
    {
        if (!DenseHead) return layers.Layers("head", spec.Head.AsSpan(1), map, ref convs);
        for (var i = 1; i < spec.Head.Length; i++) map = layers.Dense($"head/dense{i + 1}", map, spec.Head[i].Channels, relu: true);
        return map;
    }

    // The action's part of a dense layer: the weights summed over positions, times the context.
    private string DenseSum(OnnxGraph graph, string context, string image)
    {
        var (outputs, channels, positions) = (spec.Head[0].Channels, spec.Map.Channels, spec.Map.Height * spec.Map.Width);
        var (weight, sums) = (parameters["head/dense1"].Weight, new float[outputs * channels]);
        for (var o = 0; o < outputs; o++)
            for (var p = 0; p < positions; p++)
                for (var c = 0; c < channels; c++) sums[o * channels + c] += weight[(o * positions + p) * channels + c];
        return graph.Node("Relu", "head/dense1", [graph.Node("Gemm", "head/dense1/sum",
            [context, graph.Constant("head/dense1/weight", [outputs, channels], sums), image], OnnxAttribute.Of("transB", 1))]);
    }

    // The action's part of a 3×3 convolution has nine values for each channel: at the corners and edges, where taps fall off the map, and
    // inside.
    private string TableSum(OnnxGraph graph, string context, string image, int actions)
    {
        var (height, width, channels) = spec.Map;
        var outputs = spec.Head[0].Channels;
        var weight = parameters[$"head/conv{TowerConvolutions + 1}"].Weight;
        bool Falls(int place, int tap) => (place == 0 && tap == 0) || (place == 2 && tap == 2);
        var sums = new float[outputs * Taps * channels];
        for (var o = 0; o < outputs; o++)
            for (var place = 0; place < Taps; place++)
                for (var tap = 0; tap < Taps; tap++)
                    for (var c = 0; c < channels && !Falls(place / 3, tap / 3) && !Falls(place % 3, tap % 3); c++)
                        sums[(o * Taps + place) * channels + c] += weight[(o * Taps + tap) * channels + c];
        int Place(int at, int extent) => at == 0 ? 0 : at == extent - 1 ? 2 : 1;
        var where = new float[Taps * height * width];
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++) where[(Place(y, height) * 3 + Place(x, width)) * height * width + y * width + x] = 1;
        var table = graph.Node("Gemm", "table", [context, graph.Constant("table/weight", [outputs * Taps, channels], sums)],
            OnnxAttribute.Of("transB", 1));
        var rows = graph.Node("Reshape", "table/rows", [table, graph.Constant("table/rows/shape", actions * outputs, Taps)]);
        var spread = graph.Node("MatMul", "table/spread", [rows, graph.Constant("table/where", [Taps, height * width], where)]);
        var maps = graph.Node("Reshape", "table/maps", [spread, graph.Constant("table/maps/shape", actions, outputs, height, width)]);
        return graph.Node("Relu", "head/first", [graph.Node("Add", "head/first/sum", [maps, image])]);
    }
}
