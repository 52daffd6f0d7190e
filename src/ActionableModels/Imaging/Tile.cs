namespace ActionableModels.Imaging;

/// <summary>One picture of a montage.</summary>
/// <param name="Image">The picture.</param>
/// <param name="Label">A short text under it; what does not fit is cut.</param>
/// <param name="Frame">Colour of a frame around it, or none.</param>
public sealed record Tile(RgbImage Image, string Label = "", Rgb? Frame = null);
