using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.Data;
using ActionableModels.Learning;
using ActionableModels.Tests.Data;
using ActionableModels.Networks;
using ActionableModels.Policies;

namespace ActionableModels.Tests.Learning;

/// <summary>The strategies that choose random goals.</summary>
public sealed class GoalSamplerTests
{
    [Fact]
    public void Same_scene_takes_the_candidate_whose_episode_began_most_alike()
    {
        // Dark and bright scenes in turn; what follows the first image must not matter.
        using var folder = new TemporaryFolder();
        using (var writer = EpisodeWriter.Open(folder.Path, new DatasetHeader("scenes", 9, 9, TinyWorld.Space)))
        {
            for (var e = 0; e < 12; e++)
            {
                var images = new byte[3 * 9 * 9 * 3];
                for (var i = 0; i < images.Length; i++)
                    images[i] = (byte)(Philox.Word(new RandomKey(1, 960, (ulong)e), (uint)i) % 40 + (i < 9 * 9 * 3 && e % 2 == 1 ? 200
                        : 0));
                writer.Add(new Episode(images, new float[6], new float[2 * ActionSpace.Dimensions], true, "scene"));
            }
            writer.Complete();
        }
        using var store = EpisodeStore.Open(folder.Path);
        var sampler = GoalSamplers.Create("same-scene", store);
        const int draws = 4000;
        var (alike, frames) = (0, new int[store.FrameCount]);
        for (var i = 0; i < draws; i++)
        {
            var episode = i % 12;
            var frame = sampler.Draw(episode, new RandomKey(2, 961, (ulong)i), (uint)(i % 3));
            frames[frame]++;
            if (store.EpisodeOf(frame) % 2 == episode % 2) alike++;
        }
        // All eight candidates show the other kind once in 2^8.
        Assert.InRange((double)alike / draws, 0.985, 0.9995);
        Assert.All(frames, n => Assert.True(n > 0, "a frame is never drawn"));
    }

    [Theory]
    [InlineData("uniform")]
    [InlineData("same-scene")]
    public void Candidates_of_one_example_are_independent_draws(string name)
    {
        using var world = new TinyWorld(24);
        var sampler = GoalSamplers.Create(name, world.Store);
        var equal = 0;
        for (var i = 0; i < 1000; i++)
        {
            var key = new RandomKey(3, 962, (ulong)i);
            var goals = Enumerable.Range(0, GoalSamplers.ValueCandidates).Select(c => sampler.Draw(i % 24, key, (uint)c)).ToArray();
            if (goals.Distinct().Count() < goals.Length) equal++;
            Assert.Equal(goals[0], sampler.Draw(i % 24, key, 0));
        }
        Assert.InRange(equal, 1, 500);
    }

    [Theory]
    [InlineData("nearest-value")]
    [InlineData("skewed")]
    public void Value_based_samplers_choose_by_Q_at_the_cut(string name)
    {
        const int candidates = GoalSamplers.ValueCandidates, d = ActionSpace.Dimensions;
        var settings = TinyWorld.Settings with { Batch = 32, GoalSampler = name, Temperature = 0.05f, RandomCrop = false };
        using var world = new TinyWorld();
        using var device = new CpuDevice(2);
        using var arena = new Arena(device);
        var checkpoint = TinyWorld.Start(device, settings);
        var spec = checkpoint.Header.Network;
        var average = new ParameterSet(arena, checkpoint.Layout);
        device.Upload<float>(checkpoint.Average, average.All);
        var folded = new FoldedNetwork(arena, spec, average);
        folded.Refresh();
        var chooser = new ValueGoalChooser(arena, spec, settings, folded, TinyWorld.CameraHeight, TinyWorld.CameraWidth);
        var batch = new Batch(settings.Batch, TinyWorld.CameraHeight, TinyWorld.CameraWidth, candidates);
        var extractor = new ExampleExtractor(world.Store, GoalSamplers.Create(name, world.Store), 0.5f, settings.Seed);
        using var evaluator = new QEvaluator(device, checkpoint.Policy, 1);
        var byRank = new Frequencies(candidates);
        for (var step = 0L; step < 40; step++)
        {
            batch.Fill(step, world.Store, extractor, settings, spec);
            var before = batch.Examples.ToArray();
            chooser.Choose(batch);
            for (var row = 0; row < settings.Batch; row++)
            {
                var (old, now) = (before[row], batch.Examples[row]);
                Assert.Equal(old with { GoalFrame = now.GoalFrame, Reached = now.Reached }, now);
                Assert.Equal(world.Store.FirstFrame(now.Episode) + now.Step + 1 == now.GoalFrame, now.Reached);
                Assert.True(batch.Goal.AsSpan(row * 330, 330).SequenceEqual(world.Store.Image(now.GoalFrame)),
                    "the goal image is not that of the goal frame");
                if (!now.RandomGoal)
                {
                    Assert.Equal(old, now);
                    continue;
                }
                var cut = world.Store.FirstFrame(now.Episode) + now.Cut;
                var action = world.Store.Action(now.Episode, Math.Min(now.Cut, world.Store.Steps(now.Episode) - 1));
                var frames = new long[candidates];
                var q = new double[candidates];
                for (var m = 0; m < candidates; m++)
                {
                    frames[m] = batch.Candidates!.Examples[m][row].GoalFrame;
                    q[m] = TinyWorld.Q(evaluator, world.Store.Image(cut), world.Store.Image(frames[m]), world.Store.State(cut),
                        action[..d])[0];
                }
                Assert.Equal(old.GoalFrame, frames[0]);
                var order = Enumerable.Range(0, candidates).OrderBy(m => q[m]).ToArray();
                var chosen = Array.FindLastIndex(order, m => frames[m] == now.GoalFrame);
                Assert.True(chosen >= 0, "the goal is none of the candidates");
                if (name == "nearest-value")
                    Assert.True(q[order[^1]] - q[order[chosen]] < 1e-5, $"chose Q = {q[order[chosen]]}, the highest is {q[order[^1]]}");
                else if (frames.Distinct().Count() == candidates)
                    byRank.Add(chosen, Frequencies.SoftMax([.. order.Select(m => q[m])], settings.Temperature));
            }
        }
        if (name == "nearest-value") return;
        byRank.AssertFarFromUniform();
        byRank.AssertFit();
    }

    [Theory]
    [InlineData("same_scene", "'same-scene'")]
    [InlineData("uniforn", "'uniform'")]
    public void Unknown_names_name_the_nearest(string given, string nearest)
    {
        using var world = new TinyWorld();
        foreach (var error in new[]
        {
            Assert.Throws<ActionableException>(() => GoalSamplers.Create(given, world.Store)),
            Assert.Throws<ActionableException>(() => (TinyWorld.Settings with { GoalSampler = given }).Checked("train")),
        })
        {
            Assert.Contains($"unknown goal sampler '{given}'; did you mean {nearest}?", error.Message);
            Assert.Contains("skewed", error.Message);
        }
    }
}
