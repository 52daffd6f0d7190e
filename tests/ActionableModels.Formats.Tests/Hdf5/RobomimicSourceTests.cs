using ActionableModels.Compute;
using ActionableModels.Formats.Hdf5;
using ActionableModels.Formats.Images;
using ActionableModels.Formats.Sources;

namespace ActionableModels.Formats.Tests.Hdf5;

public class RobomimicSourceTests
{
    private const string Script = "write_robomimic.py";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_file_written_by_h5py_is_read_to_the_same_values(bool inProcess)
    {
        var fixtures = Hdf5Fixtures.Of(Script, nameof(A_file_written_by_h5py_is_read_to_the_same_values));
        if (fixtures is null) return;
        var options = new SourceOptions(Hdf5Reader: inProcess ? null : Hdf5Fixtures.Worker);
        using (var plain = EpisodeSources.Open(fixtures["plain.hdf5"], options))
        {
            Assert.Equal(("robomimic", "plain", 3), (plain.Format, plain.Name, plain.Episodes));
            Assert.Equal([new("all", 3), new("train", 2), new("valid", 1)], plain.Splits);
            fixtures.Check(plain, "plain.hdf5", ["demo_0", "demo_2", "demo_10"]);
        }
        using var next = EpisodeSources.Open(fixtures["next.hdf5"], options);
        fixtures.Check(next, "next.hdf5", Enumerable.Range(0, 12).Select(k => $"demo_{k}"));
    }

    [Fact]
    public void The_schema_tells_types_and_shapes()
    {
        var fixtures = Hdf5Fixtures.Of(Script, nameof(The_schema_tells_types_and_shapes));
        if (fixtures is null) return;
        using var source = EpisodeSources.Open(fixtures["plain.hdf5"], new());
        var fields = source.Fields.ToDictionary(field => field.Name, field => $"{field.Type} {field.DataType} ({string.Join(",", field.Shape)}) {field.PerStep}");
        Assert.Equal("Image uint8 (12,10,3) True", fields["obs/agentview_image"]);
        Assert.Equal("Float float64 (3) True", fields["obs/robot0_eef_pos"]);
        Assert.Equal("Bool bool () True", fields["obs/touched"]);
        Assert.Equal("Integer int32 (2) True", fields["obs/big_endian"]);
        Assert.Equal("Float float16 (1) True", fields["obs/half"]);
        Assert.Equal("Float float64 (7) True", fields["actions"]);
        Assert.Equal("Text string () False", fields["attributes/model_file"]);
        using var episode = source.Read(default, default).First().Episode!;
        Assert.Equal(["<mujoco/>"], episode.Texts("attributes/model_file"));
        Assert.Equal([4], episode.Numbers("attributes/num_samples").Values);
        Assert.Equal(new RawImage(12, 10, 3), episode.Frame("obs/agentview_image", 0).Raw);
        Assert.NotNull(episode.Frame("obs/agentview_image", 0).Place);
    }

    [Fact]
    public void Filter_keys_and_slices_choose_demos()
    {
        var fixtures = Hdf5Fixtures.Of(Script, nameof(Filter_keys_and_slices_choose_demos));
        if (fixtures is null) return;
        long[] Demos(string file, string split)
        {
            using var source = EpisodeSources.Open(fixtures[file], new(split));
            return [.. source.Read(default, default).Select(item => item.Episode!.Record)];
        }
        Assert.Equal([0, 10], Demos("plain.hdf5", "train"));
        Assert.Equal([2], Demos("plain.hdf5", "valid"));
        Assert.Equal([10], Demos("plain.hdf5", "train[1:]"));
        Assert.Equal([2, 10], Demos("plain.hdf5", "[1:]"));
        Assert.Equal([0, 1, 2, 3, 4, 5], Demos("next.hdf5", "all[:50%]"));
        Assert.Contains("choose one of all, train, valid",
            Assert.Throws<SourceException>(() => EpisodeSources.Open(fixtures["plain.hdf5"], new("test"))).Message, StringComparison.Ordinal);
        using var lost = EpisodeSources.Open(fixtures["links.hdf5"], new("lost"));
        Assert.Contains(lost.Read(default, default), item => item.Fault?.Message.Contains("\"demo_77\", which the file lacks") == true && item.Lost == 1);
    }

