using System.Globalization;
using ActionableModels.Actions;
using ActionableModels.Checkpoints;
using ActionableModels.Data;
using ActionableModels.Networks;
using static ActionableModels.Formats.Onnx.LayerGraph;

namespace ActionableModels.Formats.Onnx;

/// <summary>From the map, actions and the robot's state to Q, or to the action of a network that outputs actions.</summary>
internal sealed class HeadGraph(OnnxGraph graph, LayerGraph layers, CheckpointHeader header, OnnxForm form)
{
    private const string Many = "A";
    private readonly NetworkSpec spec = header.Network;

    /// <summary>Adds the inputs `actions` and `state` and everything behind the map.</summary>
    public void Build(Map map)
    {
        var context = Context();
        var rows = graph.Node("Unsqueeze", "action/map", [context, graph.Constant("action/map/axes", 2, 3)]);
        var sum = map with { Name = graph.Node("Add", "head/input", [map.Name, rows]) };
        var convs = spec.Tower.Count(layer => layer.Kind == LayerKind.Conv);
        var last = layers.Layers("head", spec.Head, sum, ref convs);
        if (spec.Output == NetworkOutput.Action)
        {
            ClonedActionGraph.Build(graph, layers.Dense("head/action", last, spec.Outputs, relu: false).Name, header.Actions);
            return;
        }
        var logits = layers.Dense("head/logit", last, spec.Outputs, relu: false).Name;
        graph.Node("Sigmoid", "q", [graph.Node("Reshape", "logit", [logits, graph.Constant("logit/shape", -1)])]);
        string[] shape = [Rows];
        graph.Output(new("q", OnnxElement.Float, shape, "Q of each action: the probability of reaching the goal, 0 to 1"));
        graph.Output(new("logit", OnnxElement.Float, shape, "its logit: q = 1 / (1 + exp(-logit))"));
    }

    private string Rows => form.Actions?.ToString(CultureInfo.InvariantCulture) ?? Many;

    // The action embedding, one row for each action, [A, C].
    private string Context()
    {
        var both = graph.Node("Concat", "action/numbers", Inputs(), OnnxAttribute.Of("axis", 1));
        ActionColumn[] columns = [.. spec.ActionBlocks.SelectMany(block => block.Columns)];
        var parts = new List<string>();
        for (var first = 0; first < columns.Length;)
        {
            var (start, kind) = (first, columns[first].Kind);
            while (first < columns.Length && columns[first].Kind == kind) first++;
            var part = $"action/columns{start}";
            var indices = graph.Constant($"{part}/indices", [.. columns[start..first].Select(column => (long)column.Source)]);
            part = graph.Node("Gather", part, [both, indices], OnnxAttribute.Of("axis", 1));
            parts.Add(kind switch
            {
                ColumnKind.Sine => graph.Node("Sin", $"{part}/sine", [part]),
                ColumnKind.Cosine => graph.Node("Cos", $"{part}/cosine", [part]),
                _ => part,
            });
        }
        var encoded = graph.Node("Concat", "action/encoded", [.. parts], OnnxAttribute.Of("axis", 1));
        float[] scale = [.. spec.ActionBlocks.SelectMany(block => block.Columns.Select(_ => block.Scale))];
        var scaled = graph.Node("Mul", "action/input", [encoded, graph.Constant("action/scale", [scale.Length], scale)]);
        var embedded = layers.Dense("action/sum", new(scaled, 1, 1, scale.Length, Flat: true), spec.ActionEmbedding, relu: true);
        return layers.Dense("action/merge", embedded, spec.Map.Channels, relu: true).Name;
    }

    // Actions and states in rows of one length; the state is the same for all actions.
    private string[] Inputs()
    {
        OnnxTensor state = new("state", OnnxElement.Float, ["1", $"{ActionSpace.StateDimensions}"],
            $"the robot's state with the image: {string.Join(", ", DatasetHeader.StateNames)} (0 or 1; metres)");
        if (spec.Output == NetworkOutput.Action)
            return [graph.Constant("action/none", [1, ActionSpace.Dimensions], new float[ActionSpace.Dimensions]), graph.Input(state)];
        var actions = graph.Input(new("actions", OnnxElement.Float, [Rows, $"{ActionSpace.Dimensions}"],
            $"actions: {string.Join(", ", ActionSpace.Names)} (metres; radians; 0 or 1)"));
        graph.Input(state);
        return [actions, graph.Node("Expand", "state/rows", [state.Name, RowShape(actions)])];
    }

    private string RowShape(string actions)
    {
        if (form.Actions is { } fixedRows) return graph.Constant("state/rows/shape", fixedRows, ActionSpace.StateDimensions);
        var rows = graph.Node("Gather", "actions/count",
            [graph.Node("Shape", "actions/shape", [actions]), graph.Constant("actions/count/index", 0)],
            OnnxAttribute.Of("axis", 0));
        return graph.Node("Concat", "state/rows/shape", [rows, graph.Constant("state/rows/columns", ActionSpace.StateDimensions)],
            OnnxAttribute.Of("axis", 0));
    }
}
