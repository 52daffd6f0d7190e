namespace ActionableModels.AgainstOnnxRuntime;

/// <summary>What ONNX Runtime's graphs keep between runs. Each form computes the same; which is the fastest is measured.</summary>
/// <param name="GoalKept">The first convolution of the goal image is a graph of its own that runs when the goal is set, not for each
/// image.</param>
/// <param name="ImagePart">The part of the head's first layer that depends on the images alone belongs to the tower's graph, not to the
/// head's.</param>
internal readonly record struct GraphForm(bool GoalKept, bool ImagePart)
{
    /// <summary>All of them.</summary>
    public static GraphForm[] All => [new(false, false), new(true, false), new(false, true), new(true, true)];

    /// <summary>In words.</summary>
    public override string ToString() => (GoalKept ? "goal's part of the first convolution kept" : "both images through the tower")
        + (ImagePart ? ", image part of the head's first layer with the tower" : ", map to the head");
}
