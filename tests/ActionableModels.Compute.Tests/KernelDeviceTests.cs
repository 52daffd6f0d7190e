using ActionableModels.Compute.Tests.Matrix;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Compute.Tests;

/// <summary>What devices do with indices that lie outside, which they alone can see: nothing is read there, and the result shows it.</summary>
public sealed class KernelDeviceTests(OpenedDevices devices) : IClassFixture<OpenedDevices>
{
    [Theory, OnDevice("opencl"), OnDevice("cuda")]
    public void Rows_outside_become_NaN_or_zero(string name)
    {
        using var tensors = new DeviceTensors(devices[name]);
        var indices = tensors.Integers(OracleTensor.Of(1, 2, -1, 0));
        Tensor x = tensors.In(OracleTensor.Of(Shape.Of(2, 2), 1, 2, 3, 4)), y = tensors.Out(Shape.Of(4, 2));
        devices[name].GatherRows(x, indices, y);
        Assert.Equal([3, 4, double.NaN, double.NaN, double.NaN, double.NaN, 1, 2], tensors.Read(y));
        Tensor bytes = tensors.In(OracleTensor.Of(Shape.Of(2, 3), 1, 2, 3, 4, 5, 6), ElementType.UInt8), rows = tensors.Out(Shape.Of(4, 3), ElementType.UInt8);
        devices[name].GatherRows(bytes, indices, rows);
        Assert.Equal([4, 5, 6, 0, 0, 0, 0, 0, 0, 1, 2, 3], tensors.Read(rows));
    }

    [Theory, OnDevice("opencl"), OnDevice("cuda")]
    public void Crops_outside_become_NaN(string name)
    {
        using var tensors = new DeviceTensors(devices[name]);
        Tensor images = tensors.In(OracleTensor.RandomIntegers(Shape.Of(3, 4, 4, 3), 1, 256), ElementType.UInt8),
            offsets = tensors.Integers(OracleTensor.Of(Shape.Of(3, 2), 1, 0, 2, 2, 0, -1)), distortion = tensors.In(new OracleTensor(Shape.Of(3, 5)));
        foreach (var distorted in new[] { null, distortion })
        {
            var y = tensors.Out(Shape.Of(3, 3, 3, 3));
            devices[name].ImageToFloat(images, offsets, distorted, default, y, 0);
            var values = tensors.Read(y);
            Assert.All(values[..27], value => Assert.InRange(value, 0, 1));
            Assert.All(values[27..], value => Assert.Equal(double.NaN, value));
        }
    }

    [Theory, OnDevice("opencl"), OnDevice("cuda")]
    public void Columns_that_do_not_exist_become_NaN(string name)
    {
        using var tensors = new DeviceTensors(devices[name]);
        Tensor actions = tensors.In(OracleTensor.Of(Shape.Of(1, 2), 1, 2)), states = tensors.In(OracleTensor.Of(Shape.Of(1, 1), 3)),
            source = tensors.Integers(OracleTensor.Of(2, 3, -1, 0)), kind = tensors.Integers(OracleTensor.Of(0, 0, 0, 3)),
            scale = tensors.In(OracleTensor.Of(1, 1, 1, 1)), y = tensors.Out(Shape.Of(1, 4));
        devices[name].EncodeColumns(actions, states, source, kind, scale, y);
        Assert.Equal([3, double.NaN, double.NaN, double.NaN], tensors.Read(y));
    }
}
