using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Environments;
using ActionableModels.Simulation.Tests.Physics;

namespace ActionableModels.Simulation.Tests;

public class TabletopEnvironmentTests
{
    private static readonly RandomPolicy Random = new();

    private static TabletopEnvironment World(string task = TabletopOptions.PickAndPlace, int? objects = null, bool terminate = false, int size = 16) =>
        new(new() { Task = task, ImageHeight = size, ImageWidth = size, Objects = objects, Terminate = terminate });

    private static StepResult RunEpisode(TabletopEnvironment world, RecordingPolicy policy, ulong seed)
    {
        var action = new float[ActionSpace.Dimensions];
        world.Reset(seed);
        for (var step = 0; ; step++)
        {
            policy.Act(world, new RandomKey(seed, 1234, 0), step, action);
            var result = world.Step(action);
            if (result.Terminated || result.Truncated)
                return result;
        }
    }

    private static double SuccessRate(TabletopEnvironment world, RecordingPolicy policy, int episodes) =>
        Enumerable.Range(0, episodes).Count(seed => RunEpisode(world, policy, (ulong)seed).Info.Success) / (double)episodes;

    [Theory]
    [InlineData(TabletopOptions.PickAndPlace, 1), InlineData(TabletopOptions.PickAndPlace, 6)]
    [InlineData(TabletopOptions.Reaching, 0), InlineData(TabletopOptions.Reaching, 4)]
    public void TheScriptSucceedsAndRandomMotionDoesNot(string task, int objects)
    {
        var world = World(task, objects);
        Assert.True(SuccessRate(world, ScriptedPolicy.For(task, 0, 0), 300) >= 0.95);
        Assert.True(SuccessRate(world, Random, 300) < 0.05);
    }

    [Theory]
    [InlineData(TabletopOptions.PickAndPlace), InlineData(TabletopOptions.Reaching)]
    public void DoingNothingNeverSucceedsAndEndsAtTheStepLimit(string task)
    {
        var world = World(task);
        for (ulong seed = 0; seed < 100; seed++)
        {
            world.Reset(seed);
            for (var step = 1; step <= world.MaxSteps; step++)
            {
                var result = world.Step(new float[ActionSpace.Dimensions]);
                Assert.Equal((0f, false, step == world.MaxSteps), (result.Reward, result.Terminated, result.Truncated));
            }
        }
    }

    [Fact]
    public void TheSameSeedAndActionsGiveTheSameBytes()
    {
        static List<byte> Run(TabletopEnvironment world)
        {
            var bytes = new List<byte>();
            var action = new float[ActionSpace.Dimensions];
            for (ulong seed = 3; seed < 9; seed++)
            {
                var seen = world.Reset(seed);
                bytes.AddRange(world.GoalImage);
                for (var step = 0; step < 15; step++)
                {
                    bytes.AddRange(seen.Image.Span);
                    foreach (var number in seen.State.Span)
                        bytes.AddRange(BitConverter.GetBytes(number));
                    Random.Act(world, new RandomKey(seed, 1234, 0), step, action);
                    seen = world.Step(action).Observation;
                }
            }
            return bytes;
        }
        var used = World(objects: 5, size: 48);
        RunEpisode(used, Random, 77);
        Assert.Equal(Run(World(objects: 5, size: 48)), Run(used));
    }

    [Fact]
    public void TheGoalIsAStateThatTheScriptReached()
    {
        var world = World(objects: 4, size: 48);
        var image = new byte[48 * 48 * 3];
        var renderer = new ActionableModels.Simulation.Camera.Renderer(48, 48, overhead: false);
        for (ulong seed = 0; seed < 50; seed++)
        {
            world.Reset(seed);
            renderer.Render(world.Goal, image);
            Assert.Equal(image, world.GoalImage.ToArray());
            Assert.Null(SceneOracle.Fault(world.Goal));
            Assert.Equal(-1, world.Goal.Hand.Held);
            Assert.True(world.Goal.RestsOnTable(0));
            Assert.True(Place.OfBody(world.Goal, 0).DistanceTo(Place.OfBody(world.World, 0)) >= 0.12);
            Assert.Equal(world.World.Count, world.Goal.Count);
        }
    }

