using ActionableModels.Cli.Bench;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.Compute.Cuda;
using ActionableModels.Learning;
using ActionableModels.Networks;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Cli.Tests.Bench;

/// <summary>Whole training steps and decisions on CUDA at the precision that users get.</summary>
public sealed class TensorCoreWorksTests
{
    private const int Times = 3;
    private static readonly NetworkSpec Network = NetworkPresets.Get("compact-32");

    /// <summary>The first run builds the graph; each other one is a launch of it and allocates nothing.</summary>
    private static void ExpectOneLaunchEach(CudaDevice device, Workload work)
    {
        Assert.Equal(Precision.Bfloat16, device.Precision);
        work.Run();
        work.Run();
        var before = device.Statistics;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Times; i++) work.Run();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - allocated);
        var after = device.Statistics;
        Assert.Equal((0, Times, 0), (after.Launches - before.Launches, after.GraphLaunches - before.GraphLaunches, after.Recordings - before.Recordings));
    }

    [Theory, OnDevice("cuda")]
    public void AStepIsOneLaunch(string name)
    {
        Assert.Null(TestDevices.Missing(name));
        using var device = new CudaDevice();
        using var work = new TrainingWork(device, Network, new TrainingSettings { Preset = "compact-32", Batch = 2 });
        ExpectOneLaunchEach(device, work);
    }

    [Theory, OnDevice("cuda")]
    public void ADecisionIsOneLaunch(string name)
    {
        Assert.Null(TestDevices.Missing(name));
        using var device = new CudaDevice();
        using var work = new DecisionWork(device, Network);
        ExpectOneLaunchEach(device, work);
    }

    /// <summary>Operands of 8 bits of mantissa: relative errors of 2⁻⁸ that mostly cancel over thousands of terms.</summary>
    [Theory, OnDevice("cuda")]
    public void LogitsAreThoseOfTheCpuButForRounding(string name)
    {
        const float bound = 0.02f;
        Assert.Null(TestDevices.Missing(name));
        using var cpu = new CpuDevice(1);
        using var device = new CudaDevice();
        float[] Logits(Device on)
        {
            using var work = new HeadWork(on, Network, 16);
            work.Run();
            return work.Logits();
        }
        float[] expected = Logits(cpu), actual = Logits(device);
        var size = expected.Max(Math.Abs);
        Assert.All(expected.Zip(actual), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, bound * size));
        Assert.NotEqual(expected, actual);
        Assert.True(expected.Max() - expected.Min() > 4 * bound * size, "all logits are alike");
    }
}
