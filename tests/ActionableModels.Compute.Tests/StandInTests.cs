using ActionableModels.Tests.Shared;

namespace ActionableModels.Compute.Tests;

/// <summary>
/// CUDA without a GPU: the emulator's own tests, and the operation set on a stand-in for the driver in processes of their own: GPUs of several
/// capabilities, threads in other orders, and faults.
/// </summary>
public sealed class StandInTests(StandInBuild standIn) : IClassFixture<StandInBuild>
{
    private Task<(int Code, string Output)> Run(string precision, params (string Name, string Value)[] environment) =>
        MatrixProgram.Run(["--device", "cuda", "--precision", precision], [standIn.Variable, .. environment]);

    [Fact]
    public void The_emulator_and_the_stand_in_pass_their_tests()
    {
        if (!StandInBuild.CanBuild(nameof(The_emulator_and_the_stand_in_pass_their_tests))) return;
        var (code, output) = StandInBuild.Make("check");
        Assert.True(code == 0, output);
    }

    /// <summary>The seed of the order of threads, blocks and copies is a number that shows a missing barrier most of the time.</summary>
    [Theory]
    [InlineData("80", "fp32", "3")]
    [InlineData("80", "bf16", "0")]
    [InlineData("80", "tf32", "4")]
    [InlineData("90", "bf16", "5")]
    public async Task Every_operation_matches_the_oracle(string capability, string precision, string seed)
    {
        if (!StandInBuild.CanBuild(nameof(Every_operation_matches_the_oracle))) return;
        var (code, output) = await Run(precision, ("STANDIN_CAPABILITY", capability), ("EMULATOR_SEED", seed));
        Assert.True(code == 0, output);
        Assert.StartsWith($"Stand-in on the CPU of compute capability {capability[0]}.{capability[1]}", output);
        Assert.Contains("all operations pass", output);
    }

    [Theory]
    [InlineData("STANDIN_DEVICES", "0", "found no device")]
    [InlineData("STANDIN_VERSION", "11080", "too old: it supports CUDA 11.8")]
    [InlineData("STANDIN_CAPABILITY", "75", "has compute capability 7.5")]
    [InlineData("STANDIN_MEMORY", "100000", "could not allocate")]
    [InlineData("STANDIN_REJECT", "1", "its log: ptxas fatal")]
    [InlineData("STANDIN_FAIL_LAUNCH", "30", "the cuda device failed: CUDA_ERROR_ILLEGAL_ADDRESS")]
    public async Task A_fault_ends_the_work_with_what_it_was(string setting, string value, string expected)
    {
        if (!StandInBuild.CanBuild(nameof(A_fault_ends_the_work_with_what_it_was))) return;
        var (code, output) = await Run("fp32", (setting, value));
        Assert.Equal(1, code);
        Assert.Contains(expected, output);
        Assert.DoesNotContain("all operations pass", output);
        Assert.DoesNotContain("Unhandled", output);
    }
}
