using ActionableModels.Checkpoints;
using ActionableModels.Networks;

namespace ActionableModels.Formats.Onnx;

/// <summary>
/// A policy's network as ONNX files: its image tower, its head, and both in one. Parameters are the moving averages with normalisation
/// folded in, named as in checkpoints: the numbers that decisions use. The search for the best action is not in them; its bounds are in
/// their metadata. docs/export.md describes inputs, outputs and layouts.
/// </summary>
public static class OnnxExport
{
    /// <summary>The image tower's file.</summary>
    public const string TowerFile = "tower.onnx";
    /// <summary>The head's file.</summary>
    public const string HeadFile = "head.onnx";
    /// <summary>The whole network's file.</summary>
    public const string PolicyFile = "policy.onnx";

    /// <summary>Names of all files.</summary>
    public static IReadOnlyList<string> Files { get; } = [TowerFile, HeadFile, PolicyFile];

    /// <summary>The opset of the files.</summary>
    public const int Opset = OnnxGraph.Opset;

    private const string Map = "map";

    /// <summary>Writes the three files, each whole or not at all.</summary>
    /// <param name="model">The model.</param>
    /// <param name="folder">An existing folder.</param>
    /// <param name="form">What can be chosen.</param>
    /// <exception cref="ActionableModels.Compute.ActionableException">A file cannot be written, or would be larger than ONNX
    /// allows.</exception>
    public static IReadOnlyList<OnnxFile> Write(PolicyModel model, string folder, OnnxForm? form = null)
    {
        form ??= new();
        if (form.Actions is { } actions) ArgumentOutOfRangeException.ThrowIfLessThan(actions, 1, nameof(form));
        var header = model.Header;
        var parameters = new FoldedParameters(model);
        var (height, width, channels) = header.Network.Map;
        OnnxTensor map = new(Map, OnnxElement.Float, ["1", $"{channels}", $"{height}", $"{width}"],
            "what the image tower makes of image and goal: the head's input");

        OnnxFile Save(string file, string name, string description, Action<OnnxGraph, TowerGraph, HeadGraph> build)
        {
            var graph = new OnnxGraph(name);
            var layers = new LayerGraph(graph, parameters);
            build(graph, new TowerGraph(graph, layers, header, form), new HeadGraph(graph, layers, header, form));
            var path = Path.Combine(folder, file);
            var metadata = header.ToMetadata(ModelFormat.Policy);
            (metadata["format"], metadata["version"], metadata["graph"]) = ("actionable-models onnx", "1", name);
            return new(path, graph.Write(path, description, metadata), graph.Inputs, graph.Outputs);
        }

        var result = header.Network.Output == NetworkOutput.QValue ? "Q of actions" : "the action";
        return
        [
            Save(TowerFile, "tower", "Image tower of a goal-reaching policy: once for each camera image.", (graph, tower, _) =>
            {
                tower.Build(Map);
                graph.Output(map);
            }),
            Save(HeadFile, "head", $"Head of a goal-reaching policy: from the tower's map to {result}.", (graph, _, head) =>
                head.Build(new(graph.Input(map), height, width, channels))),
            Save(PolicyFile, "policy", $"Network of a goal-reaching policy: from images to {result}.", (_, tower, head) =>
                head.Build(tower.Build(Map))),
        ];
    }
}

/// <summary>A file that was written.</summary>
/// <param name="Path">File.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Inputs">Inputs of its graph.</param>
/// <param name="Outputs">Outputs of its graph.</param>
public sealed record OnnxFile(string Path, long Bytes, IReadOnlyList<OnnxTensor> Inputs, IReadOnlyList<OnnxTensor> Outputs);
