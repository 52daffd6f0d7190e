using ActionableModels.Compute;
using ActionableModels.Learning;
using MathNet.Numerics.Distributions;

namespace ActionableModels.Tests.Learning;

/// <summary>The sampler against the distribution that Algorithm 1's replay buffer would have.</summary>
public sealed class ExampleExtractorTests
{
    private static readonly TabularWorld World = new(([0, 1], [1]), ([2, 3, 4, 3], [1, 3, 2]), ([1, 2, 3, 4, 5, 6], [1, 2, 3, 1, 2]));

    [Fact]
    public void DrawsHaveTheBuffersDistribution()
    {
        using var folder = new TemporaryFolder();
        using var store = World.Record(folder.Path);
        var extractor = new ExampleExtractor(store, GoalSamplers.Create("uniform", store), 0.5f, 3);
        const int draws = 400_000;
        var pairs = new Dictionary<(int, int, int, bool), int>();
        var goals = new int[store.FrameCount];
        for (var i = 0; i < draws; i++)
        {
            var example = extractor.Draw(i);
            Assert.InRange(example.Step, 0, example.Cut - 1);
            var key = (example.Episode, example.Cut, example.Step, example.RandomGoal);
            pairs[key] = pairs.GetValueOrDefault(key) + 1;
            if (example.RandomGoal) goals[example.GoalFrame]++;
            else Assert.Equal(store.FirstFrame(example.Episode) + example.Cut, example.GoalFrame);
            Assert.Equal(store.FirstFrame(example.Episode) + example.Step + 1 == example.GoalFrame, example.Reached);
        }

        // The buffer: episodes drawn uniformly, cut uniformly in 1 … T; a cut at i adds its i transitions, each with both goals.
        var expected = new Dictionary<(int, int, int, bool), double>();
        for (var e = 0; e < store.EpisodeCount; e++)
            for (var cut = 1; cut <= store.Steps(e); cut++)
                for (var t = 0; t < cut; t++)
                    foreach (var random in new[] { false, true })
                        expected[(e, cut, t, random)] = 1.0 / store.EpisodeCount / store.Steps(e);
        var total = expected.Values.Sum();
        var statistic = expected.Sum(item =>
        {
            var mean = item.Value / total * draws;
            var difference = pairs.GetValueOrDefault(item.Key) - mean;
            return difference * difference / mean;
        });
        Assert.Equal(expected.Count, pairs.Count);
        Assert.InRange(1 - ChiSquared.CDF(expected.Count - 1, statistic), 0.001, 1);

        var each = goals.Sum() / (double)goals.Length;
        Assert.InRange(1 - ChiSquared.CDF(goals.Length - 1, goals.Sum(count => (count - each) * (count - each) / each)), 0.001, 1);
    }

    [Fact]
    public void DatasetsTooShortToRelabelAreNamed()
    {
        using var folder = new TemporaryFolder();
        using var store = new TabularWorld(([0, 1], [1]), ([2], [])).Record(folder.Path);
        var error = Assert.Throws<ActionableException>(() => new ExampleExtractor(store, GoalSamplers.Create("uniform", store), 0.5f, 0));
        Assert.Contains("too short to relabel", error.Message);
    }
}
