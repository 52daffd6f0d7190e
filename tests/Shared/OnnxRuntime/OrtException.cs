namespace ActionableModels.OnnxRuntime;

/// <summary>ONNX Runtime refused a call: its own words, and which call.</summary>
public sealed class OrtException(string message) : Exception(message);
