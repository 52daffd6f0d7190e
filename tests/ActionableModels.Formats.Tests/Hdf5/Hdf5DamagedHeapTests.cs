using System.Buffers.Binary;
using ActionableModels.Formats.Sources;

namespace ActionableModels.Formats.Tests.Hdf5;

/// <summary>What mutations of files found: libhdf5 1.10.8 goes on for ever, or frees what is not its own, where an object of a heap is too long.</summary>
public class Hdf5DamagedHeapTests
{
    [Theory]
    [InlineData(0xFFFF_FFFF_FFFF_FFF0)]
    [InlineData(ulong.MaxValue)]
    public void A_text_in_a_damaged_heap_is_named_and_the_next_episode_is_read(ulong length)
    {
        var fixtures = Hdf5Fixtures.Of("write_minari.py", nameof(A_text_in_a_damaged_heap_is_named_and_the_next_episode_is_read));
        if (fixtures is null) return;
        var folder = Directory.CreateDirectory(fixtures[$"heap-{length}"]).FullName;
        File.Copy(fixtures["jpeg/metadata.json"], Path.Combine(folder, "metadata.json"));
        var bytes = File.ReadAllBytes(fixtures["raw/data/main_data.hdf5"]);
        // "GCOL", version, length of the collection; then number, references and length of the first object.
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(bytes.AsSpan().IndexOf("GCOL"u8) + 24), length);
        File.WriteAllBytes(Path.Combine(folder, "main_data.hdf5"), bytes);

        using var source = EpisodeSources.Open(folder, new(Hdf5Reader: Hdf5Fixtures.Worker, Hdf5Limits: new(TimeSpan.FromSeconds(3), 256 << 20)));
        var episodes = source.Read(default, default).Select(item => item.Episode!).ToArray();
        var fault = Assert.Throws<SourceException>(() => episodes[0].Texts("attributes/options/text"));
        Assert.Equal((0, "attributes/options/text"), (fault.Record, fault.Field));
        Assert.Equal(episodes[1].Steps, episodes[1].Numbers("actions").Rows);
        Assert.Equal(11 * 9 * 3, episodes[1].Frame("observations/image", 0).Bytes.Length);
    }
}
