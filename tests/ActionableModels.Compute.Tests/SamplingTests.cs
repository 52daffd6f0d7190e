using ActionableModels.Compute.Tests.Matrix;
using ActionableModels.Tests.Shared;
using MathNet.Numerics.Distributions;

namespace ActionableModels.Compute.Tests;

/// <summary>The random operations of every device against the closed forms of their distributions.</summary>
public sealed class SamplingTests(OpenedDevices devices) : IClassFixture<OpenedDevices>
{

    private static double ChiSquareLevel(double[] expected, double[] observed) =>
        ChiSquared.CDF(expected.Length - 1, expected.Zip(observed, (e, o) => (o - e) * (o - e) / e).Sum());

    [Theory, OnDevice("cpu"), OnDevice("opencl"), OnDevice("cuda")]
    public void Resampling_draws_pairs_by_Plackett_and_Luce(string name)
    {
        var device = devices[name];
        using var tensors = new DeviceTensors(device);
        const int rows = 40_000, candidates = 5;
        const float temperature = 0.7f;
        double[] values = [0.3, -0.5, 0.9, 0.1, 0.6];
        double[] allowed = [1, 1, 1, 0, 1];
        var weight = values.Select((v, i) => allowed[i] * Math.Exp((float)v / temperature)).ToArray();
        Tensor v = tensors.In(Repeat(values, rows)), mask = tensors.In(Repeat(allowed, rows));
        Tensor indices = tensors.Out(Shape.Of(rows * 2), ElementType.Int32), weights = tensors.Out(Shape.Of(rows * 2));
        device.ResampleExp(v, mask, candidates, 2, temperature, new RandomKey(1, 2, 3), indices, weights);

        var drawn = tensors.Read(indices);
        double[] first = new double[candidates], pairs = new double[candidates * candidates];
        for (var r = 0; r < rows; r++)
        {
            int i = (int)drawn[2 * r] - r * candidates, j = (int)drawn[2 * r + 1] - r * candidates;
            first[i]++;
            pairs[i * candidates + j]++;
        }
        Assert.All(tensors.Read(weights), w => Assert.Equal(0.5, w));
        int[] open = [0, 1, 2, 4];
        var total = weight.Sum();
        Assert.Equal(0, first[3]);
        Assert.InRange(ChiSquareLevel([.. open.Select(i => rows * weight[i] / total)], [.. open.Select(i => first[i])]), 0.001, 0.999);
        var combinations = (from i in open from j in open where i != j select (i, j)).ToArray();
        Assert.InRange(ChiSquareLevel([.. combinations.Select(p => rows * weight[p.i] / total * weight[p.j] / (total - weight[p.i]))],
            [.. combinations.Select(p => pairs[p.i * candidates + p.j])]), 0.001, 0.999);
    }

    [Theory, OnDevice("cpu"), OnDevice("opencl"), OnDevice("cuda")]
    public void Resampling_masks_rows_without_candidates(string name)
    {
        var device = devices[name];
        using var tensors = new DeviceTensors(device);
        Tensor values = tensors.In(OracleTensor.Of(1, 2, 3, 4, 5, 6)), mask = tensors.In(OracleTensor.Of(0, 0, 0, 0, 1, 0));
        Tensor indices = tensors.Out(Shape.Of(4), ElementType.Int32), weights = tensors.Out(Shape.Of(4));
        device.ResampleExp(values, mask, 3, 2, 1, new RandomKey(1, 2, 3), indices, weights);
        Assert.Equal([0, 0, 4, 3], tensors.Read(indices));
        Assert.Equal([0, 0, 1, 0], tensors.Read(weights));
    }

    [Theory, OnDevice("cpu"), OnDevice("opencl"), OnDevice("cuda")]
    public void Box_samples_are_uniform(string name)
    {
        var device = devices[name];
        using var tensors = new DeviceTensors(device);
        const int rows = 50_000;
        Tensor low = tensors.In(OracleTensor.Of(-0.1, 0, 1)), high = tensors.In(OracleTensor.Of(0.3, 1, 1)),
            binary = tensors.In(OracleTensor.Of(0, 1, 1));
        var y = tensors.Out(Shape.Of(rows, 3));
        device.SampleBox(low, high, binary, new RandomKey(4, 5, 6), y);
        var drawn = tensors.Read(y);
        var continuous = drawn.Where((_, i) => i % 3 == 0).ToArray();
        Assert.InRange(Statistic.KolmogorovSmirnov(continuous, x => ContinuousUniform.CDF(-0.1, 0.3, x)), 0, Statistic.Limit(rows));
        var ones = drawn.Where((_, i) => i % 3 == 1).ToArray();
        Assert.All(ones, x => Assert.True(x is 0 or 1));
        Assert.InRange(ones.Average(), 0.5 - 3.3 * 0.5 / Math.Sqrt(rows), 0.5 + 3.3 * 0.5 / Math.Sqrt(rows));
        Assert.All(drawn.Where((_, i) => i % 3 == 2), x => Assert.Equal(1, x));
    }

