using System.Diagnostics;
using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Storage;
using ActionableModels.Tests.Shared;
using ActionableModels.Tests.Storage;

namespace ActionableModels.Tests.Data;

public sealed class EpisodeWriterTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Shards_are_cut_by_episodes_and_by_bytes()
    {
        using (var writer = EpisodeWriter.Open(folder["bytes"], TestEpisodes.Header, 100, 3 * 18))
        {
            foreach (var steps in new[] { 1, 0, 5, 0 })
                writer.Add(TestEpisodes.Make(0, steps));
            writer.Complete();
        }
        using var store = EpisodeStore.Open(folder["bytes"]);
        Assert.Equal((4, 3), (store.EpisodeCount, store.ShardCount));
    }

    [Fact]
    public void Episodes_not_completed_are_dropped_and_written_shards_stay()
    {
        using (var writer = EpisodeWriter.Open(folder.Path, TestEpisodes.Header, 2, 1 << 20))
        {
            for (var i = 0; i < 3; i++)
                writer.Add(TestEpisodes.Make(i, 1));
            Assert.Equal(3, writer.EpisodeCount);
        }
        using var store = EpisodeStore.Open(folder.Path);
        Assert.Equal(2, store.EpisodeCount);
    }

    public static TheoryData<string, Episode> WrongEpisodes()
    {
        var good = TestEpisodes.Make(0, 2);
        float[] With(float[] numbers, int index, float value)
        {
            var copy = (float[])numbers.Clone();
            copy[index] = value;
            return copy;
        }
        return new()
        {
            { "13 action numbers are no multiple of 7", good with { Actions = good.Actions[..13] } },
            { "53 image bytes, where 2 steps take 3 images of 2×3×3 bytes", good with { Images = good.Images[..53] } },
            { "5 state numbers, where 2 steps take 6", good with { States = good.States[..5] } },
            { "step 1: action y is NaN, not within [-0.1, 0.1]", good with { Actions = With(good.Actions, 8, float.NaN) } },
            { "step 0: action x is ∞, not within", good with { Actions = With(good.Actions, 0, float.PositiveInfinity) } },
            { "step 0: action azimuth is 1.58, not within", good with { Actions = With(good.Actions, 3, 1.58f) } },
            { "step 1: action terminate is 0.5, not 0 or 1", good with { Actions = With(good.Actions, 13, 0.5f) } },
            { "frame 2: state gripper_closed is NaN", good with { States = With(good.States, 4, float.NaN) } },
            { "the policy name \"\" is not one line", good with { Policy = "" } },
            { "the policy name \"a b\" is not one line", good with { Policy = "a\nb" } },
        };
    }

    [Theory]
    [MemberData(nameof(WrongEpisodes))]
    public void Wrong_episodes_are_refused_and_the_writer_goes_on(string message, Episode wrong)
    {
        using (var writer = EpisodeWriter.Open(folder.Path, TestEpisodes.Header))
        {
            writer.Add(TestEpisodes.Make(0, 1));
            var error = Assert.Throws<ActionableException>(() => writer.Add(wrong));
            Assert.StartsWith($"{folder.Path}: episode 1", error.Message);
            Assert.Contains(message, error.Message.Replace("Infinity", "∞"));
            writer.Add(TestEpisodes.Make(1, 1));
            writer.Complete();
        }
        using var store = EpisodeStore.Open(folder.Path, verifyHashes: true);
        Assert.Equal(2, store.EpisodeCount);
    }

    [Fact]
    public void A_dataset_of_another_kind_is_not_appended_to()
    {
        TestEpisodes.Record(folder.Path, [1]);
        var before = Contents(folder.Path);
        var wide = TestEpisodes.Header with { ImageWidth = 4 };
        Assert.Contains("has images of 2×3, the new ones have 2×4", Assert.Throws<ActionableException>(() => EpisodeWriter.Open(folder.Path, wide)).Message);
        var flat = TestEpisodes.Header with { Actions = ActionSpace.QtOpt with { High = [0.1f, 0.1f, 0, 0, 1, 1, 1] } };
        Assert.Contains("has another action space", Assert.Throws<ActionableException>(() => EpisodeWriter.Open(folder.Path, flat)).Message);
        Assert.Equal(before, Contents(folder.Path));
    }

    [Fact]
    public void A_damaged_dataset_is_not_appended_to()
    {
        TestEpisodes.Record(folder.Path, [1]);
        File.WriteAllText(folder["dataset.json"], "{");
        Assert.Throws<ActionableException>(() => EpisodeWriter.Open(folder.Path, TestEpisodes.Header));
        Assert.Equal("{", File.ReadAllText(folder["dataset.json"]));
    }

    [Fact]
    public void Wrong_headers_are_refused_before_anything_is_created()
    {
        foreach (var header in new[] { TestEpisodes.Header with { ImageHeight = 0 }, TestEpisodes.Header with { ImageWidth = 20_000 },
            TestEpisodes.Header with { Actions = new ActionSpace([], [], []) } })
            Assert.StartsWith($"{folder["new"]}: ", Assert.Throws<ActionableException>(() => EpisodeWriter.Open(folder["new"], header)).Message);
        Assert.False(Directory.Exists(folder["new"]));
    }

    [Fact]
    public void Folders_that_cannot_be_written_are_named()
    {
        File.WriteAllText(folder["file"], "");
        foreach (var path in new[] { folder["file"], folder["file/inner"], "/proc/dataset" })
            Assert.Contains("cannot be written", Assert.Throws<ActionableException>(() => EpisodeWriter.Open(path, TestEpisodes.Header)).Message);
    }

    [Fact]
    public void One_writer_at_a_time()
    {
        using (EpisodeWriter.Open(folder.Path, TestEpisodes.Header))
            Assert.Contains("another process is writing this dataset",
                Assert.Throws<ActionableException>(() => EpisodeWriter.Open(folder.Path, TestEpisodes.Header)).Message);
        TestEpisodes.Record(folder.Path, [1]);
    }

    [Fact]
    public void The_lock_of_a_killed_process_does_not_block()
    {
        if (!Requirement.Program("/usr/bin/flock", nameof(The_lock_of_a_killed_process_does_not_block)))
            return;
        using var other = Process.Start("/usr/bin/flock", ["--no-fork", folder[EpisodeWriter.LockName], "sleep", "100"]);
        var refused = SpinWait.SpinUntil(() =>
        {
            try
            {
                EpisodeWriter.Open(folder.Path, TestEpisodes.Header).Dispose();
                return false;
            }
            catch (ActionableException e)
            {
                return e.Message.Contains("another process is writing this dataset");
            }
        }, TimeSpan.FromSeconds(20));
        other.Kill();
        other.WaitForExit();
        Assert.True(refused);
        TestEpisodes.Record(folder.Path, [1]);
    }

    [Theory]
    [InlineData("shard-00001.safetensors")]
    [InlineData("dataset.json")]
    public void A_full_disk_leaves_the_dataset_as_it_was(string file)
    {
        TestEpisodes.Record(folder.Path, [3, 1]);
        var before = Contents(folder.Path);
        // Whatever is written to /dev/full fails as on a full disk; a link in the temporary's place leads there.
        File.CreateSymbolicLink(folder[file + ".partial"], "/dev/full");
        using (var writer = EpisodeWriter.Open(folder.Path, TestEpisodes.Header))
        {
            writer.Add(TestEpisodes.Make(2, 2));
            var error = Assert.Throws<ActionableException>(writer.Complete);
            Assert.StartsWith($"{folder[file]}: cannot be written, the disk is full", error.Message);
        }
        Assert.Equal(before, Contents(folder.Path));
        TestEpisodes.Record(folder.Path, [2], first: 2);
        using var store = EpisodeStore.Open(folder.Path, verifyHashes: true);
        Assert.Equal(3, store.EpisodeCount);
    }

    static Dictionary<string, string> Contents(string folder) => Directory.GetFiles(folder)
        .Where(f => !f.EndsWith("shard-00001.safetensors", StringComparison.Ordinal))
        .ToDictionary(f => Path.GetFileName(f), f => Convert.ToHexString(File.ReadAllBytes(f)));
}
