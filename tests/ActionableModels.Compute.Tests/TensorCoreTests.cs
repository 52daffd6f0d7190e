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

    /// <summary>A row for every product of the matrix but the largest.</summary>
    private sealed class EachProductAttribute(Precision precision) : OnDeviceAttribute("cuda")
    {
        private static readonly Dictionary<Precision, Dictionary<string, OperationCase>> made = [];

        public static Dictionary<string, OperationCase> Of(Precision precision)
        {
            lock (made)
                return made.TryGetValue(precision, out var cases)
                    ? cases
                    : made[precision] = Cases.For(precision).Where(c => c.IsProduct && !c.Large).ToDictionary(c => c.Name);
        }

        protected override IEnumerable<object[]> Rows => Of(precision).Keys.Select(name => (object[])[precision, name]);
    }
}
