using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Storage;

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
/// <param name="Episodes">Only the first so many episodes; null: all.</param>
public sealed record DatasetExportOptions(string Name, string? Layout = null, ImageEncoding Images = ImageEncoding.Lossless, int JpegQuality = 95,
    int EpisodesPerFile = 100, double Validation = 0, int? Episodes = null)
{
    /// <summary>How many episodes of a store are written.</summary>
    /// <exception cref="ActionableException">The store has none.</exception>
    public int EpisodesOf(EpisodeStore store) => store.EpisodeCount > 0 ? Math.Min(Episodes ?? int.MaxValue, store.EpisodeCount)
        : throw new ActionableException($"{FileFault.Show(store.Folder)}: holds no episodes: record some first");

    /// <summary>How many steps they have.</summary>
    /// <exception cref="ActionableException">The store has no episode.</exception>
    public long StepsOf(EpisodeStore store)
    {
        var episodes = EpisodesOf(store);
        return store.FirstFrame(episodes - 1) + store.Steps(episodes - 1) - (episodes - 1);
    }

    /// <summary>How many of them, the last ones, go to the other split: the closest number to the share, at least one and not all.</summary>
    /// <exception cref="ActionableException">The share is none, or there is one episode, which cannot be shared.</exception>
    public int ValidationOf(EpisodeStore store)
    {
        if (Validation is not (>= 0 and < 1))
            throw new ActionableException($"a share of {Validation} for a split of its own is not valid: give 0 to less than 1");
        var episodes = EpisodesOf(store);
        if (Validation == 0) return 0;
        return episodes > 1 ? Math.Clamp((int)Math.Round(Validation * episodes), 1, episodes - 1) : throw new ActionableException(
            $"{FileFault.Show(store.Folder)}: one episode cannot be shared between two splits: leave the share out or record more");
    }
}
