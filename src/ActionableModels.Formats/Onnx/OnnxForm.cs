namespace ActionableModels.Formats.Onnx;

/// <summary>How images enter a graph.</summary>
public enum OnnxImages
{
    /// <summary>Camera images as they are: UInt8 [1, height, width, 3]; cut at the centre and divided by 255 inside.</summary>
    Bytes,
    /// <summary>
    /// Float [1, 3, height, width] at the network's size, 0 to 1: for accelerators that take no bytes, and for callers that cut and scale
    /// themselves.
    /// </summary>
    Floats,
}

/// <summary>What can be chosen about the graphs.</summary>
/// <param name="Actions">Actions of each call, so that a runtime plans ahead for them; null: as many as the caller gives.</param>
/// <param name="Images">How images enter.</param>
public sealed record OnnxForm(int? Actions = null, OnnxImages Images = OnnxImages.Bytes);
