namespace ActionableModels.Formats.Mappings;

/// <summary>Bounds that a value lies between, each may be missing.</summary>
/// <param name="Above">The value is larger.</param>
/// <param name="Below">The value is smaller.</param>
internal sealed record Threshold(double? Above, double? Below)
{
    /// <summary>Whether a value lies there.</summary>
    public bool Holds(double value) => !(value <= Above) && !(value >= Below);
}