    [Fact]
    public void Reading_goes_on_at_a_place()
    {
        var fixtures = Hdf5Fixtures.Of(Script, nameof(Reading_goes_on_at_a_place));
        if (fixtures is null) return;
        File.Copy(fixtures["next.hdf5"], fixtures["changing.hdf5"], overwrite: true);
        using var source = EpisodeSources.Open(fixtures["changing.hdf5"], new());
        var all = source.Read(default, default).ToArray();
        Assert.Equal([9, 10, 11], source.Read(all[8].Next, default).Select(item => item.Episode!.Record));
        File.AppendAllText(fixtures["changing.hdf5"], "x");
        Assert.Contains("has changed", Assert.Throws<SourceException>(() => source.Read(default, default).ToArray()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("obs/outside", "a path outside the folder")]
    [InlineData("obs/around", "a path outside the folder")]
    [InlineData("obs/elsewhere", "a path outside the folder")]
    [InlineData("obs/virtual", "a path outside the folder")]
    [InlineData("obs/circle", "leads in a circle")]
    [InlineData("obs/dangling", "there is no")]
    [InlineData("obs/nothing", "there is no such field")]
    [InlineData("obs/lzf", "filter 32000")]
    [InlineData("obs/compound", "a compound of several values, which is not read")]
    [InlineData("obs/vector_of_text", "it holds string, no numbers")]
    [InlineData("obs/huge", "allow larger records")]
    [InlineData("obs/unfilled", "never filled")]
    public void What_cannot_be_read_is_named(string field, string message)
    {
        var fixtures = Hdf5Fixtures.Of(Script, nameof(What_cannot_be_read_is_named));
        if (fixtures is null) return;
        using var source = EpisodeSources.Open(fixtures["links.hdf5"], new());
        using var episode = source.Read(default, default).First().Episode!;
        var fault = Assert.Throws<SourceException>(() => episode.Numbers(field));
        Assert.Equal((source.Files[0].Path, 0L, field), (Path.GetFileName(fault.File), fault.Record, fault.Field));
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(source.Fields, f => f.Name == field && field is "obs/outside" or "obs/virtual");
    }

    [Fact]
    public void Soft_links_within_the_file_are_followed()
    {
        var fixtures = Hdf5Fixtures.Of(Script, nameof(Soft_links_within_the_file_are_followed));
        if (fixtures is null) return;
        using var source = EpisodeSources.Open(fixtures["links.hdf5"], new());
        using var episode = source.Read(default, default).First().Episode!;
        Assert.Equal(episode.Numbers("obs/state").Values, episode.Numbers("obs/nearby").Values);
        Assert.Equal((3, 2), (episode.Numbers("obs/inside").Rows, episode.Numbers("obs/inside").Width));
    }

    [Fact]
    public void A_group_that_lies_in_itself_is_listed_once()
    {
        var fixtures = Hdf5Fixtures.Of(Script, nameof(A_group_that_lies_in_itself_is_listed_once));
        if (fixtures is null) return;
        using var source = EpisodeSources.Open(fixtures["links.hdf5"], new());
        Assert.DoesNotContain(source.Fields, field => field.Name.StartsWith("obs/itself", StringComparison.Ordinal));
        Assert.Single(source.Fields, field => field.Name.EndsWith("obs/state", StringComparison.Ordinal));
    }

    [Fact]
    public void A_demo_that_is_damaged_is_named_and_the_next_is_read()
    {
        var fixtures = Hdf5Fixtures.Of(Script, nameof(A_demo_that_is_damaged_is_named_and_the_next_is_read));
        if (fixtures is null) return;
        using var source = EpisodeSources.Open(fixtures["links.hdf5"], new());
        var items = source.Read(default, default).ToArray();
        Assert.Equal([0, 1, 2, 3, 4, 5], items.Select(item => item.Fault?.Record ?? item.Episode!.Record));
        Assert.Contains("it has no actions", items[1].Fault!.Message, StringComparison.Ordinal);
        Assert.Null(items[2].Fault);
        Assert.Contains("a path outside the folder", items[3].Fault!.Message, StringComparison.Ordinal);
        Assert.Contains("num_samples says 5", items[4].Fault!.Message, StringComparison.Ordinal);
        Assert.Contains("it has 2 rows, where there should be 3",
            Assert.Throws<SourceException>(() => items[5].Episode!.Numbers("obs/state")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_HDF5_file_is_refused_and_what_it_holds_is_listed()
    {
        var fixtures = Hdf5Fixtures.Of(Script, nameof(Another_HDF5_file_is_refused_and_what_it_holds_is_listed));
        if (fixtures is null) return;
        Assert.Contains("but \"weights\"", Assert.Throws<SourceException>(() => EpisodeSources.Open(fixtures["other.hdf5"], new())).Message,
            StringComparison.Ordinal);
        File.WriteAllBytes(fixtures["cut.hdf5"], File.ReadAllBytes(fixtures["plain.hdf5"])[..2000]);
        Assert.Contains("a damaged one (libhdf5:", Assert.Throws<SourceException>(() => EpisodeSources.Open(fixtures["cut.hdf5"], new())).Message,
            StringComparison.Ordinal);
        Assert.ThrowsAny<ActionableException>(() => EpisodeSources.Open(fixtures["secret.bin"], new()));
    }
}