    [Fact]
    public void SuccessNeedsTheCubeReleased()
    {
        var world = World();
        var script = ScriptedPolicy.For(world.Task, 0, 0);
        var action = new float[ActionSpace.Dimensions];
        var held = 0;
        for (ulong seed = 0; seed < 20; seed++)
        {
            world.Reset(seed);
            for (var step = 0; step < 12; step++)
            {
                script.Act(world, new RandomKey(seed, 1, 0), step, action);
                action[ActionSpace.Open] = 0;
                var result = world.Step(action);
                Assert.False(result.Info.Success);
                held += result.Info.Grasped ? 1 : 0;
            }
            Assert.Equal(0, world.World.Hand.Held);
            action.AsSpan().Clear();
            action[ActionSpace.Open] = 1;
            var last = world.Step(action);
            Assert.True(last.Info is { Success: true, Grasped: true } && last.Terminated && last.Reward == 1);
        }
        Assert.True(held > 100);
    }

    [Fact]
    public void RecordedScenesAreNeverEvaluationScenes()
    {
        var evaluation = World();
        var recorder = new EpisodeRecorder(evaluation.Options, RecordingMix.Random, 1, seed: 5);
        var recorded = recorder.Record(0).Images.AsSpan(0, 16 * 16 * 3).ToArray();
        Assert.NotEqual(recorded, evaluation.Reset(5).Image.ToArray());
    }

    [Fact]
    public void ActionsAreClippedToTheirBounds()
    {
        var world = World();
        world.Reset(1);
        var before = Place.OfHand(world.World);
        world.Step([before.X > 0 ? -5 : 5, 0, 0, 2, 0, 0, 3]);
        Assert.Equal(0.12, Math.Abs(world.World.Hand.X - before.X), 6);
        Assert.Equal(0, world.World.Hand.Azimuth);
    }

    [Theory]
    [InlineData(float.NaN), InlineData(float.PositiveInfinity)]
    public void ANonFiniteActionIsRefusedAndNothingMoves(float value)
    {
        var world = World();
        var before = world.Reset(1).Image.ToArray();
        var error = Assert.Throws<ActionableException>(() => world.Step([0.1f, 0, value, 0, 0, 0, 0]));
        Assert.Contains("action z", error.Message);
        Assert.Equal(before, world.Step(new float[ActionSpace.Dimensions]).Observation.Image.ToArray());
    }

    [Fact]
    public void AnActionOfTheWrongLengthAndAStepBeforeResetAreRefused()
    {
        var world = World();
        Assert.Contains("reset", Assert.Throws<ActionableException>(() => world.Step(new float[7])).Message);
        world.Reset(1);
        Assert.Contains("6 numbers", Assert.Throws<ActionableException>(() => world.Step(new float[6])).Message);
    }

    [Fact]
    public void TerminateEndsTheEpisodeOnlyWhereItIsOn()
    {
        foreach (var on in (bool[])[false, true])
        {
            var world = World(terminate: on);
            world.Reset(1);
            var result = world.Step([0, 0, 0, 0, 0, 0, 1]);
            Assert.Equal((on, false, 0f), (result.Terminated, result.Truncated, result.Reward));
            Assert.Equal(!on, world.Actions.IsFixed(ActionSpace.Terminate));
        }
    }

    [Fact]
    public void TheObservationTellsGripperAndHeight()
    {
        var world = World();
        var seen = world.Reset(1);
        Assert.Equal(0, seen.State.Span[0]);
        Assert.Equal((float)world.World.Hand.Z, seen.State.Span[1]);
        Assert.Equal(1, world.Step([0, 0, 0, 0, 1, 0, 0]).Observation.State.Span[0]);
    }

    [Fact]
    public void StepsAllocateNothing()
    {
        var world = World(objects: 6, size: 48);
        var action = new float[ActionSpace.Dimensions];
        void Run(int steps)
        {
            for (var step = 0; step < steps; step++)
            {
                if (step % 15 == 0)
                    world.Reset((ulong)step);
                Random.Act(world, new RandomKey(1, 2, 3), step, action);
                world.Step(action);
            }
        }
        Run(200);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run(200);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 256);
    }
}
