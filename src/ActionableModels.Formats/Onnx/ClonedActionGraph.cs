using ActionableModels.Actions;

namespace ActionableModels.Formats.Onnx;

/// <summary>
/// The action that the 8 outputs of a cloned policy stand for (<see cref="ClonedAction"/>): fractions of the bounds, an angle, flags; cut
/// to the bounds.
/// </summary>
internal static class ClonedActionGraph
{
    private const float Least = 1.17549435e-38f;

    public static void Build(OnnxGraph graph, string outputs, ActionSpace space)
    {
        string Part(string name, int first, int count) => graph.Node("Slice", $"cloned/{name}",
            [outputs, graph.Constant($"cloned/{name}/start", first), graph.Constant($"cloned/{name}/end", first + count),
                graph.Constant($"cloned/{name}/axes", 1)]);
        var displacement = graph.Node("Mul", "cloned/displacement", [Part("fractions", ActionSpace.Displacement, 3),
            graph.Constant("cloned/sizes", [3], [.. Enumerable.Range(0, 3).Select(d => ClonedAction.Size(space, d))])]);
        var azimuth = Angle(graph, Part("sine", 3, 1), Part("cosine", 4, 1));
        var set = graph.Node("Greater", "cloned/set", [Part("logits", ClonedAction.Pose, ClonedAction.Flags), "zero"]);
        var flags = graph.Node("Cast", "cloned/flags", [set], OnnxAttribute.Of("to", (int)OnnxElement.Float));
        var action = graph.Node("Concat", "cloned/action", [displacement, azimuth, flags], OnnxAttribute.Of("axis", 1));
        int[] shape = [ActionSpace.Dimensions];
        var above = graph.Node("Max", "cloned/above", [action, graph.Constant("cloned/low", shape, space.Low)]);
        var boxed = graph.Node("Min", "cloned/boxed", [above, graph.Constant("cloned/high", shape, space.High)]);
        graph.Node("Reshape", "action", [boxed, graph.Constant("action/shape", -1)]);
        graph.Output(new("action", OnnxElement.Float, [$"{ActionSpace.Dimensions}"],
            $"the action: {string.Join(", ", ActionSpace.Names)} (metres; radians; 0 or 1)"));
    }

    // ONNX has no atan2: atan(s / c), half a turn on where c < 0; a cosine of 0 is divided by as the smallest positive number.
    private static string Angle(OnnxGraph graph, string sine, string cosine)
    {
        var zero = graph.Constant("zero", [], [0]);
        var least = graph.Constant("cloned/least", [], [Least]);
        var divisor = graph.Node("Where", "cloned/divisor", [graph.Node("Equal", "cloned/upright", [cosine, zero]), least, cosine]);
        var half = graph.Node("Atan", "cloned/half", [graph.Node("Div", "cloned/tangent", [sine, divisor])]);
        var turn = graph.Node("Where", "cloned/turn", [graph.Node("Less", "cloned/negative", [sine, zero]),
            graph.Constant("cloned/minus", [], [-MathF.PI]), graph.Constant("cloned/plus", [], [MathF.PI])]);
        var behind = graph.Node("Where", "cloned/behind", [graph.Node("Less", "cloned/back", [cosine, zero]), turn, zero]);
        return graph.Node("Add", "cloned/azimuth", [half, behind]);
    }
}
