using ActionableModels.Cli.Report;

namespace ActionableModels.Cli.Tests.Report;

public class AxisTests
{
    [Theory]
    [InlineData(0, 1, "0.0 0.2 0.4 0.6 0.8 1.0")]
    [InlineData(0.03, 0.86, "0.0 0.2 0.4 0.6 0.8 1.0")]
    [InlineData(160, 207, "160 170 180 190 200 210")]
    [InlineData(0, 14000, "0 5k 10k 15k")]
    [InlineData(-3, 3, "-4 -2 0 2 4")]
    [InlineData(0, 0.0004, "0.0000 0.0001 0.0002 0.0003 0.0004")]
    [InlineData(0, 1.1e6, "0 0.25M 0.5M 0.75M 1M 1.25M")]
    public void Linear_ticks_are_round_and_labelled_alike(double low, double high, string labels)
        => Assert.Equal(labels, string.Join(' ', Axis.Linear(low, high, 0, 100, 5, round: true).Ticks.Select(t => t.Label)));

    [Fact]
    public void Values_map_to_coordinates()
    {
        var linear = Axis.Linear(0, 10, 100, 0, 5, round: true);
        Assert.Equal([100, 50, 0, 0, 100], new[] { 0.0, 5, 10, 99, -99 }.Select(v => linear[v]));
        var logarithmic = Axis.Logarithmic(1, 10_000, 0, 100);
        Assert.Equal([0, 50, 100, 0], new[] { 1.0, 100, 10_000, -5 }.Select(v => Math.Round(logarithmic[v], 9)));
        Assert.Equal("1 10 100 1000 10k", string.Join(' ', logarithmic.Ticks.Select(t => t.Label).Where(l => l.Length > 0)));
    }
}
