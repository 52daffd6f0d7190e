using ActionableModels.Compute.Kernels;
using ActionableModels.Compute.Tests.Matrix;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Compute.Tests;

/// <summary>The tile shapes of convolutions and dense layers differ in speed alone: which of them a layer takes does not show in its bits.</summary>
public sealed class TiledProductTests(OpenedDevices devices) : IClassFixture<OpenedDevices>
{
    private static readonly Window Window = new(2, 1, Padding.Valid);
    private static readonly OracleTensor Images = OracleTensor.Random(Shape.Of(16, 33, 33, 64), 1), Weights = OracleTensor.Random(Shape.Of(64, 2, 2, 64), 2),
        Gradients = OracleTensor.Random(Shape.Of(16, 32, 32, 64), 3);

    /// <summary>Sixteen images take the wide tiles, one takes the small ones; tensors that begin anywhere are read number by number.</summary>
    [Theory, OnDevice("opencl"), OnDevice("cuda")]
    public void An_image_has_the_same_bits_in_any_batch_at_any_address(string name)
    {
        var device = devices[name];
        using var tensors = new DeviceTensors(device);
        byte[]? forward = null, data = null, filter = null;
        foreach (var shift in new[] { 0, 1 })
        {
            Tensor x = In(tensors, Images, shift), w = In(tensors, Weights, shift), dy = In(tensors, Gradients, shift),
                y = Out(tensors, dy.Shape, shift), dx = Out(tensors, x.Shape, shift), dw = Out(tensors, w.Shape, shift);
            device.Conv2D(x, w, null, y, Window, true);
            device.Conv2DBackwardData(dy, w, dx, Window);
            device.Conv2DBackwardFilter(x, dy, dw, null, Window);
            Assert.Equal(forward ??= tensors.Raw(y), tensors.Raw(y));
            Assert.Equal(data ??= tensors.Raw(dx), tensors.Raw(dx));
            Assert.Equal(filter ??= tensors.Raw(dw), tensors.Raw(dw));
            Tensor one = Out(tensors, y.Rows(0, 1).Shape, shift), gradient = Out(tensors, x.Rows(0, 1).Shape, shift);
            foreach (var image in new[] { 0, 7, 15 })
            {
                device.Conv2D(x.Rows(image, 1), w, null, one, Window, true);
                device.Conv2DBackwardData(dy.Rows(image, 1), w, gradient, Window);
                Assert.Equal(tensors.Raw(y.Rows(image, 1)), tensors.Raw(one));
                Assert.Equal(tensors.Raw(dx.Rows(image, 1)), tensors.Raw(gradient));
            }
        }
    }

    /// <summary>A long sum is computed in parts.</summary>
    [Theory, OnDevice("opencl"), OnDevice("cuda")]
    public void A_row_has_the_same_bits_among_any_others(string name)
    {
        var device = devices[name];
        using var tensors = new DeviceTensors(device);
        Tensor x = tensors.In(OracleTensor.Random(Shape.Of(40, 2060), 1)), w = tensors.In(OracleTensor.Random(Shape.Of(20, 2060), 2)),
            bias = tensors.In(OracleTensor.Random(Shape.Of(20), 3)), y = tensors.Out(Shape.Of(40, 20)), one = tensors.Out(Shape.Of(1, 20));
        device.Dense(x, w, bias, y, true);
        foreach (var row in new[] { 0, 13, 39 })
        {
            device.Dense(x.Rows(row, 1), w, bias, one, true);
            Assert.Equal(tensors.Raw(y.Rows(row, 1)), tensors.Raw(one));
        }
    }

    [Fact]
    public void Division_by_multiplication_is_exact()
    {
        var random = new Random(1);
        foreach (var d in (int[])[1, 2, 3, 5, 7, 216, 641, 6700417, 1 << 30, (1 << 30) + 1, int.MaxValue - 1, int.MaxValue,
                     .. Enumerable.Range(0, 200).Select(_ => random.Next(1, int.MaxValue) >> random.Next(30) | 1)])
            foreach (var n in (long[])[0, 1, d - 1L, d, d + 1L, 2L * d - 1, 2L * d, int.MaxValue / d * (long)d - 1, int.MaxValue / d * (long)d, int.MaxValue,
                         .. Enumerable.Range(0, 200).Select(_ => (long)random.Next())])
                if (n <= int.MaxValue) Assert.Equal((int)n / d, new Divisor(d).Divide((int)n));
    }

    [Theory]
    [InlineData(1, 1)] [InlineData(0, 3)] [InlineData(6241, 39)] [InlineData(4096, 8)] [InlineData(17, 4)] [InlineData(129, 8)]
    public void Parts_of_a_sum_are_whole_stages_and_none_is_empty(int terms, int parts)
    {
        var (each, count) = TiledProduct.Split(terms, parts);
        Assert.Equal(0, each % TiledProduct.Stage);
        Assert.InRange(count, 1, parts);
        Assert.True((long)each * count >= terms && (count == 1 || each * (count - 1) < terms));
    }

    /// <summary>A tensor that begins <paramref name="shift"/> numbers after an aligned address.</summary>
    private static Tensor In(DeviceTensors tensors, OracleTensor values, int shift)
    {
        var tensor = Out(tensors, values.Shape, shift);
        tensors.Device.Upload<float>(Array.ConvertAll(values.Data, v => (float)v), tensor);
        return tensor;
    }

    private static Tensor Out(DeviceTensors tensors, Shape shape, int shift)
    {
        var room = tensors.Out(Shape.Of(checked((int)shape.Count) + shift));
        return new Tensor(room.Memory, room.Offset + shift * sizeof(float), shape);
    }
}
