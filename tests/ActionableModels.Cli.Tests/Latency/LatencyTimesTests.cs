using ActionableModels.Cli.Latency;

namespace ActionableModels.Cli.Tests.Latency;

public class LatencyTimesTests
{
    [Theory, InlineData(1), InlineData(7), InlineData(99), InlineData(100), InlineData(1000), InlineData(40_000)]
    public void Figures_are_those_of_the_sorted_times(int count)
    {
        // Decisions of 0.2 ms with a tail over four decades, as a busy machine gives them.
        var random = new Random(count);
        long[] given = [.. Enumerable.Range(0, count).Select(_ => (long)(200_000 * Math.Pow(1 / (1 - random.NextDouble()), 0.7)))];
        var times = new LatencyTimes();
        times.Add(1);
        times.Clear();
        foreach (var time in given) times.Add(time);
        var figures = times.Figures()!;
        var sorted = given.Order().ToArray();
        Assert.Equal((count, sorted[0] / 1e6, sorted[^1] / 1e6), (figures.Count, figures.Min, figures.Max));
        Assert.Equal(given.Average() / 1e6, figures.Mean, 1e-9 * figures.Mean);
        var variance = count < 2 ? 0 : given.Sum(time => Math.Pow(time / 1e6 - figures.Mean, 2)) / (count - 1);
        Assert.Equal(Math.Sqrt(variance), figures.Deviation, 1e-9 * figures.Max);
        var jitter = count < 2 ? 0 : given.Zip(given.Skip(1), (a, b) => Math.Abs(b - a) / 1e6).Average();
        Assert.Equal(jitter, figures.Jitter, 1e-9 * figures.Max);
        (double Share, int Fewest, double? Found)[] quantiles = [(0.5, 1, figures.P50), (0.9, 10, figures.P90), (0.99, 100, figures.P99),
            (0.999, 1000, figures.P999), (0.9999, 10_000, figures.P9999)];
        foreach (var (share, fewest, found) in quantiles)
        {
            // The one in a hundred of fewer than a hundred is not known.
            Assert.Equal(count >= fewest, found is not null);
            var exact = sorted[(int)Math.Ceiling(share * count) - 1] / 1e6;
            if (found is { } time) Assert.InRange(time, exact, exact * 1.008);
        }
    }

    [Fact]
    public void The_histogram_holds_every_time_once_in_few_bins()
    {
        var times = new LatencyTimes();
        times.Clear();
        var random = new Random(1);
        var given = new long[20_000];
        foreach (ref var time in given.AsSpan()) times.Add(time = (long)Math.Pow(10, 10.5 * random.NextDouble()) - 1);
        var bins = times.Figures()!.Histogram;
        Assert.InRange(bins.Count, 20, 160);
        Assert.Equal(given.Length, bins.Sum(bin => bin.Count));
        Assert.All(bins, bin => Assert.Equal(given.Count(time => time >= bin.FromNs && time <= bin.ToNs), bin.Count));
        Assert.All(bins.Zip(bins.Skip(1)), pair => Assert.True(pair.First.ToNs < pair.Second.FromNs));
    }

    [Fact]
    public void No_times_have_no_figures()
    {
        var times = new LatencyTimes();
        times.Clear();
        Assert.Null(times.Figures());
    }

    [Fact]
    public void Counting_allocates_nothing()
    {
        var times = new LatencyTimes();
        times.Clear();
        times.Add(5);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++) times.Add(i * i);
        times.Clear();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
