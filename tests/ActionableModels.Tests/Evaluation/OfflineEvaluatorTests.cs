using ActionableModels.Actions;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.Data;
using ActionableModels.Evaluation;
using ActionableModels.Learning;
using ActionableModels.Tests.Learning;
using TemporaryFolder = ActionableModels.Tests.Storage.TemporaryFolder;

namespace ActionableModels.Tests.Evaluation;

public sealed class OfflineEvaluatorTests
{
    /// <summary>Two episodes that share no state, so that an action of one means nothing in the other; action 0 is never recorded.</summary>
    private static readonly TabularWorld World = new(([0, 1, 2, 3], [1, 2, 3]), ([4, 5, 6, 7], [3, 1, 2]));

    [Fact]
    public void A_trained_network_tells_recorded_actions_and_near_goals_from_others()
    {
        var settings = new TrainingSettings
        {
            Steps = 1500, Batch = 64, Discount = 0.8f, MonteCarloBound = false, NegativeCandidates = 48, NegativeDraws = 1, ExclusionDistance = 0.5f,
            TargetSamples = 24, AverageRate = 0.01f, LearningRate = 2e-3f, FinalRateShare = 0, Seed = 7,
        };
        using var folder = new TemporaryFolder();
        using var store = World.Record(folder["data"]);
        using var device = new CpuDevice(2);
        var start = Checkpoint.Create(device, new(TabularWorld.Network, settings, TabularWorld.Space, TabularWorld.Side, TabularWorld.Side, 0));
        using var trainer = new Trainer(device, store, start);
        while (trainer.Step < settings.Steps) trainer.Advance();
        using var evaluator = new OfflineEvaluator(device, trainer.ToCheckpoint().Policy, store, 1);
        var result = evaluator.Run(300);
        var q = result.Q!;
        // A quarter of the uniform actions is the recorded one, and counts half.
        Assert.InRange(q.All.Auc.Mean, 0.84, 0.91);
        Assert.All(q.ByDistance, d => Assert.InRange(d.Auc.Mean, 0.8, 0.92));
        Assert.Equal([(1, 1), (2, 3)], q.ByDistance.Select(d => (d.From, d.To!.Value)));
        Assert.Equal(300, q.ByDistance.Sum(d => d.Steps));
        Assert.True(q.ByDistance[0].RecordedQ > q.ByDistance[1].RecordedQ + 0.1);
        Assert.True(q.All.RecordedQ > q.All.UniformQ + 0.2 && q.All.RecordedQ > q.OtherActionQ + 0.2 && q.All.RecordedQ > q.OtherGoalQ + 0.2, $"{q}");
        Assert.InRange(q.NearnessCorrelation!.Value, 0.7, 1);
        Assert.Equal((2, 0.0, 1.0), (result.Episodes, result.Policy.Millimetres, result.Policy.EqualGripper));
    }

    [Fact]
    public void A_random_network_tells_nothing()
    {
        using var world = new TinyWorld(episodes: 300);
        using var device = new CpuDevice(2);
        var q = Run(device, TinyWorld.Start(device, TinyWorld.Settings).Policy, world.Store, 600).Q!;
        Assert.InRange(q.All.Auc.Mean, 0.45, 0.55);
        Assert.InRange(q.AboveOtherAction!.Mean, 0.44, 0.56);
        Assert.InRange(q.NearnessCorrelation!.Value, -0.12, 0.12);
        Assert.InRange(q.All.Auc.High!.Value - q.All.Auc.Low!.Value, 0.01, 0.12);
        Assert.NotEqual(q.All.RecordedQ, q.OtherGoalQ);
    }

    [Fact]
    public void Equal_Q_everywhere_is_a_half_exactly()
    {
        using var world = new TinyWorld();
        using var device = new CpuDevice(1);
        var start = TinyWorld.Start(device, TinyWorld.Settings);
        Clear(start, "head/logit/weight");
        Clear(start, "head/logit/bias");
        var q = Run(device, start.Policy, world.Store, 50).Q!;
        Assert.Equal((0.5, 0.5, 0.5, 0.5), (q.All.Auc.Mean, q.All.Auc.Low, q.All.Auc.High, q.All.RecordedQ));
        Assert.Equal((0.5, 0.5, null), (q.OtherActionQ, q.AboveOtherAction!.Mean, q.NearnessCorrelation));
    }

