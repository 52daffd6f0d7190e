using ActionableModels.Formats.Sources;
using static ActionableModels.Formats.Tests.Rlds.RldsBytes;

namespace ActionableModels.Formats.Tests.Rlds;

/// <summary>How much memory a record may take that is short as it is stored.</summary>
public sealed class RldsMemoryTests : IDisposable
{
    private const int Largest = 256 << 20;
    private readonly RldsFiles files = new();

    public void Dispose() => files.Dispose();

    private SourceEpisode Single(string field, byte[] feature, int steps, long largest = Largest)
    {
        files.Write(RldsFiles.Dict(("steps", RldsFiles.Sequence(RldsFiles.Dict(("is_first", RldsFiles.Tensor("bool")), ("x", field))))), RldsFiles.Info("1"));
        var first = new byte[steps];
        first[0] = 1;
        File.WriteAllBytes(files.Shard(0, 1), Records(Example([("steps/is_first", Blob(3, Blob(1, first))), ("steps/x", feature)])));
        return Assert.Single(files.Items(largest: largest)).Episode!;
    }

    [Fact]
    public void Packed_integers_become_floats_at_once()
    {
        const int Steps = 300_000;
        using var episode = Single(RldsFiles.Tensor("uint8"), Blob(3, Blob(1, new byte[Steps])), Steps);
        Assert.InRange(episode.MemoryBytes, 2 * Steps + 2 * Steps * 2 * sizeof(float), 30 * Steps);
        Assert.Equal(Steps - 1, episode.Steps);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(Steps, episode.Numbers("steps/x").Values.Length);
        // The values, and where each step's end.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 2 * sizeof(float) * Steps, 2 * sizeof(float) * Steps + 100_000);
    }

    [Fact]
    public void More_steps_than_an_episode_can_have_are_a_fault()
    {
        const int Steps = (1 << 20) + 1;
        using var episode = Single(RldsFiles.Tensor("uint8"), Blob(3, Blob(1, new byte[Steps])), Steps);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("the episode has 1048577 steps, and more than 1048576 are not read", Assert.Throws<SourceException>(() => episode.Steps).Message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public void The_limit_counts_floats_and_not_what_is_stored()
    {
        const int Values = 300_000;
        using var episode = Single(RldsFiles.Tensor("uint8", "zlib", Values), Bytes(Zlib(new byte[Values])), 1, 1 << 20);
        Assert.Contains("it takes 1200000 bytes or more, and more than 1048576 are not read",
            Assert.Throws<SourceException>(() => episode.Numbers("steps/x")).Message);
        using var packed = Single(RldsFiles.Tensor("uint8", Values), Blob(3, Blob(1, new byte[Values])), 1, 1 << 20);
        Assert.Contains("it takes 1200000 bytes or more, and more than 1048576 are not read",
            Assert.Throws<SourceException>(() => packed.Numbers("steps/x")).Message);
    }

    [Fact]
    public void What_inflates_to_an_unknown_length_is_held_to_what_was_charged()
    {
        var bomb = Zlib(new byte[64 << 20]);
        using var episode = Single(RldsFiles.Tensor("uint8", "zlib", -1), Bytes(bomb), 1);
        var charged = episode.MemoryBytes;
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("are not read: choose another field", Assert.Throws<SourceException>(() => episode.Numbers("steps/x")).Message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, charged);
        using var small = Single(RldsFiles.Tensor("uint8", "zlib", -1), Bytes(Zlib(new byte[5000])), 1);
        Assert.Equal(5000, small.Numbers("steps/x").Values.Length);
    }

    [Fact]
    public void A_record_is_charged_with_what_its_fields_become()
    {
        using var inflating = Single(RldsFiles.Tensor("float32", "zlib", 100_000), Bytes(Zlib(new byte[400_000])), 1);
        Assert.InRange(inflating.MemoryBytes, 400_000, 600_000);
        inflating.Dispose();
        Assert.Equal(0, inflating.MemoryBytes);
        using var damaged = Single(RldsFiles.Tensor("float32"), [0xFF], 1);
        Assert.InRange(damaged.MemoryBytes, 1, 8192);
    }
}
