using ActionableModels.Compute.Cuda;
using ActionableModels.Compute.Tests.Matrix;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Compute.Tests;

/// <summary>
/// The convolutions and dense layers on tensor cores, made to take every layer of the matrix, whatever it costs: in the bounds of the rounding of their
/// operands, and of float32 where nothing is rounded.
/// </summary>
public sealed class TensorCoreTests(TensorCoreTests.Devices devices) : IClassFixture<TensorCoreTests.Devices>
{
    /// <summary>Devices without the kernels for Hopper, which take every layer they can.</summary>
    public sealed class Devices : IDisposable
    {
        private readonly Dictionary<(string, Precision), CudaDevice> opened = [];

        internal CudaDevice this[string name, Precision precision]
        {
            get
            {
                if (opened.TryGetValue((name, precision), out var device)) return device;
                device = (CudaDevice)TestDevices.Open(name, precision);
                (device.UsesHopper, device.MostPadding) = (false, double.PositiveInfinity);
                return opened[(name, precision)] = device;
            }
        }

        public void Dispose()
        {
            foreach (var device in opened.Values) device.Dispose();
        }
    }

    [Theory, EachProduct(Precision.Bfloat16), EachProduct(Precision.TensorFloat32)]
    public void Products_match_the_oracle(string name, Precision precision, string product)
    {
        var worst = EachProductAttribute.Of(precision)[product].Run(devices[name, precision]);
        Assert.True(worst <= 1, $"{product} in {precision}: error is {worst:G3} times its bound");
    }

    [Theory]
    [OnDevice("cuda", Precision.Bfloat16)]
    [OnDevice("cuda", Precision.TensorFloat32)]
    public void A_row_has_the_same_bits_in_any_batch(string name, Precision precision)
    {
        var device = devices[name, precision];
        OracleTensor w = OracleTensor.Random(Shape.Of(64, 3, 3, 64), 1), d = OracleTensor.Random(Shape.Of(64, 1024), 2);
        byte[] Rows(int first, int count)
        {
            using var t = new DeviceTensors(device);
            Tensor x = t.In(OracleTensor.Random(Shape.Of(5, 10, 10, 64), 3)).Rows(first, count), y = t.Out(Shape.Of(count, 8, 8, 64));
            device.Conv2D(x, t.In(w), null, y, new(3, 1, Padding.Valid), false);
            Tensor r = t.In(OracleTensor.Random(Shape.Of(5, 1024), 4)).Rows(first, count), z = t.Out(Shape.Of(count, 64));
            device.Dense(r, t.In(d), null, z, false);
            return [.. t.Raw(y), .. t.Raw(z)];
        }
        var all = Rows(0, 5);
        const int map = 8 * 8 * 64 * sizeof(float), row = 64 * sizeof(float);
        Assert.Equal([.. all[(4 * map)..(5 * map)], .. all[(5 * map + 4 * row)..]], Rows(4, 1));
    }

    [Theory]
    [OnDevice("cuda", Precision.Bfloat16)]
    [OnDevice("cuda", Precision.TensorFloat32)]
    public void Products_allocate_nothing_and_repeat_their_bits(string name, Precision precision)
    {
        var device = devices[name, precision];
        using var t = new DeviceTensors(device);
        Shape xs = Shape.Of(2, 9, 9, 64), ws = Shape.Of(64, 3, 3, 64);
        Tensor x = t.In(OracleTensor.Random(xs, 1)), w = t.In(OracleTensor.Random(ws, 2)), y = t.Out(xs), dx = t.Out(xs), dw = t.Out(ws);
        Tensor rows = x.Reshape(Shape.Of(2, 81 * 64)), d = t.In(OracleTensor.Random(Shape.Of(64, 81 * 64), 3)), z = t.Out(Shape.Of(2, 64));
        Tensor drows = t.Out(rows.Shape), dd = t.Out(d.Shape);
        var window = new Window(3, 1, Padding.Same);
        void Run()
        {
            device.Conv2D(x, w, null, y, window, true);
            device.Conv2DBackwardData(x, w, dx, window);
            device.Conv2DBackwardFilter(x, y, dw, null, window);
            device.Dense(rows, d, null, z, true);
            device.DenseBackwardData(z, d, drows);
            device.DenseBackwardFilter(rows, z, dd, null);
        }
        Run();
        var first = t.Outputs.Select(t.Raw).ToArray();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(first, t.Outputs.Select(t.Raw));
    }

