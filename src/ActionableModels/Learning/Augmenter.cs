using ActionableModels.Compute;
using ActionableModels.Networks;

namespace ActionableModels.Learning;

/// <summary>
/// Draws crops and photometric distortions (QT-Opt's ranges; shared/reference/qtopt.md 1.4). The goal image is augmented apart from
/// the current one, so that a reached goal never shows as two identical images; s and s' share their draw.
/// </summary>
internal static class Augmenter
{
    private const uint PerRow = 16;

    public static void Draw(Augmentation current, Augmentation next, int batch, long step, TrainingSettings settings, NetworkSpec spec,
        int cameraHeight, int cameraWidth)
    {
        var (spareHeight, spareWidth) = (cameraHeight - spec.ImageHeight, cameraWidth - spec.ImageWidth);
        var key = new RandomKey(settings.Seed, Streams.Augmentation, (ulong)step);
        for (var row = 0; row < batch; row++)
        {
            var at = (uint)row * PerRow;
            Crop(current.CurrentOffsets, row, at, key, spareHeight, spareWidth, settings.RandomCrop);
            Crop(current.GoalOffsets, row, at + 2, key, spareHeight, spareWidth, settings.RandomCrop);
            if (!settings.PhotometricDistortion) continue;
            Distort(current.CurrentDistortion.AsSpan(row * 5, 5), at + 4, key);
            Distort(current.GoalDistortion.AsSpan(row * 5, 5), at + 10, key);
        }
        current.Distorts = next.Distorts = settings.PhotometricDistortion;
        current.CurrentOffsets.CopyTo(next.CurrentOffsets, 0);
        current.GoalOffsets.CopyTo(next.GoalOffsets, 0);
        current.CurrentDistortion.CopyTo(next.CurrentDistortion, 0);
        current.GoalDistortion.CopyTo(next.GoalDistortion, 0);
    }

    private static void Crop(int[] offsets, int row, uint at, RandomKey key, int spareHeight, int spareWidth, bool random)
    {
        offsets[2 * row] = random ? Below(key, at, spareHeight + 1) : spareHeight / 2;
        offsets[2 * row + 1] = random ? Below(key, at + 1, spareWidth + 1) : spareWidth / 2;
    }

    private static int Below(RandomKey key, uint at, int bound) => (int)(((ulong)Philox.Word(key, at) * (ulong)bound) >> 32);

    private static void Distort(Span<float> distortion, uint at, RandomKey key)
    {
        float Between(uint i, float low, float high) => low + (high - low) * Philox.Uniform(key, at + i);
        distortion[0] = Between(0, -0.125f, 0.125f);
        distortion[1] = Between(1, 0.5f, 1.5f);
        distortion[2] = Between(2, -0.2f, 0.2f);
        distortion[3] = Between(3, 0.5f, 1.5f);
        distortion[4] = Philox.Uniform(key, at + 4) < 0.5f ? 0.02f : 0;
    }
}
