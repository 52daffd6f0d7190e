namespace ActionableModels.Cli.Tests.Datasets;

/// <summary>Numbers of which nothing is known beforehand are counted in one pass.</summary>
public sealed class StreamedNumberTests
{
    private static StreamedNumber Of(params IEnumerable<double> values)
    {
        var number = new StreamedNumber();
        foreach (var value in values) number.Add(value);
        return number;
    }

    [Fact]
    public void Moments_are_those_of_the_numbers()
    {
        var number = Of(1, 2, 3, 4, double.NaN, double.PositiveInfinity);
        Assert.Equal((4, 2, 1.0, 4.0, 2.5), (number.Count, number.NotFinite, number.Min, number.Max, number.Mean));
        Assert.Equal(Math.Sqrt(1.25), number.Deviation, 1e-15);
    }

    [Fact]
    public void Equal_numbers_are_one_bin_and_none_an_empty_one()
    {
        var histogram = Of(3.5, 3.5, 3.5).Histogram();
        Assert.Equal((3.5, 3.5), (histogram.Low, histogram.High));
        Assert.Equal([3], histogram.Counts);
        Assert.Equal([0], Of().Histogram().Counts);
    }

    [Fact]
    public void Flags_fill_the_first_bin_and_the_last()
    {
        var counts = Of(1, 0, 0, 1, 0).Histogram().Counts;
        Assert.Equal((3, 2, 5), (counts[0], counts[^1], counts.Sum()));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(1e-30, 0)]
    [InlineData(1e30, 5e29)]
    [InlineData(0.001, -1000)]
    public void Every_number_is_in_its_bin(double scale, double offset)
    {
        var random = new Random(1);
        double[] values = [.. Enumerable.Range(0, 2000).Select(i => offset + scale * (i < 20 ? 0.001 : 1) * (random.NextDouble() - 0.3))];
        var histogram = Of(values).Histogram();
        Assert.InRange(histogram.Counts.Length, 8, 24);
        var width = (histogram.High - histogram.Low) / histogram.Counts.Length;
        for (var bin = 0; bin < histogram.Counts.Length; bin++)
        {
            var (low, high) = (histogram.Low + bin * width, histogram.Low + (bin + 1) * width);
            Assert.Equal(values.Count(v => v >= low && v < high), histogram.Counts[bin]);
        }
        Assert.True(histogram.Counts[0] > 0 && histogram.Counts[^1] > 0);
    }

    [Fact]
    public void Ranges_of_any_size_keep_all_numbers()
    {
        double[] values = [0, 1e-300, 3, -3e38, 5e-324, 1e300, -1e-300, double.Epsilon];
        foreach (var order in new[] { values, [.. values.Reverse()], [.. values.Order()], [.. values.OrderDescending()] })
        {
            var histogram = Of(order).Histogram();
            Assert.Equal(values.Length, histogram.Counts.Sum());
            Assert.True(histogram.Low <= -3e38 && histogram.High > 1e300 && double.IsFinite(histogram.High));
        }
    }
}
