namespace ActionableModels.Formats.Onnx;

/// <summary>An input or output of a graph.</summary>
/// <param name="Name">Name.</param>
/// <param name="Element">Type of its numbers.</param>
/// <param name="Shape">Extents, outermost first: a number, or the name of one that each call chooses.</param>
/// <param name="Description">What the numbers are, with units.</param>
public sealed record OnnxTensor(string Name, OnnxElement Element, IReadOnlyList<string> Shape, string Description)
{
    /// <summary>As people write it: image UInt8 [1, 64, 64, 3].</summary>
    public override string ToString() => $"{Name} {Element} [{string.Join(", ", Shape)}]";
}
