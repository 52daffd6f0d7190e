namespace ActionableModels.Formats.Export;

/// <summary>How exported images are stored.</summary>
public enum ImageEncoding
{
    /// <summary>The format's own way without loss: PNG files, or raw pixels.</summary>
    Lossless,
    /// <summary>JPEG files.</summary>
    Jpeg,
}

/// <summary>How a dataset is exported.</summary>
/// <param name="Name">Name of the dataset written.</param>
/// <param name="Layout">The schema among those of the format; null: this project's own.</param>
/// <param name="Images">How images are stored.</param>
/// <param name="JpegQuality">1 to 100.</param>
/// <param name="EpisodesPerFile">Most episodes of one file, where the format has several.</param>
/// <param name="Validation">Share of the episodes, the last ones, that go to a split of their own, where the format has one for them.</param>
public sealed record DatasetExportOptions(string Name, string? Layout = null, ImageEncoding Images = ImageEncoding.Lossless, int JpegQuality = 95,
    int EpisodesPerFile = 100, double Validation = 0);
