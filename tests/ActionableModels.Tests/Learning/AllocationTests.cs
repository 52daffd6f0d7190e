using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Learning;
using ActionableModels.Networks;
using ActionableModels.Policies;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Tests.Learning;

/// <summary>Tests that count what the whole process allocates, so that nothing else may run meanwhile.</summary>
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
public sealed class AllocationCollection;

/// <summary>Training steps and decisions allocate no managed memory once they have run a few times, on any thread.</summary>
[Collection(nameof(AllocationTests))]
public sealed class AllocationTests(OpenedDevices devices) : IClassFixture<OpenedDevices>
{
    private const int WarmUp = 20;
    private static readonly TrainingSettings Default = TinyWorld.Settings with { Steps = 1000 };

    private static readonly Dictionary<string, TrainingSettings> Forms = new()
    {
        ["default"] = Default,
        ["batch norm, towers, two targets, CEM, distortion"] = Default with
        {
            Normalisation = Normalisation.Batch, GoalMerge = GoalMerge.Towers, TargetNetworks = 2, LagSteps = 7,
            TargetMaximum = TargetMaximum.Cem,
            PhotometricDistortion = true, Optimizer = OptimizerKind.Momentum, LearningRate = 1e-3f,
        },
        ["goals by value"] = Default with { GoalSampler = "skewed" },
        ["goals of the same scene"] = Default with { GoalSampler = "same-scene" },
        ["gcbc"] = TrainingMethods.Apply(Default, "gcbc"),
    };

    /// <summary>
    /// The bytes of the calling thread over all windows, and the fewest bytes of the process in one window: test runners allocate now
    /// and then, an allocation of ours would show in every window. Runs on emulated devices take so long that a window has one of them only.
    /// </summary>
    private static (long Thread, long Process) Measure(string device, Action run)
    {
        var (window, windows) = device == "cpu" ? (10, 6) : (1, 60);
        for (var i = 0; i < WarmUp; i++) run();
        var (thread, process) = (0L, long.MaxValue);
        for (var w = 0; w < windows; w++)
        {
            var (threadBefore, before) = (GC.GetAllocatedBytesForCurrentThread(), GC.GetTotalAllocatedBytes(precise: true));
            for (var i = 0; i < window; i++) run();
            process = Math.Min(process, GC.GetTotalAllocatedBytes(precise: true) - before);
            thread += GC.GetAllocatedBytesForCurrentThread() - threadBefore;
        }
        return (thread, process);
    }

    [Theory, EachForm("cpu"), EachForm("opencl"), EachForm("cuda")]
    public void Training_steps_allocate_nothing(string name, string form)
    {
        using var world = new TinyWorld();
        var device = devices[name];
        using var trainer = new Trainer(device, world.Store, TinyWorld.Start(device, Forms[form]));
        Assert.Equal((0, 0), Measure(name, trainer.Advance));
    }

    [Theory]
    [OnDevice("cpu", "actionable-models", Normalisation.None)]
    [OnDevice("cpu", "actionable-models", Normalisation.Batch)]
    [OnDevice("cpu", "gcbc", Normalisation.None)]
    [OnDevice("opencl", "actionable-models", Normalisation.None)]
    [OnDevice("opencl", "gcbc", Normalisation.Batch)]
    [OnDevice("cuda", "actionable-models", Normalisation.None)]
    [OnDevice("cuda", "gcbc", Normalisation.Batch)]
    public void Decisions_allocate_nothing(string name, string method, Normalisation normalisation)
    {
        var device = devices[name];
        var settings = TrainingMethods.Apply(Default with { Normalisation = normalisation, GoalMerge = GoalMerge.Towers }, method);
        using var policy = new GoalReachingPolicy(device, TinyWorld.Start(device, settings).Policy);
        byte[] current = new byte[TinyWorld.CameraHeight * TinyWorld.CameraWidth * 3], goal = new byte[current.Length];
        float[] state = new float[ActionSpace.StateDimensions], action = new float[ActionSpace.Dimensions];
        var step = 0UL;
        Assert.Equal((0, 0), Measure(name, () => policy.Act(current, goal, state, new RandomKey(1, 2, step++), action)));
    }

    /// <summary>A row for every form.</summary>
    private sealed class EachFormAttribute(string device) : OnDeviceAttribute(device)
    {
        protected override IEnumerable<object[]> Rows => Forms.Keys.Select(form => (object[])[form]);
    }
}
