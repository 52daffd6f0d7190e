using ActionableModels.Compute.Cpu;
using ActionableModels.Compute.Tests.Matrix;

namespace ActionableModels.Compute.Tests;

/// <summary>Every operation, on every shape, at every vector level of this machine, against the float64 oracle.</summary>
public sealed class MatrixTests
{
    public static TheoryData<string, SimdLevel> Rows()
    {
        var rows = new TheoryData<string, SimdLevel>();
        foreach (var level in Enum.GetValues<SimdLevel>().Where(l => l != SimdLevel.Auto && CpuDevice.IsSupported(l)))
            foreach (var c in Cases.All.Where(c => !c.Large || level == CpuDevice.Widest))
                rows.Add(c.Name, level);
        return rows;
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Operation_matches_the_oracle(string name, SimdLevel level)
    {
        using var device = new CpuDevice(1, level);
        var worst = Cases.Named(name).Run(device);
        Assert.True(worst <= 1, $"{name} at {level}: error is {worst:G3} times its bound");
    }
}