    [Fact]
    public void A_cloned_policy_has_distances_alone()
    {
        using var world = new TinyWorld();
        using var device = new CpuDevice(1);
        var start = TinyWorld.Start(device, TrainingMethods.Apply(TinyWorld.Settings, "gcbc"));
        Clear(start, "head/action/weight");
        Clear(start, "head/action/bias");
        var result = Run(device, start.Policy, world.Store, 40);
        Assert.Null(result.Q);

        var action = new float[ActionSpace.Dimensions];
        ClonedAction.Decode(new float[ClonedAction.Outputs], TinyWorld.Space, action);
        var examples = new ExampleExtractor(world.Store, GoalSamplers.Create("uniform", world.Store), 0, 5);
        var recorded = Enumerable.Range(0, 40).Select(n => examples.Draw(n, Streams.OfflineSteps))
            .Select(e => world.Store.Action(e.Episode, e.Step).ToArray()).ToArray();
        var millimetres = recorded.Select(a => 1000 * Math.Sqrt(Enumerable.Range(0, 3).Sum(d => Math.Pow(a[d] - (double)action[d], 2)))).Order().ToArray();
        Assert.Equal(millimetres.Average(), result.Policy.Millimetres, 1e-6);
        Assert.Equal((millimetres[19] + millimetres[20]) / 2, result.Policy.MedianMillimetres, 1e-6);
        Assert.Equal(recorded.Average(a => Math.Abs(a[3] - (double)action[3])), result.Policy.Azimuth, 1e-6);
        Assert.Equal(recorded.Average(a => a[4] == action[4] && a[5] == action[5] ? 1.0 : 0), result.Policy.EqualGripper, 1e-9);
    }

    [Fact]
    public void The_result_depends_on_the_seed_and_not_on_threads()
    {
        using var world = new TinyWorld();
        string Of(int threads, ulong seed)
        {
            using var device = new CpuDevice(threads);
            using var evaluator = new OfflineEvaluator(device, TinyWorld.Start(device, TinyWorld.Settings).Policy, world.Store, seed);
            var result = evaluator.Run(30);
            return $"{result} {string.Join(" ", result.Q!.ByDistance)}";
        }
        Assert.Equal(Of(1, 3), Of(2, 3));
        Assert.NotEqual(Of(1, 3), Of(1, 4));
    }

    [Fact]
    public void A_single_episode_has_no_others()
    {
        using var world = new TinyWorld(episodes: 1);
        using var device = new CpuDevice(1);
        var q = Run(device, TinyWorld.Start(device, TinyWorld.Settings).Policy, world.Store, 5).Q!;
        Assert.Equal((null, null, null), (q.OtherActionQ, q.AboveOtherAction, q.OtherGoalQ));
        Assert.Null(q.All.Auc.Low);
    }

    [Fact]
    public void A_dataset_of_another_camera_or_robot_is_refused()
    {
        using var world = new TinyWorld();
        using var device = new CpuDevice(1);
        var model = TinyWorld.Start(device, TinyWorld.Settings).Policy;
        using var folder = new TemporaryFolder();
        Refused("its images are of 9×10, the model's camera of 11×10", new("x", 9, 10, TinyWorld.Space));
        Refused("action bounds", new("x", 11, 10, ActionSpace.QtOpt));

        void Refused(string message, DatasetHeader header)
        {
            var path = folder[$"{header.ImageHeight}"];
            using (var writer = EpisodeWriter.Open(path, header))
            {
                writer.Add(new(new byte[2 * header.ImageBytes], new float[4], new float[7], true, "none"));
                writer.Complete();
            }
            using var store = EpisodeStore.Open(path);
            Assert.Contains(message, Assert.Throws<ActionableException>(() => new OfflineEvaluator(device, model, store, 0)).Message);
        }
    }

    private static OfflineResult Run(Device device, PolicyModel model, EpisodeStore store, int steps)
    {
        using var evaluator = new OfflineEvaluator(device, model, store, 5);
        return evaluator.Run(steps);
    }

    private static void Clear(Checkpoint checkpoint, string name)
    {
        var entry = checkpoint.Layout.Find(name)!;
        checkpoint.Policy.Average.AsSpan((int)entry.Offset, (int)entry.Shape.Count).Clear();
    }
}
