using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.Compute.Kernels;
using ActionableModels.Learning;
using ActionableModels.Networks;
using ActionableModels.Policies;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Tests.Learning;

/// <summary>What a device is said to need is what it takes.</summary>
public sealed class MemoryNeedTests
{
    private static readonly TrainingSettings Settings = TinyWorld.Settings with { Steps = 1 };

    private static long Train(TinyWorld world, Device device)
    {
        using var cpu = new CpuDevice(1);
        using var trainer = new Trainer(device, world.Store, TinyWorld.Start(cpu, Settings));
        trainer.Advance();
        return device.AllocatedBytes!.Value;
    }

    [Theory, OnDevice("opencl"), OnDevice("cuda")]
    public void A_measured_step_takes_the_bytes_of_a_real_one(string name)
    {
        using var world = new TinyWorld();
        using var device = TestDevices.Open(name);
        using var measuring = new MeasuringDevice(device);
        Assert.Equal(Train(world, device), Train(world, measuring));
    }

    /// <summary>The processor keeps copies, parts and images that kernels do not: what it plans must be measured as it plans it.</summary>
    [Theory]
    [InlineData(GoalMerge.Channels)]
    [InlineData(GoalMerge.Towers)]
    public void A_policy_measured_for_the_processor_takes_the_bytes_of_a_real_one(GoalMerge merge)
    {
        var spec = (NetworkPresets.Get("compact-64") with { GoalMerge = merge }).Checked("test");
        var header = new CheckpointHeader(spec, TinyWorld.Settings, TinyWorld.Space, spec.ImageHeight, spec.ImageWidth, 0);
        var layout = new ParameterLayout(spec);
        using var cpu = new CpuDevice(1);
        using var measuring = new MeasuringDevice(cpu);
        using GoalReachingPolicy real = new(cpu, new PolicyModel(header, layout, new float[layout.Count])),
            measured = new(measuring, new PolicyModel(header, layout, []));
        Assert.Equal(real.MemoryBytes, measured.MemoryBytes);
        Assert.True(PairEncoder.KeepsGoal(measuring, spec));
    }

    [Fact]
    public void The_error_says_what_the_whole_needs_and_what_the_device_said()
    {
        using var world = new TinyWorld();
        using var cpu = new CpuDevice(1);
        var fault = MemoryNeed.Explain(new OutOfDeviceMemoryException("there is too little"), cpu, "training", device => Train(world, device));
        using var measuring = new MeasuringDevice(cpu);
        Assert.Equal($"training needs about {Train(world, measuring) / (double)(1 << 20):N0} MiB of memory: there is too little", fault.Message);
    }
}
