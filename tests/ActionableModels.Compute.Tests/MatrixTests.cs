using ActionableModels.Compute.Cpu;
using ActionableModels.Compute.Tests.Matrix;

namespace ActionableModels.Compute.Tests;

/// <summary>Every operation, on every shape, at every vector level of this machine, against the float64 oracle.</summary>
public sealed class MatrixTests
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
}
