using ActionableModels.Tests.Shared;

namespace ActionableModels.Cli.Tests.Commands;

/// <summary>What a driver or a GPU can do wrong ends a command with one line and exit code 1, and every file stays whole.</summary>
[Collection(nameof(SmallRun))]
public sealed class CudaFaultTests(SmallRun small)
{
    private static readonly string[] Cuda = ["--device", "cuda"];

    /// <summary>The stand-in as the driver, with settings of tests/driver/api/settings.h.</summary>
    private static (string, string)[] Driver(params (string, string)[] settings) => [(StandIn.Variable, StandIn.File), .. settings];

    private Actionable.Result Act(params (string, string)[] settings) => Actionable.RunWith(Driver(settings),
        ["act", "--checkpoint", small.Checkpoint, "--image", small.Path("current.png"), "--goal", small.Path("goal.png"), .. Cuda, "--json"]);

    [StandInFact]
    public void EveryFaultIsOneLine()
    {
        Assert.Null(StandIn.Missing);
        Assert.Equal(0, Act().Code);
        Act(("STANDIN_VERSION", "11080")).Fails("too old", "CUDA 11.8", "need 12.0");
        Act(("STANDIN_DEVICES", "0")).Fails("found no device");
        Act(("STANDIN_CAPABILITY", "75")).Fails("compute capability 7.5", "need 8.0");
        Act(("STANDIN_REJECT", "1")).Fails("rejects the PTX", "ptxas fatal");
        Act(("STANDIN_MEMORY", "1000000")).Fails("needs about", "could not allocate", "of its 1,000,000 bytes are free");
        Act(("STANDIN_FAIL_LAUNCH", "5")).Fails("CUDA_ERROR_ILLEGAL_ADDRESS", "last checkpoint");
        Actionable.RunWith(Driver(), "doctor", "--device", "cuda:3").Fails("no cuda device 3");
    }

    [StandInFact]
    public void AutoTakesTheGpuAndSaysSo()
    {
        Assert.Null(StandIn.Missing);
        var result = Actionable.RunWith(Driver(), "doctor", "--device", "auto", "--json");
        Assert.Equal("cuda", result.Json.GetProperty("device").GetString());
        Assert.Contains("--device auto computes on cuda, the first GPU found: ", result.Error);
        result = Actionable.RunWith(Driver(("STANDIN_DEVICES", "0"), ("OCL_ICD_VENDORS", "/nonexistent")), "doctor", "--device", "auto", "--json");
        Assert.Equal("cpu", result.Json.GetProperty("device").GetString());
        Assert.Contains("found no device", result.Error);
    }

    [StandInFact]
    public void ADeviceLostInTheMiddleOfARunLeavesTheLastCheckpoint()
    {
        Assert.Null(StandIn.Missing);
        // A step of this network is between 50 and 700 kernels, so that the fault comes between the first checkpoint and the end.
        const string kernel = "1500";
        string[] train = ["train", "--data", small.Data, "--preset", "compact-32", "--batch", "4", "--steps", "30", "--checkpoint-every", "2", .. Cuda];
        var (unbroken, broken) = (small.New(), small.New());
        Assert.Equal(0, Actionable.RunWith(Driver(), [.. train, "--output", unbroken]).Code);
        Actionable.RunWith(Driver(("STANDIN_FAIL_LAUNCH", kernel)), [.. train, "--output", broken])
            .Fails("CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered", "start again from the last checkpoint");
        Assert.InRange(Actionable.Json("inspect", "--checkpoint", Path.Combine(broken, "checkpoint.safetensors")).GetProperty("step").GetInt32(), 2, 28);
        var resumed = Actionable.RunWith(Driver(), [.. train, "--output", broken, "--resume"]);
        Assert.True(resumed.Code == 0, resumed.Error);
        Assert.Equal(ResumeTests.Files(unbroken), ResumeTests.Files(broken));
    }
}
