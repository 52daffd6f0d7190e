using ActionableModels.Compute;
using ActionableModels.Data;

namespace ActionableModels.Learning;

/// <summary>
/// Goals from scenes like the example's: of eight uniform frames, the one whose episode began with the most similar image (mean
/// absolute difference of 8×8 thumbnails). Random goals of unrelated scenes teach little (section 6.3). Thumbnails of images that have to
/// be decoded are made when they are first needed, so that training on a large dataset starts at once.
/// </summary>
internal sealed class SameSceneGoalSampler : IGoalSampler
{
    private const int Side = 8, Candidates = 8;
    private readonly EpisodeStore store;
    private readonly byte[] thumbnails;
    private readonly bool[] made;
    private readonly ThreadLocal<byte[]> image;

    public SameSceneGoalSampler(EpisodeStore store)
    {
        this.store = store;
        thumbnails = new byte[checked(store.EpisodeCount * Side * Side * 3)];
        made = new bool[store.EpisodeCount];
        image = new(() => new byte[store.Header.ImageBytes]);
        if (store.Header.Frames is null)
            for (var e = 0; e < store.EpisodeCount; e++) Thumbnail(e);
    }

    // Threads that need one at the same time make the same bytes.
    private ReadOnlySpan<byte> Thumbnail(int episode)
    {
        var thumbnail = thumbnails.AsSpan(episode * Side * Side * 3, Side * Side * 3);
        if (Volatile.Read(ref made[episode])) return thumbnail;
        store.ReadImage(store.FirstFrame(episode), image.Value);
        Shrink(image.Value, thumbnail);
        Volatile.Write(ref made[episode], true);
        return thumbnail;
    }

    public long Draw(int episode, RandomKey key, uint candidate)
    {
        var (best, distance) = (0L, int.MaxValue);
        var own = Thumbnail(episode);
        for (var i = 0; i < Candidates; i++)
        {
            var frame = Philox.Below(key, 4 + candidate * Candidates + (uint)i, store.FrameCount);
            var other = Thumbnail(store.EpisodeOf(frame));
            var sum = 0;
            for (var j = 0; j < own.Length; j++) sum += Math.Abs(own[j] - other[j]);
            if (sum < distance) (best, distance) = (frame, sum);
        }
        return best;
    }

    private void Shrink(ReadOnlySpan<byte> image, Span<byte> thumbnail)
    {
        var (height, width) = (store.ImageHeight, store.ImageWidth);
        for (var i = 0; i < Side; i++)
            for (var j = 0; j < Side; j++)
                for (var c = 0; c < 3; c++)
                {
                    var (top, bottom) = (i * height / Side, Math.Max(i * height / Side + 1, (i + 1) * height / Side));
                    var (left, right) = (j * width / Side, Math.Max(j * width / Side + 1, (j + 1) * width / Side));
                    var sum = 0;
                    for (var y = top; y < bottom; y++)
                        for (var x = left; x < right; x++) sum += image[(y * width + x) * 3 + c];
                    thumbnail[(i * Side + j) * 3 + c] = (byte)(sum / ((bottom - top) * (right - left)));
                }
    }
}