    [Theory]
    [OnDevice("cuda", Precision.Bfloat16)]
    [OnDevice("cuda", Precision.TensorFloat32)]
    public void A_layer_of_few_channels_is_multiplied_in_float32(string name, Precision precision)
    {
        using var device = (CudaDevice)TestDevices.Open(name, precision);
        foreach (var layer in new[] { "Conv2D 1x5x7x3->5 k3 s1 Same", "Dense 5x64->1", "Conv2DBackwardFilter 2x5x6x17->1 k5 s3 Same" })
            Assert.True(Cases.Named(layer).Run(device) <= 1, layer);
    }

    /// <summary>The layers of the presets, at the batches of training, decisions and labels.</summary>
    [Theory]
    [InlineData(32, 472, 6, 64, 6, 2, Padding.Same)]
    [InlineData(1, 472, 6, 64, 6, 2, Padding.Same)]
    [InlineData(32, 79, 64, 64, 5, 1, Padding.Same)]
    [InlineData(1, 79, 64, 64, 5, 1, Padding.Same)]
    [InlineData(64, 27, 64, 64, 3, 1, Padding.Same)]
    [InlineData(2048, 27, 64, 64, 3, 1, Padding.Same)]
    [InlineData(64, 14, 64, 64, 3, 1, Padding.Valid)]
    [InlineData(64, 12, 64, 64, 3, 1, Padding.Valid)]
    [InlineData(64, 10, 64, 64, 3, 1, Padding.Valid)]
    [InlineData(256, 64, 6, 32, 6, 4, Padding.Same)]
    [InlineData(256, 16, 32, 48, 3, 2, Padding.Same)]
    public void Plans_cover_the_layer_within_the_limits(int images, int side, int inputs, int outputs, int kernel, int stride, Padding padding)
    {
        var s = new ConvolutionShape(Shape.Of(images, side, side, inputs), outputs, new(kernel, stride, padding));
        foreach (var element in new[] { MmaElement.Bfloat16, MmaElement.TensorFloat32 })
        {
            foreach (var plan in new[] { MmaConvolutionPlan.Forward(s, element, true, true)!, MmaConvolutionPlan.Backward(s, element, true, true)! })
            {
                var c = plan.Convolution;
                var pixels = plan.Kernel.Name.Contains("_128_") ? 128 : 64;
                Assert.InRange(c.TileImages * c.TileRows * c.TileColumns, pixels / 3, pixels);
                Assert.True((long)c.TilesDown * c.TileRows >= c.Rows && (long)c.TilesAcross * c.TileColumns >= c.Columns);
                Assert.Equal((images + c.TileImages - 1) / c.TileImages * c.TilesDown * c.TilesAcross, plan.Tiles);
                Assert.True(c.Slices * c.Steps * element.Unit >= c.Patch.Depth && plan.Kernel.Shared <= MmaTile.SharedBytes && plan.Padding < 8);
            }
            var filter = MmaFilterPlan.Of(s, element, true)!;
            Assert.True(filter.Kernel.Shared <= MmaTile.SharedBytes && filter.Filter.Parts <= filter.Filter.Tiles && filter.Padding < 8);
            Assert.True(filter.Filter.Parts * filter.Groups * filter.Blocks <= 2 * MmaTile.Multiprocessors);
        }
    }

    /// <summary>
    /// A row for every product of the matrix but the largest, with operands that need no rounding, and for two layers with operands that do.
    /// </summary>
    private sealed class EachProductAttribute(Precision precision) : OnDeviceAttribute("cuda")
    {
        private static readonly Dictionary<Precision, Dictionary<string, OperationCase>> made = [];

        public static Dictionary<string, OperationCase> Of(Precision precision)
        {
            lock (made)
                return made.TryGetValue(precision, out var cases)
                    ? cases
                    : made[precision] = Cases.For(precision).Where(IsRun).ToDictionary(c => c.Name);
        }

        private static bool IsRun(OperationCase c) => c.IsProduct && !c.Large
            && (c.Name.EndsWith("64ths") || c.Name.Contains("2x23x18x17->33 k3") || c.Name.Contains(" 31x47->16"));

        protected override IEnumerable<object[]> Rows => Of(precision).Keys.Select(name => (object[])[precision, name]);
    }
}
