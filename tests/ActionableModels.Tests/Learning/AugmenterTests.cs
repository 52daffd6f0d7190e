using ActionableModels.Learning;
using ActionableModels.Networks;
using MathNet.Numerics.Distributions;

namespace ActionableModels.Tests.Learning;

/// <summary>Crops and photometric distortions: their ranges, their distribution, and which images share a draw.</summary>
public sealed class AugmenterTests
{
    private const int Batch = 40, Steps = 200, CameraHeight = 12, CameraWidth = 10;
    private static readonly NetworkSpec Spec = TinyWorld.Network;
    private static readonly TrainingSettings Settings = TinyWorld.Settings with { PhotometricDistortion = true };

    private static IEnumerable<(Augmentation Current, Augmentation Next)> Draws(TrainingSettings settings)
    {
        for (var step = 0L; step < Steps; step++)
        {
            var (current, next) = (new Augmentation(Batch), new Augmentation(Batch));
            Augmenter.Draw(current, next, Batch, step, settings, Spec, CameraHeight, CameraWidth);
            yield return (current, next);
        }
    }

    private static void AssertUniform(int[] counts)
    {
        var each = counts.Sum() / (double)counts.Length;
        Assert.InRange(1 - ChiSquared.CDF(counts.Length - 1, counts.Sum(n => (n - each) * (n - each) / each)), 0.001, 1);
    }

    [Fact]
    public void Crops_are_uniform_and_the_two_images_independent()
    {
        var (rows, columns) = (CameraHeight - Spec.ImageHeight + 1, CameraWidth - Spec.ImageWidth + 1);
        var joint = new int[rows * columns * rows * columns];
        foreach (var (current, _) in Draws(Settings))
            for (var row = 0; row < Batch; row++)
            {
                int Cell(int[] offsets)
                {
                    Assert.InRange(offsets[2 * row], 0, rows - 1);
                    Assert.InRange(offsets[2 * row + 1], 0, columns - 1);
                    return offsets[2 * row] * columns + offsets[2 * row + 1];
                }
                joint[Cell(current.CurrentOffsets) * rows * columns + Cell(current.GoalOffsets)]++;
            }
        AssertUniform(joint);
    }

    [Fact]
    public void The_next_image_shares_the_draw_of_the_current_one()
    {
        foreach (var (current, next) in Draws(Settings))
        {
            Assert.True(next.Distorts);
            Assert.Equal(current.CurrentOffsets, next.CurrentOffsets);
            Assert.Equal(current.GoalOffsets, next.GoalOffsets);
            Assert.Equal(current.CurrentDistortion, next.CurrentDistortion);
            Assert.Equal(current.GoalDistortion, next.GoalDistortion);
            for (var row = 0; row < Batch; row++)
                Assert.NotEqual(current.CurrentDistortion.AsSpan(5 * row, 4).ToArray(),
                    current.GoalDistortion.AsSpan(5 * row, 4).ToArray());
        }
    }

    [Fact]
    public void Distortions_are_uniform_over_the_ranges_of_QT_Opt()
    {
        (float Low, float High)[] ranges = [(-0.125f, 0.125f), (0.5f, 1.5f), (-0.2f, 0.2f), (0.5f, 1.5f)];
        const int bins = 20;
        foreach (var goal in new[] { false, true })
        {
            var counts = ranges.Select(_ => new int[bins]).ToArray();
            var noisy = 0;
            foreach (var (current, _) in Draws(Settings))
                for (var row = 0; row < Batch; row++)
                {
                    var five = (goal ? current.GoalDistortion : current.CurrentDistortion).AsSpan(5 * row, 5);
                    for (var i = 0; i < ranges.Length; i++)
                    {
                        var share = (five[i] - ranges[i].Low) / (ranges[i].High - ranges[i].Low);
                        Assert.InRange(share, 0f, 1f);
                        counts[i][Math.Min((int)(share * bins), bins - 1)]++;
                    }
                    if (five[4] > 0) noisy++;
                }
            foreach (var count in counts) AssertUniform(count);
            AssertUniform([noisy, Batch * Steps - noisy]);
        }
    }

    [Fact]
    public void Without_random_crops_the_centre_is_taken_and_nothing_is_distorted()
    {
        foreach (var (current, _) in Draws(TinyWorld.Settings with { RandomCrop = false }))
        {
            Assert.False(current.Distorts);
            for (var row = 0; row < Batch; row++)
                foreach (var offsets in new[] { current.CurrentOffsets, current.GoalOffsets })
                    Assert.Equal((2, 1), (offsets[2 * row], offsets[2 * row + 1]));
        }
    }
}
