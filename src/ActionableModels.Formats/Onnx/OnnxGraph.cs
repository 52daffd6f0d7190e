using System.Globalization;
using System.Runtime.InteropServices;
using ActionableModels.Compute;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Onnx;

/// <summary>
/// An ONNX graph while it is built, and its file (onnx.proto: ModelProto with one GraphProto). Nodes stand in the order of computing; the
/// same calls give the same bytes. Each method that adds a tensor or a node returns the name of its value.
/// </summary>
internal sealed class OnnxGraph(string name)
{
    /// <summary>
    /// The oldest opset whose operators are those used here in their present form, so that runtimes since the end of 2020 load the files.
    /// </summary>
    public const int Opset = 13;

    /// <summary>The version of the file's format that goes with the opset (ONNX 1.8).</summary>
    public const int Format = 7;

    // Numbers of fields.
    private const int ModelFormat = 1, ModelProducer = 2, ModelProducerVersion = 3, ModelDescription = 6, ModelGraph = 7, ModelOpset = 8,
        ModelMetadata = 14, OpsetVersion = 2, MetadataKey = 1, MetadataValue = 2;
    private const int GraphNode = 1, GraphName = 2, GraphInitialiser = 5, GraphInput = 11, GraphOutput = 12;
    private const int NodeInput = 1, NodeOutput = 2, NodeName = 3, NodeType = 4, NodeAttribute = 5;
    private const int TensorExtent = 1, TensorType = 2, TensorName = 8, TensorBytes = 9;
    private const int ValueName = 1, ValueType = 2, ValueDescription = 3, TypeTensor = 1, TypeElement = 1, TypeShape = 2, ShapeExtent = 1,
        ExtentSize = 1, ExtentName = 2;

    private readonly ProtobufWriter nodes = new(), ends = new();
    private readonly List<(byte[] Head, Array Numbers)> initialisers = [];
    private readonly List<OnnxTensor> inputs = [], outputs = [];

    /// <summary>Inputs in order.</summary>
    public IReadOnlyList<OnnxTensor> Inputs => inputs;
    /// <summary>Outputs in order.</summary>
    public IReadOnlyList<OnnxTensor> Outputs => outputs;

    /// <summary>Adds an input.</summary>
    public string Input(OnnxTensor tensor) => End(GraphInput, inputs, tensor);

    /// <summary>Names a value that a node gave as an output.</summary>
    public void Output(OnnxTensor tensor) => End(GraphOutput, outputs, tensor);

    /// <summary>A constant of floats.</summary>
    public string Constant(string name, ReadOnlySpan<int> shape, float[] values) =>
        Initialiser(name, OnnxElement.Float, shape, values);

    /// <summary>A constant list of integers.</summary>
    public string Constant(string name, params long[] values) =>
        Initialiser(name, OnnxElement.Int64, [values.Length], values);

    /// <summary>A node that computes a value of its own name.</summary>
    public string Node(string type, string output, ReadOnlySpan<string> inputs, params ReadOnlySpan<OnnxAttribute> attributes)
    {
        var node = new ProtobufWriter();
        foreach (var input in inputs) node.Text(NodeInput, input);
        node.Text(NodeOutput, output);
        node.Text(NodeName, output);
        node.Text(NodeType, type);
        foreach (var attribute in attributes)
        {
            var message = new ProtobufWriter();
            attribute.Write(message);
            node.Blob(NodeAttribute, message.Message);
        }
        nodes.Blob(GraphNode, node.Message);
        return output;
    }

    /// <summary>Writes the file; atomic and durable.</summary>
    /// <param name="path">File.</param>
    /// <param name="description">What the graph computes.</param>
    /// <param name="metadata">Keys and values that go with the graph.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ActionableException">The graph is larger than a protocol buffer can be, or the file cannot be written.</exception>
    public long Write(string path, string description, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        var graph = new ProtobufWriter();
        graph.Text(GraphName, name);
        var length = nodes.Length + graph.Length + ends.Length
            + initialisers.Sum(tensor => (long)tensor.Head.Length + Buffer.ByteLength(tensor.Numbers));
        var (head, tail) = (new ProtobufWriter(), new ProtobufWriter());
        head.Integer(ModelFormat, Format);
        head.Text(ModelProducer, "actionable-models");
        head.Text(ModelProducerVersion, typeof(OnnxGraph).Assembly.GetName().Version!.ToString(3));
        head.Text(ModelDescription, description);
        head.Head(ModelGraph, length);
        var message = new ProtobufWriter();
        message.Integer(OpsetVersion, Opset);
        tail.Blob(ModelOpset, message.Message);
        foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            message.Clear();
            message.Text(MetadataKey, key);
            message.Text(MetadataValue, value);
            tail.Blob(ModelMetadata, message.Message);
        }
        length += head.Length + tail.Length;
        if (length > int.MaxValue)
            throw new ActionableException($"{FileFault.Show(path)}: not written, {length} bytes are more than an ONNX file can have "
                + "(2 GiB): export the policy format");
        AtomicFile.Write(path, stream =>
        {
            stream.Write(head.Message);
            stream.Write(nodes.Message);
            stream.Write(graph.Message);
            foreach (var (start, numbers) in initialisers)
            {
                stream.Write(start);
                ref var first = ref MemoryMarshal.GetArrayDataReference(numbers);
                stream.Write(MemoryMarshal.CreateReadOnlySpan(ref first, Buffer.ByteLength(numbers)));
            }
            stream.Write(ends.Message);
            stream.Write(tail.Message);
        });
        return length;
    }

    private string Initialiser(string name, OnnxElement element, ReadOnlySpan<int> shape, Array numbers)
    {
        var tensor = new ProtobufWriter();
        foreach (var extent in shape) tensor.Integer(TensorExtent, extent);
        tensor.Integer(TensorType, (int)element);
        tensor.Text(TensorName, name);
        var bytes = Buffer.ByteLength(numbers);
        tensor.Head(TensorBytes, bytes);
        var head = new ProtobufWriter();
        head.Head(GraphInitialiser, (long)tensor.Length + bytes);
        initialisers.Add(([.. head.Message, .. tensor.Message], numbers));
        return name;
    }

    private string End(int field, List<OnnxTensor> list, OnnxTensor tensor)
    {
        list.Add(tensor);
        var shape = new ProtobufWriter();
        foreach (var extent in tensor.Shape)
        {
            var size = new ProtobufWriter();
            if (long.TryParse(extent, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) size.Integer(ExtentSize, number);
            else size.Text(ExtentName, extent);
            shape.Blob(ShapeExtent, size.Message);
        }
        var (numbers, type, value) = (new ProtobufWriter(), new ProtobufWriter(), new ProtobufWriter());
        numbers.Integer(TypeElement, (int)tensor.Element);
        numbers.Blob(TypeShape, shape.Message);
        type.Blob(TypeTensor, numbers.Message);
        value.Text(ValueName, tensor.Name);
        value.Blob(ValueType, type.Message);
        value.Text(ValueDescription, tensor.Description);
        ends.Blob(field, value.Message);
        return tensor.Name;
    }
}
