using ActionableModels.Compute;
using ActionableModels.Formats.Hdf5;
using ActionableModels.Formats.Mappings;
using ActionableModels.Formats.Sources;

namespace ActionableModels.Formats.Tests.Hdf5;

public class RobomimicOddTests
{
    private const string Script = "write_robomimic_odd.py";

    [Fact]
    public void The_length_of_a_linked_file_and_its_changes_are_those_of_its_target()
    {
        var fixtures = Hdf5Fixtures.Of(Script, nameof(The_length_of_a_linked_file_and_its_changes_are_those_of_its_target));
        if (fixtures is null) return;
        var target = fixtures["linked-target.hdf5"];
        File.Copy(fixtures["bare.hdf5"], target);
        Directory.CreateDirectory(fixtures["links"]);
        var link = File.CreateSymbolicLink(fixtures["links/linked.hdf5"], target).FullName;
        using var source = EpisodeSources.Open(link, new());
        Assert.Equal([new SourceFile("linked.hdf5", new FileInfo(target).Length)], source.Files);
        using (var episode = source.Read(default, default).First().Episode!) Assert.NotNull(episode.Frame("obs/agentview_image", 0).Place);
        File.AppendAllText(target, "x");
        Assert.Contains("has changed", Assert.Throws<SourceException>(() => source.Read(default, default).ToArray()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_changes_while_a_field_is_read_is_named()
    {
        var fixtures = Hdf5Fixtures.Of(Script, nameof(A_file_that_changes_while_a_field_is_read_is_named));
        if (fixtures is null) return;
        var file = fixtures["changing.hdf5"];
        File.Copy(fixtures["bare.hdf5"], file);
        using var source = EpisodeSources.Open(file, new());
        using var episode = source.Read(default, default).First().Episode!;
        Assert.NotEmpty(episode.Numbers("actions").Values);
        File.AppendAllText(file, "x");
        foreach (var read in (Action[])[() => episode.Numbers("actions"), () => episode.Frame("obs/agentview_image", 0), () => episode.Numbers("attributes/num_samples")])
            Assert.Contains("has changed", Assert.Throws<SourceException>(read).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("train")]
    public void Two_demos_of_one_name_are_refused(string? split)
    {
        var fixtures = Hdf5Fixtures.Of(Script, nameof(Two_demos_of_one_name_are_refused));
        if (fixtures is null) return;
        Assert.Contains("two episodes \"demo_0\": the file is damaged",
            Assert.Throws<SourceException>(() => EpisodeSources.Open(fixtures["twice.hdf5"], new(split))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_no_rewards_were_recorded_nobody_knows_of_success()
    {
        var fixtures = Hdf5Fixtures.Of(Script, nameof(Where_no_rewards_were_recorded_nobody_knows_of_success));
        if (fixtures is null) return;
        using var source = EpisodeSources.Open(fixtures["bare.hdf5"], new());
        var mapping = EpisodeMapping.For(source)!;
        Assert.Equal("robomimic", mapping.Name);
        using var episodes = source.Read(default, default).GetEnumerator();
        bool? Next()
        {
            Assert.True(episodes.MoveNext());
            using var episode = episodes.Current.Episode!;
            Assert.Equal(5, episode.Numbers("rewards").Rows);
            return mapping.Map(episode).Success;
        }
        Assert.Null(Next());
        Assert.Null(Next());
        Assert.True(Next());
        Assert.False(Next());
    }

    [Fact]
    public void A_demo_without_a_number_that_the_file_lacks_has_no_record()
    {
        var fixtures = Hdf5Fixtures.Of(Script, nameof(A_demo_without_a_number_that_the_file_lacks_has_no_record));
        if (fixtures is null) return;
        using var source = EpisodeSources.Open(fixtures["bare.hdf5"], new("lost"));
        var faults = source.Read(default, default).Where(item => item.Fault is not null).Select(item => item.Fault!).ToArray();
        Assert.Equal([77, null], faults.Select(fault => fault.Record));
        Assert.All(faults, fault => Assert.Contains("which the file lacks", fault.Message, StringComparison.Ordinal));
        Assert.DoesNotContain("record", faults[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void In_a_folder_of_several_files_one_must_be_named()
    {
        var fixtures = Hdf5Fixtures.Of(Script, nameof(In_a_folder_of_several_files_one_must_be_named));
        if (fixtures is null) return;
        var folder = Directory.CreateDirectory(fixtures["several"]).FullName;
        foreach (var name in (string[])["low_dim.hdf5", "image.hdf5"]) File.Copy(fixtures["bare.hdf5"], Path.Combine(folder, name));
        Assert.EndsWith("several HDF5 files lie there: name one of \"image.hdf5\", \"low_dim.hdf5\"",
            Assert.Throws<ActionableException>(() => EpisodeSources.Open(folder, new())).Message, StringComparison.Ordinal);
        using var named = EpisodeSources.Open(Path.Combine(folder, "image.hdf5"), new());
        Assert.Equal("image", named.Name);
    }

    [Theory]
    [InlineData("chunks", new[] { 24, 24, 12 })]
    [InlineData("small", new[] { 9, 9, 9, 9, 9, 9, 6 })]
    [InlineData("plain", new[] { 10, 10, 10, 10, 10, 10 })]
    public void Parts_end_where_chunks_end(string key, int[] rows)
    {
        var fixtures = Hdf5Fixtures.Of(Script, nameof(Parts_end_where_chunks_end));
        if (fixtures is null) return;
        var channel = new Counting();
        using var source = Hdf5Source.Open(fixtures["chunks.hdf5"], new(), channel);
        using var episode = source.Read(default, default).First().Episode!;
        const int rowBytes = 256 * 512 * 3;
        var values = episode.Frame("obs/" + key, 59).Bytes.Span;
        Assert.Equal(rows, channel.Asked.Select(bytes => bytes / rowBytes));
        Assert.Equal(59, values[0]);
        for (var row = 0; row < 60; row++) Assert.True(episode.Frame("obs/" + key, row).Bytes.Span.IndexOfAnyExcept((byte)row) < 0);
    }

    private sealed class Counting : IHdf5Channel
    {
        private readonly Hdf5InProcess inner = new();

        public List<int> Asked { get; } = [];

        public int Generation => inner.Generation;

        public byte[] Ask(ReadOnlySpan<byte> request) => inner.Ask(request);

        public void Ask(ReadOnlySpan<byte> request, Span<byte> data)
        {
            Asked.Add(data.Length);
            inner.Ask(request, data);
        }

        public void Dispose() => inner.Dispose();
    }
}
