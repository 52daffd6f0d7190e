using ActionableModels.Compute.Tests.Matrix;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Compute.Tests;

/// <summary>Rules of the operation set on values that the matrix does not have: NaN, ties, large offsets, large angles, equal bits.</summary>
public sealed class OperationRuleTests(OpenedDevices devices) : IClassFixture<OpenedDevices>
{
    [Theory, OnDevice("cpu"), OnDevice("opencl"), OnDevice("cuda")]
    public void Normalize_gives_the_bits_of_BatchNorm(string name)
    {
        using var tensors = new DeviceTensors(devices[name]);
        Tensor x = tensors.In(OracleTensor.Random(Shape.Of(900, 13), 1, -1, 3)), scale = tensors.In(OracleTensor.Random(Shape.Of(13), 2)),
            shift = tensors.In(OracleTensor.Random(Shape.Of(13), 3)), mean = tensors.Out(Shape.Of(13)), inverse = tensors.Out(Shape.Of(13)),
            movingMean = tensors.Out(Shape.Of(13)), movingVariance = tensors.Out(Shape.Of(13)), y = tensors.Out(Shape.Of(900, 13)),
            part = tensors.Out(Shape.Of(300, 13));
        devices[name].BatchNorm(x, scale, shift, movingMean, movingVariance, 0, 0.001f, true, y, mean, inverse);
        devices[name].Normalize(x.Rows(300, 300), scale, shift, mean, inverse, true, part);
        Assert.Equal(tensors.Raw(y.Rows(300, 300)), tensors.Raw(part));
    }

    /// <summary>The mean of squares less the square of the mean would have no digit left here.</summary>
    [Theory, OnDevice("cpu"), OnDevice("opencl"), OnDevice("cuda")]
    public void Variance_survives_a_large_mean(string name)
    {
        const int rows = 300_000, channels = 3;
        using var tensors = new DeviceTensors(devices[name]);
        Tensor x = tensors.Out(Shape.Of(rows, channels)), shift = tensors.Out(Shape.Of(channels)), mean = tensors.Out(Shape.Of(channels)),
            inverse = tensors.Out(Shape.Of(channels)), movingMean = tensors.Out(Shape.Of(channels)), movingVariance = tensors.Out(Shape.Of(channels));
        devices[name].TruncatedNormal(x, 2000, 0.5f, new RandomKey(5, 6, 7));
        devices[name].Fill(movingMean, 0);
        devices[name].Fill(movingVariance, 0);
        devices[name].BatchNorm(x, null, shift, movingMean, movingVariance, 0, 0, false, null, mean, inverse);
        var values = tensors.Read(x);
        for (var c = 0; c < channels; c++)
        {
            var column = values.Where((_, i) => i % channels == c).ToArray();
            var average = column.Average();
            var variance = column.Sum(v => (v - average) * (v - average)) / rows;
            Assert.Equal(average, tensors.Read(mean)[c], 2000 * 2e-7);
            Assert.Equal(1, tensors.Read(inverse)[c] * Math.Sqrt(variance), 1e-5);
            Assert.Equal(1, tensors.Read(movingVariance)[c] / variance * (rows - 1) / rows, 2e-5);
        }
    }

    [Theory, OnDevice("cpu"), OnDevice("opencl"), OnDevice("cuda")]
    public void Labels_show_NaN_and_keep_what_is_fixed(string name)
    {
        using var tensors = new DeviceTensors(devices[name]);
        Tensor logits = tensors.In(OracleTensor.Of(double.NaN, 0, 0, double.NaN, 200, -200)), lagged = tensors.In(OracleTensor.Of(0, double.NaN, 1, 0, 300, 0)),
            known = tensors.In(OracleTensor.Of(double.NaN, double.NaN, double.NaN, 0.25, double.NaN, double.NaN)),
            bounds = tensors.In(OracleTensor.Of(0, 0, 0, 0, 0, 0)), y = tensors.Out(Shape.Of(6));
        devices[name].BootstrapTargets(logits, lagged, known, bounds, 0.5f, y);
        Assert.Equal([double.NaN, double.NaN, 0.25, 0.25, 0.5, 0], tensors.Read(y));
    }

    [Theory, OnDevice("cpu"), OnDevice("opencl"), OnDevice("cuda")]
    public void Refit_takes_the_lower_of_equals_and_the_first_where_there_is_no_number(string name)
    {
        using var tensors = new DeviceTensors(devices[name]);
        Tensor values = tensors.In(OracleTensor.Of(1, 2, 2, 2, double.NaN, double.NaN, double.NaN, double.NaN)),
            samples = tensors.In(OracleTensor.Of(Shape.Of(8, 1), 9, 4, 6, 50, 7, 8, 9, 10)), mean = tensors.Out(Shape.Of(2, 1)), deviation = tensors.Out(Shape.Of(2, 1));
        devices[name].CemRefit(values, samples, 2, mean, deviation);
        Assert.Equal([5, 7], tensors.Read(mean));
        Assert.Equal(Math.Sqrt(2), tensors.Read(deviation)[0], 1e-6);
        Assert.Equal(0, tensors.Read(deviation)[1]);
    }

    [Theory, OnDevice("cpu"), OnDevice("opencl"), OnDevice("cuda")]
    public void Resampling_never_draws_NaN(string name)
    {
        using var tensors = new DeviceTensors(devices[name]);
        Tensor values = tensors.In(OracleTensor.Of(double.NaN, 1, double.NaN, 0.5)), mask = tensors.In(OracleTensor.Of(1, 1, 1, 0)),
            indices = tensors.Out(Shape.Of(3), ElementType.Int32), weights = tensors.Out(Shape.Of(3));
        devices[name].ResampleExp(values, mask, 4, 3, 1, new RandomKey(1, 2, 3), indices, weights);
        Assert.Equal([1, 0, 0], tensors.Read(indices));
        Assert.Equal([1, 0, 0], tensors.Read(weights));
    }

    [Theory, OnDevice("cpu"), OnDevice("opencl"), OnDevice("cuda")]
    public void Encoded_angles_may_be_large(string name)
    {
        using var tensors = new DeviceTensors(devices[name]);
        double[] angles = [0, -0.5, 1.5, -3.1415927, 100, -9999.5, 131071, 131072, -600_000, 16_777_216, 1.234e12, -5e30, 3.4e38, double.NaN, double.PositiveInfinity];
        Tensor actions = tensors.In(OracleTensor.Of(Shape.Of(angles.Length, 1), angles)), states = tensors.In(OracleTensor.Of(Shape.Of(1, 1), 0)),
            source = tensors.Integers(OracleTensor.Of(0, 0)), kind = tensors.Integers(OracleTensor.Of(1, 2)), scale = tensors.In(OracleTensor.Of(1, 1)),
            y = tensors.Out(Shape.Of(angles.Length, 2));
        devices[name].EncodeColumns(actions, states, source, kind, scale, y);
        var encoded = tensors.Read(y);
        for (var i = 0; i < angles.Length; i++)
        {
            Assert.Equal(Math.Sin((float)angles[i]), encoded[2 * i], 2e-7);
            Assert.Equal(Math.Cos((float)angles[i]), encoded[2 * i + 1], 2e-7);
        }
    }
}
