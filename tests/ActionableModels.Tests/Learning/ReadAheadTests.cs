using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.Data;
using ActionableModels.Learning;

namespace ActionableModels.Tests.Learning;

/// <summary>Training from frames that have to be decoded: the same bytes, however far ahead and on however many threads.</summary>
public sealed class ReadAheadTests
{
    private const int H = TinyWorld.CameraHeight, W = TinyWorld.CameraWidth;

    /// <summary>Frames that are a function of their reference; one may be damaged.</summary>
    private sealed class MadeFrames(uint damaged = uint.MaxValue) : IFrameReader
    {
        public void Read(in FrameReference frame, int episode, Span<byte> image)
        {
            if (frame.Crc32C == damaged) throw new ActionableException($"the frame at byte {frame.Offset} has changed");
            for (var i = 0; i < image.Length; i++) image[i] = (byte)(Philox.Word(new RandomKey(5, 960, (ulong)frame.Offset), (uint)i) >> 24);
        }

        public void Dispose() { }
    }

    private static EpisodeStore Store(string folder, uint damaged = uint.MaxValue)
    {
        const int episodes = 7;
        var header = new DatasetHeader("made", H, W, TinyWorld.Space, null, new(folder, [new("frames", 1 << 20)], new Dictionary<string, string>()));
        using (var writer = EpisodeWriter.Open(folder, header))
        {
            for (var e = 0; e < episodes; e++)
            {
                var steps = 2 + e % 3;
                var actions = new float[steps * ActionSpace.Dimensions];
                for (var i = 0; i < actions.Length; i++) actions[i] = i % ActionSpace.Dimensions < 3 ? 0.01f * (e + i % 5) : 0;
                writer.Add(new Episode([], new float[(steps + 1) * ActionSpace.StateDimensions], actions, true, "made",
                    [.. Enumerable.Range(0, steps + 1).Select(t => new FrameReference(0, e * 1000 + t, 10, (uint)(e * 10 + t)))]));
            }
            writer.Complete();
        }
        return EpisodeStore.Open(folder, frames: (_, _) => new MadeFrames(damaged));
    }

    private static byte[] Train(EpisodeStore store, TrainingSettings settings, ReadAhead readAhead, string file)
    {
        using var device = new CpuDevice(1);
        using var trainer = new Trainer(device, store, TinyWorld.Start(device, settings), readAhead);
        while (trainer.Step < settings.Steps) trainer.Advance();
        trainer.ToCheckpoint().Write(file);
        return File.ReadAllBytes(file);
    }

    [Theory, InlineData("uniform"), InlineData("same-scene"), InlineData("skewed")]
    public void Equal_bytes_for_any_number_of_threads_and_any_memory(string goals)
    {
        using var folder = new TemporaryFolder();
        using var store = Store(folder.Path);
        var settings = TinyWorld.Settings with { GoalSampler = goals, Steps = 8 };
        var file = Path.Combine(folder.Path, "checkpoint");
        var expected = Train(store, settings, new(1, 1), file);
        foreach (var (bytes, threads) in ((long, int)[])[(1, 3), (1 << 20, 2), (1 << 30, 8), (ReadAhead.DefaultBytes, 0)])
            Assert.Equal(expected, Train(store, settings, new(bytes, threads), file));
    }

    [Fact]
    public void A_frame_that_cannot_be_read_ends_training_with_its_message()
    {
        using var folder = new TemporaryFolder();
        using var store = Store(folder.Path, damaged: 31);
        var settings = TinyWorld.Settings with { Steps = 1000 };
        var message = Assert.Throws<ActionableException>(() => Train(store, settings, new(1 << 20, 3), Path.Combine(folder.Path, "checkpoint"))).Message;
        Assert.Equal("the frame at byte 3001 has changed", message);
    }

    [Fact]
    public void As_many_batches_are_held_as_fit_but_never_fewer_than_two()
    {
        using var folder = new TemporaryFolder();
        using var decoded = Store(folder.Path);
        using var stored = new TinyWorld();
        var batch = Batch.BytesOf(32, 472, 472, 0);
        Assert.Equal(3L * 32 * 472 * 472 * 3, batch);
        Assert.Equal(8, new ReadAhead().BatchesFor(decoded, batch));
        Assert.Equal(2, new ReadAhead(1).BatchesFor(decoded, batch));
        Assert.Equal(16, new ReadAhead().BatchesFor(decoded, 1000));
        Assert.Equal(3, new ReadAhead().BatchesFor(stored.Store, 1000));
        Assert.Equal(2, new ReadAhead().BatchesFor(stored.Store, 200 << 20));
        var settings = TinyWorld.Settings with { Batch = 100 };
        var bytes = Batch.BytesOf(100, stored.Store.ImageHeight, stored.Store.ImageWidth, 0);
        Assert.Equal(2 * bytes, new ReadAhead(1).BytesFor(stored.Store, settings));
        Assert.Equal(3 * bytes, new ReadAhead().BytesFor(stored.Store, settings));
        Assert.Equal(2 * bytes / 3 * 8, new ReadAhead(1).BytesFor(stored.Store, settings with { GoalSampler = "skewed" }));
        Assert.Equal(Environment.ProcessorCount, new ReadAhead().ThreadsFor(decoded));
        Assert.Equal(1, new ReadAhead().ThreadsFor(stored.Store));
        Assert.Equal(5, new ReadAhead(Threads: 5).ThreadsFor(stored.Store));
    }

    [Fact]
    public void Goals_of_the_same_scene_read_an_episodes_first_frame_when_it_is_needed()
    {
        using var folder = new TemporaryFolder();
        using var store = Store(folder.Path, damaged: 30);
        var sampler = GoalSamplers.Create("same-scene", store);
        Assert.Throws<ActionableException>(() =>
        {
            for (var i = 0UL; i < 1000; i++) sampler.Draw(0, new RandomKey(1, 961, i));
        });
    }
}
