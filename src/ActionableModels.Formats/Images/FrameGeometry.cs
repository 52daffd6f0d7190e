namespace ActionableModels.Formats.Images;

/// <summary>Where the crop is cut from an image.</summary>
public enum CropPlace
{
    /// <summary>From the middle.</summary>
    Centre,
    /// <summary>From a place that is drawn once for each episode, from the seed and the episode's number.</summary>
    Random,
}

/// <summary>How a source's image becomes the camera's: cut, then resized.</summary>
/// <param name="Height">Rows of the camera's image.</param>
/// <param name="Width">Columns of the camera's image.</param>
/// <param name="CropHeight">Rows that are cut from the source's image; 0: as many as fit, in the camera's proportions.</param>
/// <param name="CropWidth">Columns that are cut; 0 with <paramref name="CropHeight"/>.</param>
/// <param name="Place">Where.</param>
/// <param name="Seed">Seed of random places.</param>
/// <param name="Bgr">Whether the source's pixels are blue, green, red.</param>
/// <param name="UpsideDown">Whether the source's first row is the lowest.</param>
public sealed record FrameGeometry(int Height, int Width, int CropHeight = 0, int CropWidth = 0, CropPlace Place = CropPlace.Centre,
    ulong Seed = 0, bool Bgr = false, bool UpsideDown = false);
