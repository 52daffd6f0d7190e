using ActionableModels.Data;
using ActionableModels.Formats.Images;
using ActionableModels.Imaging;

namespace ActionableModels.Cli;

/// <summary>Frames of episodes spread evenly over a dataset, one episode per row. Large images are shrunk, so that a row fits a screen.</summary>
internal static class ContactSheet
{
    /// <summary>Most episodes of a sheet.</summary>
    public const int Episodes = 8;
    private const int Frames = 8, LongerSide = 160;

    /// <summary>The sheet; null for a dataset without episodes.</summary>
    /// <exception cref="Compute.ActionableException">An image cannot be read.</exception>
    public static RgbImage? Of(EpisodeStore store)
    {
        if (store.EpisodeCount == 0) return null;
        var (height, width) = TileSize(store.ImageHeight, store.ImageWidth);
        using var decoder = new FrameDecoder(new(height, width));
        var pixels = new byte[store.Header.ImageBytes];
        return Montage.Stack([.. FilmStrip.Thin(store.EpisodeCount, Episodes).Select(episode =>
            Row(store.Steps(episode), store.Success(episode), $"episode {episode}, {store.Policy(episode)}", t =>
            {
                var tile = new RgbImage(height, width);
                store.ReadImage(store.FirstFrame(episode) + t, pixels);
                decoder.Decode(pixels, new(store.ImageHeight, store.ImageWidth, 3), episode, tile.Pixels);
                return tile;
            }))]);
    }

    /// <summary>The row of an episode.</summary>
    /// <param name="steps">Its steps.</param>
    /// <param name="success">Whether it reached what it tried, if that is known.</param>
    /// <param name="caption">A line above it.</param>
    /// <param name="tile">Makes the tile of a frame.</param>
    public static RgbImage Row(int steps, bool? success, string caption, Func<int, RgbImage> tile)
    {
        var tiles = FilmStrip.Thin(steps + 1, Frames).Select(t => new Tile(tile(t), $"{t}",
            t < steps || success is null ? null : success == true ? Montage.Success : Montage.Failure)).ToArray();
        return Montage.Grid(tiles, tiles.Length, caption);
    }

    /// <summary>The size of the tiles of images: in their own proportions, and no larger than they are.</summary>
    public static (int Height, int Width) TileSize(int height, int width)
    {
        var scale = Math.Min(1, (double)LongerSide / Math.Max(height, width));
        return (Math.Max(1, (int)Math.Round(height * scale)), Math.Max(1, (int)Math.Round(width * scale)));
    }
}
