using System.Text;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Formats.Tests.Onnx;

/// <summary>A reader of ONNX files, written apart from the writer, with the field numbers of onnx.proto.</summary>
internal sealed class OnnxFileReader
{
    public sealed record Node(string Type, string[] Inputs, string[] Outputs, Dictionary<string, long[]> Attributes);
    public sealed record Tensor(long[] Shape, long Type, byte[] Bytes)
    {
        public float[] Floats => [.. Enumerable.Range(0, Bytes.Length / 4).Select(i => BitConverter.ToSingle(Bytes, 4 * i))];
        public long[] Integers => [.. Enumerable.Range(0, Bytes.Length / 8).Select(i => BitConverter.ToInt64(Bytes, 8 * i))];
    }
    public sealed record End(string Name, long Type, string Shape, string Description);

    public OnnxFileReader(string path)
    {
        var model = File.ReadAllBytes(path);
        var graph = ProtobufReader.Inner(model, 7);
        Format = (long)ProtobufReader.Field(model, 1);
        Producer = ProtobufReader.Text(model, 2);
        Description = ProtobufReader.Text(model, 6);
        Opset = (long)ProtobufReader.Field(ProtobufReader.Inner(model, 8), 2);
        Metadata = Messages(model, 14).ToDictionary(entry => ProtobufReader.Text(entry, 1), entry => ProtobufReader.Text(entry, 2));
        Name = ProtobufReader.Text(graph, 2);
        Nodes = [.. Messages(graph, 1).Select(ReadNode)];
        Initialisers = Messages(graph, 5).ToDictionary(tensor => ProtobufReader.Text(tensor, 8),
            tensor => new Tensor(Integers(tensor, 1), (long)ProtobufReader.Field(tensor, 2), ProtobufReader.Inner(tensor, 9)));
        Inputs = [.. Messages(graph, 11).Select(ReadEnd)];
        Outputs = [.. Messages(graph, 12).Select(ReadEnd)];
    }

    public long Format { get; }
    public string Producer { get; }
    public string Description { get; }
    public long Opset { get; }
    public Dictionary<string, string> Metadata { get; }
    public string Name { get; }
    public List<Node> Nodes { get; }
    public Dictionary<string, Tensor> Initialisers { get; }
    public List<End> Inputs { get; }
    public List<End> Outputs { get; }

    private static Node ReadNode(byte[] node) => new(ProtobufReader.Text(node, 4), Texts(node, 1), Texts(node, 2), Messages(node, 5).ToDictionary(
        attribute => ProtobufReader.Text(attribute, 1),
        attribute => (long)ProtobufReader.Field(attribute, 20) switch
        {
            2 => [(long)ProtobufReader.Field(attribute, 3)],
            7 => Integers(attribute, 8),
            var type => throw new InvalidDataException($"attribute type {type}"),
        }));

    private static End ReadEnd(byte[] value)
    {
        var tensor = ProtobufReader.Inner(ProtobufReader.Inner(value, 2), 1);
        var extents = Messages(ProtobufReader.Inner(tensor, 2), 1).Select(extent => ProtobufReader.Fields(extent).Single() is (2, byte[] name)
            ? Encoding.UTF8.GetString(name) : $"{ProtobufReader.Field(extent, 1)}");
        return new(ProtobufReader.Text(value, 1), (long)ProtobufReader.Field(tensor, 1), string.Join(", ", extents), ProtobufReader.Text(value, 3));
    }

    private static IEnumerable<byte[]> Messages(byte[] message, int field) =>
        ProtobufReader.Fields(message).Where(f => f.Field == field).Select(f => (byte[])f.Value);
    private static string[] Texts(byte[] message, int field) => [.. Messages(message, field).Select(Encoding.UTF8.GetString)];
    private static long[] Integers(byte[] message, int field) =>
        [.. ProtobufReader.Fields(message).Where(f => f.Field == field).Select(f => (long)f.Value)];
}
