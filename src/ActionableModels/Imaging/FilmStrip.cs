namespace ActionableModels.Imaging;

/// <summary>
/// One evaluation episode as a row of pictures: the framed goal image, then what the robot saw, the last frame coloured by the
/// outcome.
/// </summary>
public static class FilmStrip
{
    /// <summary>Draws the strip of an episode.</summary>
    /// <param name="goal">The goal image.</param>
    /// <param name="frames">The observations in order, the one after the last action included; of the goal's size.</param>
    /// <param name="caption">A line above the strip.</param>
    /// <param name="success">Whether the goal was reached: a green or a red last frame.</param>
    /// <param name="maxFrames">Longer episodes are thinned evenly to this many frames, the first and last kept.</param>
    /// <param name="scale">Whole enlargement; 0 picks one that makes tiles about 96 pixels large.</param>
    /// <exception cref="ArgumentException">There is no frame, or the sizes differ.</exception>
    public static RgbImage Compose(RgbImage goal, IReadOnlyList<RgbImage> frames, string caption, bool success, int maxFrames = 8, int scale = 0)
    {
        if (frames.Count == 0) throw new ArgumentException("a film strip has at least one frame");
        var tiles = new List<Tile> { new(goal, "goal", Montage.Goal) };
        foreach (var i in Thin(frames.Count, maxFrames))
        {
            var last = i == frames.Count - 1;
            var label = !last ? $"{i}" : success ? $"{i} reached" : $"{i} missed";
            tiles.Add(new Tile(frames[i], label, last ? success ? Montage.Success : Montage.Failure : null));
        }
        return Montage.Grid(tiles, tiles.Count, caption, scale);
    }

    /// <summary>
    /// At most <paramref name="kept"/> (at least 2) evenly spaced indices below <paramref name="count"/>, the first and the last among
    /// them.
    /// </summary>
    public static IEnumerable<int> Thin(int count, int kept)
    {
        kept = Math.Min(count, Math.Max(kept, 2));
        return Enumerable.Range(0, kept).Select(k => kept == 1 ? 0 : (int)((long)k * (count - 1) / (kept - 1)));
    }
}
