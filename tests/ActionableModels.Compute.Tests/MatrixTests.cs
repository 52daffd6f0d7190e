using ActionableModels.Compute.Cpu;
using ActionableModels.Compute.Tests.Matrix;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Compute.Tests;

/// <summary>Every operation, on every shape, on every device, and on the processor at every vector level, against the float64 oracle.</summary>
public sealed class MatrixTests(OpenedDevices devices) : IClassFixture<OpenedDevices>
{
    public static TheoryData<string, SimdLevel, ConvolutionPath> Rows()
    {
        var rows = new TheoryData<string, SimdLevel, ConvolutionPath>();
        foreach (var level in Enum.GetValues<SimdLevel>().Where(l => l != SimdLevel.Auto && CpuDevice.IsSupported(l)))
            foreach (var c in Cases.All.Where(c => !c.Large || level == CpuDevice.Widest))
            {
                rows.Add(c.Name, level, ConvolutionPath.Auto);
                if (c.TransformedBound > 0) rows.Add(c.Name, level, ConvolutionPath.Direct);
            }
        return rows;
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Operation_matches_the_oracle(string name, SimdLevel level, ConvolutionPath path)
    {
        using var device = new CpuDevice(1, level, path);
        var c = Cases.Named(name);
        var worst = c.Run(device, path == ConvolutionPath.Auto && c.TransformedBound > 0);
        Assert.True(worst <= 1, $"{name} at {level}, {path}: error is {worst:G3} times its bound");
    }

    [Theory, EachCase("opencl"), EachCase("cuda")]
    public void Kernels_match_the_oracle(string device, string name)
    {
        var worst = Cases.Named(name).Run(devices[device]);
        Assert.True(worst <= 1, $"{name} on {device}: error is {worst:G3} times its bound");
    }

    /// <summary>A row for every case.</summary>
    private sealed class EachCaseAttribute(string device) : OnDeviceAttribute(device)
    {
        protected override IEnumerable<object[]> Rows => Cases.All.Select(c => (object[])[c.Name]);
    }
}
