using ActionableModels.Data;
using ActionableModels.Imaging;

namespace ActionableModels.Cli;

/// <summary>Frames of episodes spread evenly over a dataset, one episode per row.</summary>
internal static class ContactSheet
{
    private const int Episodes = 8, Frames = 8;

    /// <summary>The sheet; null for a dataset without episodes.</summary>
    public static RgbImage? Of(EpisodeStore store)
    {
        if (store.EpisodeCount == 0) return null;
        var count = Math.Min(Episodes, store.EpisodeCount);
        return Montage.Stack([.. Enumerable.Range(0, count)
            .Select(i => Row(store, (int)((long)i * (store.EpisodeCount - 1) / Math.Max(1, count - 1))))]);
    }

    private static RgbImage Row(EpisodeStore store, int episode)
    {
        var (steps, success) = (store.Steps(episode), store.Success(episode));
        var tiles = FilmStrip.Thin(steps + 1, Frames).Select(t => new Tile(
            Image(store, store.FirstFrame(episode) + t), $"{t}",
            t < steps ? null : success ? Montage.Success : Montage.Failure)).ToArray();
        return Montage.Grid(tiles, tiles.Length, $"episode {episode}, {store.Policy(episode)}");
    }

    private static RgbImage Image(EpisodeStore store, long frame)
    {
        var image = new RgbImage(store.ImageHeight, store.ImageWidth);
        store.ReadImage(frame, image.Pixels);
        return image;
    }
}
