using ActionableModels.Metrics;

namespace ActionableModels.Tests.Metrics;

public sealed class BootstrapAndRankTests
{
    [Fact]
    public void The_interval_is_that_of_the_mean_of_independent_episodes()
    {
        // 400 episodes, each of three equal values: a normal interval of 400 numbers, not of 1,200.
        var values = Enumerable.Range(0, 400).SelectMany(e => Enumerable.Repeat((e, e % 2 == 0 ? 1.0 : 0), 3));
        var mean = EpisodeBootstrap.Of(values, 3)!;
        Assert.Equal(0.5, mean.Mean);
        Assert.Equal(0.5 - 1.96 * 0.5 / 20, mean.Low!.Value, 0.01);
        Assert.Equal(0.5 + 1.96 * 0.5 / 20, mean.High!.Value, 0.01);
        Assert.Equal(mean, EpisodeBootstrap.Of(values.Reverse(), 3));
    }

    [Fact]
    public void Longer_episodes_weigh_more() =>
        Assert.Equal(0.25, EpisodeBootstrap.Of([(0, 1), (1, 0), (1, 0), (1, 0)], 0)!.Mean);

    [Fact]
    public void One_episode_has_no_interval_and_none_has_no_mean()
    {
        Assert.Equal(new BootstrapMean(0.5, null, null), EpisodeBootstrap.Of([(4, 1), (4, 0)], 0));
        Assert.Null(EpisodeBootstrap.Of([], 0));
    }

    [Fact]
    public void Ranks_are_correlated_with_ties_as_textbooks_do()
    {
        Assert.Equal(1, RankCorrelation.Of([1, 2, 3], [1, 10, 100]));
        Assert.Equal(-1, RankCorrelation.Of([1, 2, 3], [3, 2, 1]));
        // By hand: ranks 1, 2½, 2½, 4, 5 and 2, 1, 4½, 4½, 3; covariance 3.75, variances 9.5.
        Assert.Equal(3.75 / 9.5, RankCorrelation.Of([1, 2, 2, 3, 5], [2, 1, 4, 4, 3])!.Value, 1e-12);
        Assert.Null(RankCorrelation.Of([1, 1, 1], [1, 2, 3]));
    }
}
