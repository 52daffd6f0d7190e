using System.Runtime.Intrinsics.X86;
using ActionableModels.Compute.Cpu;

namespace ActionableModels.Compute.Tests;

/// <summary>The matrix in processes of its own whose instruction sets are switched off through the environment.</summary>
public sealed class InstructionSetTests
{
    [Theory]
    [InlineData("DOTNET_EnableAVX512", SimdLevel.Avx2)]
    [InlineData("DOTNET_EnableAVX2", SimdLevel.Vector128)]
    [InlineData("DOTNET_EnableHWIntrinsic", SimdLevel.Scalar)]
    public async Task Matrix_passes_with_instructions_switched_off(string setting, SimdLevel expected)
    {
        if (!X86Base.IsSupported || CpuDevice.Widest > expected) return;
        var (code, output) = await MatrixProgram.Run([], (setting, "0"));
        Assert.True(code == 0, output);
        Assert.StartsWith($"level {expected}", output);
        Assert.Contains("all operations pass", output);
    }

    [Fact]
    public void An_unsupported_level_is_refused()
    {
        var missing = Enum.GetValues<SimdLevel>().Where(level => level != SimdLevel.Auto && !CpuDevice.IsSupported(level)).ToArray();
        foreach (var level in missing) Assert.Throws<ActionableException>(() => new CpuDevice(1, level));
        using var device = new CpuDevice(1);
        Assert.Equal(CpuDevice.Widest, device.Level);
    }
}