    [Theory, OnDevice("cpu"), OnDevice("opencl"), OnDevice("cuda")]
    public void Truncated_normals_follow_the_truncated_distribution(string name)
    {
        var device = devices[name];
        using var tensors = new DeviceTensors(device);
        const int count = 50_000;
        var y = tensors.Out(Shape.Of(count));
        device.TruncatedNormal(y, 1, 0.5f, new RandomKey(7, 8, 9));
        double lower = Normal.CDF(0, 1, -2), upper = Normal.CDF(0, 1, 2);
        Assert.InRange(Statistic.KolmogorovSmirnov(tensors.Read(y), x =>
            Math.Clamp((Normal.CDF(1, 0.5, x) - lower) / (upper - lower), 0, 1)), 0, Statistic.Limit(count));
    }

    /// <summary>Sampling, then refitting to all samples, gives the moments that were asked for; clipping piles mass on the bounds.</summary>
    [Theory, OnDevice("cpu"), OnDevice("opencl"), OnDevice("cuda")]
    public void Cem_samples_have_the_moments_asked_for(string name)
    {
        var device = devices[name];
        using var tensors = new DeviceTensors(device);
        const int samples = 40_000;
        Tensor mean = tensors.In(OracleTensor.Of(Shape.Of(1, 3), 0.2, 0.3, 0.9)),
            deviation = tensors.In(OracleTensor.Of(Shape.Of(1, 3), 0.5, 0, 1));
        Tensor low = tensors.In(OracleTensor.Of(-9, 0, 0)), high = tensors.In(OracleTensor.Of(9, 1, 1)),
            binary = tensors.In(OracleTensor.Of(0, 1, 0));
        var y = tensors.Out(Shape.Of(samples, 3));
        device.CemSample(mean, deviation, low, high, binary, new RandomKey(10, 11, 12), y);
        var drawn = tensors.Read(y);
        Assert.InRange(Statistic.KolmogorovSmirnov([.. drawn.Where((_, i) => i % 3 == 0)], x => Normal.CDF(0.2, 0.5, x)), 0,
            Statistic.Limit(samples));
        Assert.InRange(drawn.Where((_, i) => i % 3 == 1).Average(), 0.3 - 3.3 * 0.46 / Math.Sqrt(samples), 0.3 + 3.3 * 0.46 / Math.Sqrt(samples));
        var clipped = drawn.Where((_, i) => i % 3 == 2).ToArray();
        Assert.All(clipped, x => Assert.InRange(x, 0, 1));
        Assert.InRange(clipped.Count(x => x == 1) / (double)samples, 1 - Normal.CDF(0.9, 1, 1) - 0.01, 1 - Normal.CDF(0.9, 1, 1) + 0.01);

        Tensor values = tensors.In(new OracleTensor(Shape.Of(samples))), newMean = tensors.Out(Shape.Of(1, 3)),
            newDeviation = tensors.Out(Shape.Of(1, 3));
        device.CemRefit(values, y, samples, newMean, newDeviation);
        Assert.Equal(0.2, tensors.Read(newMean)[0], 0.01);
        Assert.Equal(0.5, tensors.Read(newDeviation)[0], 0.01);
        Assert.Equal(0.3, tensors.Read(newMean)[1], 0.01);
    }

    /// <summary>
    /// Normal samples ranked by their own first dimension: the elites' mean is that of the upper tail, μ + σ·φ(z)/p with z the (1 − p) quantile; a
    /// dimension that the value ignores keeps its moments.
    /// </summary>
    [Theory, OnDevice("cpu"), OnDevice("opencl"), OnDevice("cuda")]
    public void Cem_refit_finds_the_upper_tail(string name)
    {
        var device = devices[name];
        using var tensors = new DeviceTensors(device);
        const int samples = 20_000, elites = 2_000;
        Tensor mean = tensors.In(OracleTensor.Of(Shape.Of(1, 2), 0.1, -1)), deviation = tensors.In(OracleTensor.Of(Shape.Of(1, 2), 2, 0.5));
        Tensor low = tensors.In(OracleTensor.Of(-99, -99)), high = tensors.In(OracleTensor.Of(99, 99)),
            binary = tensors.In(OracleTensor.Of(0, 0));
        Tensor y = tensors.Out(Shape.Of(samples, 2)), values = tensors.Out(Shape.Of(samples, 1)), newMean = tensors.Out(Shape.Of(1, 2)),
            newDeviation = tensors.Out(Shape.Of(1, 2));
        device.CemSample(mean, deviation, low, high, binary, new RandomKey(13, 14, 15), y);
        device.CopyColumns(y, 0, values, 0, 1);
        device.CemRefit(values, y, elites, newMean, newDeviation);
        const double p = (double)elites / samples;
        double z = Normal.InvCDF(0, 1, 1 - p), ratio = Normal.PDF(0, 1, z) / p;
        var tail = 2 * Math.Sqrt(1 + z * ratio - ratio * ratio);
        Assert.Equal(0.1 + 2 * ratio, tensors.Read(newMean)[0], 0.06);
        Assert.Equal(tail, tensors.Read(newDeviation)[0], 0.06);
        Assert.Equal(-1, tensors.Read(newMean)[1], 0.04);
        Assert.Equal(0.5, tensors.Read(newDeviation)[1], 0.03);
    }

    private static OracleTensor Repeat(double[] row, int rows)
    {
        var tensor = new OracleTensor(Shape.Of(rows * row.Length));
        for (var i = 0; i < tensor.Count; i++) tensor[i] = (float)row[i % row.Length];
        return tensor;
    }
}
