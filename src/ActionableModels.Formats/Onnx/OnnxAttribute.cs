using ActionableModels.Storage;

namespace ActionableModels.Formats.Onnx;

/// <summary>A setting of a node: an integer, or a list of them.</summary>
internal readonly struct OnnxAttribute
{
    // AttributeProto (onnx.proto).
    private const int NameField = 1, IntegerField = 3, IntegersField = 8, TypeField = 20, IntegerType = 2, IntegersType = 7;

    private readonly string name;
    private readonly long[] values;
    private readonly bool list;

    private OnnxAttribute(string name, long[] values, bool list) => (this.name, this.values, this.list) = (name, values, list);

    /// <summary>A setting that is one integer.</summary>
    public static OnnxAttribute Of(string name, long value) => new(name, [value], list: false);
    /// <summary>A setting that is a list of integers.</summary>
    public static OnnxAttribute List(string name, params long[] values) => new(name, values, list: true);

    public void Write(ProtobufWriter message)
    {
        message.Text(NameField, name);
        foreach (var value in values) message.Integer(list ? IntegersField : IntegerField, value);
        message.Integer(TypeField, list ? IntegersType : IntegerType);
    }
}
