namespace ActionableModels.Formats.Onnx;

/// <summary>Types of a tensor's numbers, by their values in TensorProto.DataType (onnx.proto).</summary>
public enum OnnxElement
{
    /// <summary>32-bit floating point.</summary>
    Float = 1,
    /// <summary>Unsigned bytes.</summary>
    UInt8 = 2,
    /// <summary>64-bit integers.</summary>
    Int64 = 7,
}
