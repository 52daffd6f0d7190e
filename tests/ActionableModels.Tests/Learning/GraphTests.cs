using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Compute.Cuda;
using ActionableModels.Learning;
using ActionableModels.Policies;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Tests.Learning;

/// <summary>On CUDA a training step is one launch of a graph, and so is a decision.</summary>
public sealed class GraphTests(OpenedDevices devices) : IClassFixture<OpenedDevices>
{
    private const int Times = 5;

    /// <summary>The first time builds the graph, the others only launch it.</summary>
    private static void ExpectOneLaunchEach(CudaDevice device, Action run)
    {
        run();
        var before = device.Statistics;
        for (var i = 0; i < Times; i++) run();
        var after = device.Statistics;
        Assert.Equal((0, Times, 0), (after.Launches - before.Launches, after.GraphLaunches - before.GraphLaunches, after.Recordings - before.Recordings));
    }

    [Theory, EachForm("cuda")]
    public void A_training_step_is_one_launch(string name, string form)
    {
        using var world = new TinyWorld();
        var device = (CudaDevice)devices[name];
        // The lagged target's copy is no part of a step.
        var settings = TrainingForms.All[form] with { Steps = 100, LagSteps = 1000 };
        using var trainer = new Trainer(device, world.Store, TinyWorld.Start(device, settings));
        ExpectOneLaunchEach(device, trainer.Advance);
    }

    [Theory]
    [OnDevice("cuda", "default")]
    [OnDevice("cuda", "gcbc")]
    public void A_decision_is_one_launch(string name, string form)
    {
        var device = (CudaDevice)devices[name];
        using var policy = new GoalReachingPolicy(device, TinyWorld.Start(device, TrainingForms.All[form]).Policy);
        byte[] current = new byte[TinyWorld.CameraHeight * TinyWorld.CameraWidth * 3], goal = new byte[current.Length];
        float[] state = new float[ActionSpace.StateDimensions], action = new float[ActionSpace.Dimensions];
        var step = 0UL;
        void Act() => policy.Act(current, goal, state, new RandomKey(1, 2, step++), action);
        ExpectOneLaunchEach(device, () =>
        {
            goal[0]++;
            Act();
        });
        // With the goal of the decision before, the goal's part stays out of the graph.
        ExpectOneLaunchEach(device, Act);
    }

    /// <summary>A row for every form but those that choose goals by value: these compute before the step as well, for the host to choose.</summary>
    private sealed class EachFormAttribute(string device) : OnDeviceAttribute(device)
    {
        protected override IEnumerable<object[]> Rows =>
            TrainingForms.All.Where(form => !GoalSamplers.ChoosesByValue(form.Value.GoalSampler)).Select(form => (object[])[form.Key]);
    }
}
