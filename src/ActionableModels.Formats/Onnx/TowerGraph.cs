using ActionableModels.Checkpoints;
using ActionableModels.Networks;
using static ActionableModels.Formats.Onnx.LayerGraph;

namespace ActionableModels.Formats.Onnx;

/// <summary>From the camera image and the goal image to the map that actions are added to.</summary>
internal sealed class TowerGraph(OnnxGraph graph, LayerGraph layers, CheckpointHeader header, OnnxForm form)
{
    private readonly NetworkSpec spec = header.Network;
    private bool hasWhite;

    /// <summary>Adds the inputs `image` and `goal` and everything up to the map, whose value gets a name.</summary>
    public Map Build(string output)
    {
        string[] images = [Image("image", "the camera's image now"), Image("goal", "the image of the goal")];
        if (spec.GoalMerge == GoalMerge.Channels)
        {
            var stacked = graph.Node("Concat", "images", images, OnnxAttribute.Of("axis", form.Images == OnnxImages.Bytes ? 3 : 1));
            return Named(Tower("tower", Numbers("images", stacked)), output);
        }
        var (now, goal) = (Tower("tower", Numbers("image", images[0])), Tower("goal_tower", Numbers("goal", images[1])));
        return now with
        {
            Name = graph.Node("Concat", output, [Named(now, "tower/map").Name, Named(goal, "goal_tower/map").Name],
                OnnxAttribute.Of("axis", 1)),
            Channels = now.Channels + goal.Channels, Flat = false,
        };
    }

    private string Image(string name, string what)
    {
        var bytes = form.Images == OnnxImages.Bytes;
        var (height, width) = bytes ? (header.CameraHeight, header.CameraWidth) : (spec.ImageHeight, spec.ImageWidth);
        graph.Input(bytes
            ? new(name, OnnxElement.UInt8, ["1", $"{height}", $"{width}", "3"], $"{what}: rows from the top, RGB")
            : new(name, OnnxElement.Float, ["1", "3", $"{height}", $"{width}"],
                $"{what}, cut at its centre to the network's size, divided by 255: RGB planes, rows from the top"));
        var (top, left) = ((height - spec.ImageHeight) / 2, (width - spec.ImageWidth) / 2);
        return height == spec.ImageHeight && width == spec.ImageWidth ? name
            : graph.Node("Slice", $"{name}/crop", [name, graph.Constant($"{name}/crop/start", top, left),
                graph.Constant($"{name}/crop/end", top + spec.ImageHeight, left + spec.ImageWidth),
                graph.Constant($"{name}/crop/axes", 1, 2)]);
    }

    // Bytes [1, H, W, C] become numbers [1, C, H, W].
    private string Numbers(string name, string value)
    {
        if (form.Images == OnnxImages.Floats) return value;
        var planes = graph.Node("Transpose", $"{name}/planes", [value], OnnxAttribute.List("perm", 0, 3, 1, 2));
        var floats = graph.Node("Cast", $"{name}/floats", [planes], OnnxAttribute.Of("to", (int)OnnxElement.Float));
        if (!hasWhite) graph.Constant("white", [], [255]);
        hasWhite = true;
        return graph.Node("Div", $"{name}/numbers", [floats, "white"]);
    }

    private Map Tower(string part, string input)
    {
        var convs = 0;
        return layers.Layers(part, spec.Tower, new(input, spec.ImageHeight, spec.ImageWidth, spec.InputChannels), ref convs);
    }

    // A tower that ends in a dense layer gives a map of one position.
    private Map Named(Map map, string name) => map with
    {
        Name = map.Flat ? graph.Node("Unsqueeze", name, [map.Name, graph.Constant($"{name}/axes", 2, 3)])
            : graph.Node("Identity", name, [map.Name]),
        Flat = false,
    };
}
