using ActionableModels.Metrics;

namespace ActionableModels.Tests.Metrics;

public class WilsonIntervalTests
{
    // Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998), table I, method 3.
    [Theory]
    [InlineData(81, 263, 0.2553, 0.3662)]
    [InlineData(15, 148, 0.0624, 0.1605)]
    [InlineData(0, 20, 0.0000, 0.1611)]
    [InlineData(1, 29, 0.0061, 0.1718)]
    public void Published_values(int successes, int trials, double low, double high)
    {
        var interval = WilsonInterval.Of(successes, trials);
        Assert.Equal(low, interval.Low, 4);
        Assert.Equal(high, interval.High, 4);
    }

    [Fact]
    public void Bounds_solve_the_score_equation_and_mirror()
    {
        for (var n = 1; n <= 60; n += 7)
            for (var k = 0; k <= n; k++)
            {
                var interval = WilsonInterval.Of(k, n);
                var mirror = WilsonInterval.Of(n - k, n);
                Assert.Equal(1 - interval.High, mirror.Low, 12);
                Assert.InRange(interval.Rate, interval.Low, interval.High);
                foreach (var bound in new[] { interval.Low, interval.High })
                    if (bound is > 0 and < 1)
                        Assert.Equal(1.959963984540054, Math.Abs(interval.Rate - bound) / Math.Sqrt(bound * (1 - bound) / n), 9);
            }
    }

    [Fact]
    public void Without_trials_nothing_is_known()
    {
        Assert.Equal(new WilsonInterval(0, 0, 0, 1), WilsonInterval.Of(0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => WilsonInterval.Of(3, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => WilsonInterval.Of(-1, 2));
    }
}
