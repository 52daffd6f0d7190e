using ActionableModels.Tests.Shared;

namespace ActionableModels.Cli.Tests.Commands;

/// <summary>Training on a CUDA device that fails, played by the stand-in for the driver.</summary>
[Collection(nameof(SmallRun))]
public sealed class CudaFaultTests(SmallRun small, StandInBuild standIn) : IClassFixture<StandInBuild>
{
    private const int Steps = 8;

    private Actionable.Result Train(string output, string[] options, params (string Name, string Value)[] environment) =>
        Actionable.RunWith([standIn.Variable, .. environment], ["train", "--data", small.Data, "--output", output, "--device", "cuda", .. options]);

    [Fact]
    public void ADeviceLostInTheMiddleLeavesACheckpointToGoOnFrom()
    {
        if (!StandInBuild.CanBuild(nameof(ADeviceLostInTheMiddleLeavesACheckpointToGoOnFrom))) return;
        string[] options = ["--preset", "compact-32", "--batch", "2", "--steps", $"{Steps}", "--checkpoint-every", "1"];
        var (unbroken, lost) = (small.New(), small.New());
        var whole = Train(unbroken, options);
        Assert.True(whole.Code == 0, whole.Error);
        // A step is less than 150 kernels and more than 30.
        Train(lost, options, ("STANDIN_FAIL_LAUNCH", "400"), ("STANDIN_FAIL_RESULT", "999"))
            .Fails("the cuda device failed: CUDA_ERROR_UNKNOWN", "start again from the last checkpoint");
        Assert.InRange(Actionable.Json("inspect", "--checkpoint", Checkpoint(lost)).GetProperty("step").GetInt32(), 1, Steps - 1);
        var rest = Train(lost, [.. options, "--resume"]);
        Assert.True(rest.Code == 0, rest.Error);
        Assert.Equal(File.ReadAllBytes(Checkpoint(unbroken)), File.ReadAllBytes(Checkpoint(lost)));
    }

    [Theory]
    [InlineData("STANDIN_MEMORY", "4000000", "could not allocate")]
    [InlineData("STANDIN_REJECT", "1", "rejects the PTX", "its log: ptxas fatal")]
    [InlineData("STANDIN_VERSION", "11080", "too old: it supports CUDA 11.8", "install NVIDIA's driver 525")]
    [InlineData("STANDIN_CAPABILITY", "75", "compute capability 7.5", "8.0 or later")]
    [InlineData("STANDIN_DEVICES", "0", "found no device")]
    public void AFaultAtTheStartLeavesNothing(string setting, string value, params string[] parts)
    {
        if (!StandInBuild.CanBuild(nameof(AFaultAtTheStartLeavesNothing))) return;
        var output = small.New();
        Train(output, ["--preset", "compact-32", "--batch", "2", "--steps", $"{Steps}"], (setting, value)).Fails(parts);
        Assert.False(File.Exists(Checkpoint(output)));
    }

    private static string Checkpoint(string run) => Path.Combine(run, "checkpoint.safetensors");
}
