using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Tests.Storage;

namespace ActionableModels.Tests.Data;

public sealed class EpisodeStoreTests : IDisposable
{
    static readonly int[] Lengths = [3, 1, 0, 5, 2];
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(100)]
    public void What_was_recorded_is_read_back(int episodesPerShard)
    {
        TestEpisodes.Record(folder.Path, Lengths, episodesPerShard);
        using var store = EpisodeStore.Open(folder.Path, verifyHashes: true);
        Assert.Equal(Lengths.Length, store.EpisodeCount);
        Assert.Equal(Lengths.Sum(), store.StepCount);
        Assert.Equal(Lengths.Sum() + Lengths.Length, store.FrameCount);
        Assert.Equal((TestEpisodes.Height, TestEpisodes.Width), (store.ImageHeight, store.ImageWidth));
        Assert.Equal(ActionSpace.QtOpt, store.Actions);
        Assert.Equal("test task", store.Header.Task);
        Assert.Equal(TestEpisodes.Header.Settings, store.Header.Settings);
        var frame = 0L;
        for (var e = 0; e < Lengths.Length; e++)
        {
            var expected = TestEpisodes.Make(e, Lengths[e]);
            TestEpisodes.AssertEqual(expected, store.Copy(e));
            Assert.Equal(frame, store.FirstFrame(e));
            Assert.Equal(Lengths[e], store.Steps(e));
            for (var t = 0; t <= Lengths[e]; t++, frame++)
            {
                Assert.Equal(e, store.EpisodeOf(frame));
                if (t < Lengths[e])
                    Assert.Equal(expected.Actions.AsSpan(t * 7, 7), store.Action(e, t));
            }
        }
    }

    [Fact]
    public void Equal_recordings_give_equal_bytes_also_in_two_sittings()
    {
        using var other = new TemporaryFolder();
        TestEpisodes.Record(folder.Path, [3, 1, 4, 1]);
        TestEpisodes.Record(other.Path, [3, 1]);
        TestEpisodes.Record(other.Path, [4, 1], first: 2);
        var names = Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order();
        Assert.Equal(["dataset.json", "shard-00000.safetensors", "shard-00001.safetensors", "writer.lock"], names);
        foreach (var name in names)
            Assert.Equal(File.ReadAllBytes(folder[name!]), File.ReadAllBytes(other[name!]));
    }

    [Fact]
    public void Indices_outside_are_refused()
    {
        TestEpisodes.Record(folder.Path, Lengths);
        using var store = EpisodeStore.Open(folder.Path);
        Assert.Throws<ArgumentOutOfRangeException>(() => store.Image(-1).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => store.Image(store.FrameCount).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => store.State(store.FrameCount).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => store.EpisodeOf(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => store.Steps(Lengths.Length));
        Assert.Throws<ArgumentOutOfRangeException>(() => store.Action(0, 3).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => store.Action(2, 0).Length);
        store.Dispose();
        Assert.Throws<ObjectDisposedException>(() => store.Image(0).Length);
    }

    [Fact]
    public void Reading_allocates_nothing()
    {
        TestEpisodes.Record(folder.Path, Lengths);
        using var store = EpisodeStore.Open(folder.Path);
        ReadEverything(store);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var sum = ReadEverything(store);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.NotEqual(0, sum);
    }

    static double ReadEverything(EpisodeStore store)
    {
        var sum = 0.0;
        Span<byte> image = stackalloc byte[TestEpisodes.Header.ImageBytes];
        for (var frame = 0L; frame < store.FrameCount; frame++)
        {
            store.ReadImage(frame, image);
            sum += image[1] + store.State(frame)[1] + store.EpisodeOf(frame);
        }
        for (var e = 0; e < store.EpisodeCount; e++)
        {
            sum += store.FirstFrame(e) + (store.Success(e) ? 1 : 0) + store.Policy(e).Length + store.ActionsOf(e).Length;
            for (var t = 0; t < store.Steps(e); t++)
                sum += store.Action(e, t)[3];
        }
        return sum;
    }

    [Fact]
    public void Short_episodes_are_refused_where_they_cannot_be_relabelled()
    {
        TestEpisodes.Record(folder.Path, Lengths);
        using var store = EpisodeStore.Open(folder.Path);
        var error = Assert.Throws<ActionableException>(() => store.RequireRelabelable(2));
        Assert.Contains("2 of 5 episodes have fewer than 2 steps (first: episode 1, of 1), too short to relabel", error.Message);
        error = Assert.Throws<ActionableException>(() => store.RequireRelabelable());
        Assert.Contains("1 of 5 episodes have fewer than 1 step (first: episode 2, of 0), too short to relabel", error.Message);
        store.RequireRelabelable(0);
    }

    [Fact]
    public void A_dataset_without_episodes_opens_but_cannot_be_relabelled()
    {
        TestEpisodes.Record(folder.Path, []);
        using var store = EpisodeStore.Open(folder.Path);
        Assert.Equal((0, 0), (store.EpisodeCount, store.FrameCount));
        Assert.Contains("holds no episodes", Assert.Throws<ActionableException>(() => store.RequireRelabelable(0)).Message);
    }
}
