using ActionableModels.Tests.Shared;

namespace ActionableModels.Compute.Tests;

/// <summary>
/// CUDA without a GPU: the emulator's own tests, and the operation set on a stand-in for the driver in processes of their own: GPUs of several
/// capabilities, threads in other orders.
/// </summary>
public sealed class StandInTests
{
    [StandInFact]
    public void The_emulator_and_the_stand_in_pass_their_tests()
    {
        var (code, output) = StandIn.Make("check");
        Assert.True(code == 0, output);
    }

    /// <summary>The seed of the order of threads, blocks and copies is a number that shows a missing barrier most of the time.</summary>
    [StandInTheory]
    [InlineData("80", "fp32", "3")]
    [InlineData("80", "bf16", "0")]
    [InlineData("80", "tf32", "4")]
    [InlineData("90", "bf16", "5")]
    public async Task Every_operation_matches_the_oracle(string capability, string precision, string seed)
    {
        Assert.Null(StandIn.Missing);
        var (code, output) = await MatrixProgram.Run(["--device", "cuda", "--precision", precision],
            (StandIn.Variable, StandIn.File), ("STANDIN_CAPABILITY", capability), ("EMULATOR_SEED", seed));
        Assert.True(code == 0, output);
        Assert.StartsWith($"Stand-in on the CPU of compute capability {capability[0]}.{capability[1]}", output);
        Assert.Contains("all operations pass", output);
    }
}
