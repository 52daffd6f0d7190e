using ActionableModels.Compute.Cuda;
using ActionableModels.Compute.Tests.Matrix;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Compute.Tests;

/// <summary>
/// The convolutions for Hopper's tensor cores by themselves: that they take the layers they are for, and are exact where bfloat16 operands and
/// float32 sums are. On a device of another capability, that they leave the layer alone.
/// </summary>
public sealed class HopperTests
{
    private static OracleTensor Values(uint seed, Shape shape) => OracleTensor.Random(shape, seed).InSixtyFourths();

    private static void Check(CudaDevice device, DeviceTensors tensors, bool taken, params OracleTensor[] expected)
    {
        Assert.Equal(device.Capability == 90, taken);
        for (var k = 0; taken && k < expected.Length; k++) Assert.Equal(expected[k].Data, tensors.Read(tensors.Outputs[k]));
    }

    [Theory]
    [OnDevice("cuda", 2, 11, 13, 5, Padding.Same)]
    [OnDevice("cuda", 1, 9, 79, 5, Padding.Same)]
    [OnDevice("cuda", 2, 7, 6, 5, Padding.Valid)]
    [OnDevice("cuda", 1, 27, 27, 3, Padding.Same)]
    [OnDevice("cuda", 3, 14, 14, 3, Padding.Valid)]
    [OnDevice("cuda", 2, 10, 10, 3, Padding.Valid)]
    [OnDevice("cuda", 1, 1, 1, 5, Padding.Same)]
    [OnDevice("cuda", 1, 3, 3, 3, Padding.Valid)]
    public void A_layer_of_64_channels_is_exact(string name, int images, int height, int width, int kernel, Padding padding)
    {
        using var device = (CudaDevice)TestDevices.Open(name, Precision.Bfloat16);
        var window = new Window(kernel, 1, padding);
        Shape xs = Shape.Of(images, height, width, 64), ws = Shape.Of(64, kernel, kernel, 64),
            ys = Shape.Of(images, window.Output(height), window.Output(width), 64);
        OracleTensor x = Values(1, xs), w = Values(2, ws), bias = Values(3, Shape.Of(64)), dy = Values(4, ys);

        using (var t = new DeviceTensors(device))
        {
            Tensor tx = t.In(x), tw = t.In(w), tb = t.In(bias), ty = t.Out(ys);
            Check(device, t, device.TryHopperConv2D(tx, tw, tb, ty, window, relu: true), Oracle.Conv2D(x, w, bias, window, true));
        }
        using (var t = new DeviceTensors(device))
        {
            Tensor tdy = t.In(dy), tw = t.In(w), tdx = t.Out(xs);
            Check(device, t, device.TryHopperConv2DBackwardData(tdy, tw, tdx, window), Oracle.Conv2DBackwardData(dy, w, xs, window));
        }
        using (var t = new DeviceTensors(device))
        {
            Tensor tx = t.In(x), tdy = t.In(dy), tdw = t.Out(ws), tdb = t.Out(Shape.Of(64));
            Check(device, t, device.TryHopperConv2DBackwardFilter(tx, tdy, tdw, tdb, window),
                Oracle.Conv2DBackwardFilter(x, dy, ws, window), Oracle.SumRows(dy));
        }
    }

    [Theory]
    [OnDevice("cuda", 2, 3, false)]
    [OnDevice("cuda", 1, 4, true)]
    public void The_border_table_is_added_on_the_way(string name, int maps, int actions, bool withBias)
    {
        using var device = (CudaDevice)TestDevices.Open(name, Precision.Bfloat16);
        var window = new Window(3, 1, Padding.Same);
        Shape ys = Shape.Of(maps * actions, 6, 9, 64);
        OracleTensor map = Values(1, Shape.Of(maps, 6, 9, 64)), table = Values(2, Shape.Of(maps * actions, 9, 64)),
            w = Values(3, Shape.Of(64, 3, 3, 64));
        var bias = withBias ? Values(4, Shape.Of(64)) : null;

        using var t = new DeviceTensors(device);
        Tensor tm = t.In(map), tt = t.In(table), tw = t.In(w), ty = t.Out(ys);
        var tb = t.InOrNull(bias);
        Check(device, t, device.TryHopperBorderTableConv2D(tm, tt, tb, tw, tb, ty, window, withBias),
            Oracle.Conv2D(Oracle.BorderTableAdd(map, table, bias, true), w, bias, window, withBias));
    }

    [Theory]
    [OnDevice("cuda")]
    public void Other_layers_are_left_alone(string name)
    {
        using var device = (CudaDevice)TestDevices.Open(name, Precision.Bfloat16);
        using var t = new DeviceTensors(device);
        Tensor x = t.Out(Shape.Of(1, 8, 8, 64)), y = t.Out(Shape.Of(1, 8, 8, 64)), w = t.Out(Shape.Of(64, 3, 3, 64));
        Tensor half = t.Out(Shape.Of(1, 4, 4, 64)), thin = t.Out(Shape.Of(1, 8, 8, 32)), weights = t.Out(Shape.Of(64, 3, 3, 32));
        var even = t.Out(Shape.Of(64, 2, 2, 64));
        Assert.False(device.TryHopperConv2D(x, w, null, half, new(3, 2, Padding.Same), false));
        Assert.False(device.TryHopperConv2D(thin, weights, null, y, new(3, 1, Padding.Same), false));
        Assert.False(device.TryHopperConv2D(x, even, null, y, new(2, 1, Padding.Same), false));
        device.UsesHopper = false;
        Assert.False(device.TryHopperConv2D(x, w, null, y, new(3, 1, Padding.Same), false));
        using var precise = (CudaDevice)TestDevices.Open(name, Precision.TensorFloat32);
        Assert.False(precise.TryHopperConv2D(x, w, null, y, new(3, 1, Padding.Same), false));
    }

    /// <summary>The paper's layers at the batch of training, of decisions and of labels: all positions are covered, in few rounds.</summary>
    [Theory]
    [InlineData(32, 79, 5, Padding.Same, 4)]
    [InlineData(1, 79, 5, Padding.Same, 1)]
    [InlineData(32, 27, 3, Padding.Same, 1)]
    [InlineData(64, 27, 3, Padding.Same, 1)]
    [InlineData(2048, 27, 3, Padding.Same, 32)]
    [InlineData(64, 14, 3, Padding.Valid, 1)]
    [InlineData(64, 10, 3, Padding.Valid, 1)]
    public void Tiles_cover_the_line(int images, int side, int kernel, Padding padding, int rounds)
    {
        var window = new Window(kernel, 1, padding);
        var line = HopperLine.Forward(Shape.Of(images, side, side, 64), Shape.Of(images, window.Output(side), window.Output(side), 64), window);
        var tiles = HopperTiles.For(line, 132)!.Value;
        Assert.InRange(2L * tiles.Size * tiles.Count, line.Length, line.Length + 2 * tiles.Size - 1);
        Assert.Equal(rounds, (tiles.Count + 131) / 132);
    }

    [Fact]
    public void A_map_too_wide_for_shared_memory_has_no_tiles() =>
        Assert.Null(HopperTiles.For(HopperLine.Forward(Shape.Of(1, 9, 2000, 64), Shape.Of(1, 9, 2000, 64), new(5, 1, Padding.Same)), 132));
}
