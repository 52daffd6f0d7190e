using System.Diagnostics;
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
        var start = new ProcessStartInfo(Host()) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(typeof(Program).Assembly.Location);
        start.Environment[setting] = "0";
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        using var stop = limit.Token.Register(() => process.Kill());
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, output + await errors);
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

    /// <summary>The dotnet host: the one that runs this test if it is called so, else the one of the environment.</summary>
    private static string Host()
    {
        if (Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet") return path;
        return Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
    }
}
