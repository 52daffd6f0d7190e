using System.Text;
using ActionableModels.Formats.Hdf5;
using ActionableModels.Formats.Images;
using ActionableModels.Formats.Sources;

namespace ActionableModels.Formats.Tests.Hdf5;

public class MinariSourceTests
{
    private const string Script = "write_minari.py";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_dataset_written_by_h5py_is_read_to_the_same_values(bool inProcess)
    {
        var fixtures = Hdf5Fixtures.Of(Script, nameof(A_dataset_written_by_h5py_is_read_to_the_same_values));
        if (fixtures is null) return;
        var options = new SourceOptions(Hdf5Reader: inProcess ? null : Hdf5Fixtures.Worker);
        foreach (var (dataset, episodes) in (ReadOnlySpan<(string, int)>)[("raw", 2), ("jpeg", 2), ("equal", 1)])
        {
            using var source = EpisodeSources.Open(fixtures[dataset], options);
            Assert.Equal(("minari", $"{dataset}-v0", episodes), (source.Format, source.Name, source.Episodes));
            fixtures.Check(source, dataset, Enumerable.Range(0, episodes).Select(k => $"episode_{k}"));
        }
    }

    [Fact]
    public void The_schema_tells_images_texts_and_attributes()
    {
        var fixtures = Hdf5Fixtures.Of(Script, nameof(The_schema_tells_images_texts_and_attributes));
        if (fixtures is null) return;
        using (var source = EpisodeSources.Open(fixtures["raw/data"], new()))
        {
            var fields = source.Fields.ToDictionary(field => field.Name);
            Assert.Equal((FieldType.Image, "uint8"), (fields["observations/image"].Type, fields["observations/image"].DataType));
            Assert.Equal([11, 9, 3], fields["observations/image"].Shape);
            Assert.Equal(FieldType.Bool, fields["infos/success"].Type);
            Assert.Equal(FieldType.Text, fields["observations/task"].Type);
            using var episode = source.Read(default, default).First().Episode!;
            Assert.Equal(["pick größer", "pick größer"], episode.Texts("observations/task")[..2]);
            Assert.Equal(["größer"], episode.Texts("attributes/options/text"));
            Assert.Equal(new RawImage(11, 9, 3), episode.Frame("observations/image", 0).Raw);
            Assert.Null(episode.Frame("observations/image", 0).Place);
        }
        foreach (var (dataset, field) in (ReadOnlySpan<(string, string)>)[("jpeg", "observations/image"), ("equal", "observations/_index_0")])
        {
            using var source = EpisodeSources.Open(fixtures[dataset], new());
            Assert.Equal(FieldType.Image, source.Fields.Single(f => f.Name == field).Type);
            using var episode = source.Read(default, default).First().Episode!;
            Assert.Null(episode.Frame(field, 0).Raw);
            Assert.Equal(0xD8FF, BitConverter.ToUInt16(episode.Frame(field, 1).Bytes.Span));
        }
    }

    [Fact]
    public void Rows_of_bytes_are_numbers_where_the_space_says_so_and_missing_episodes_are_named()
    {
        var fixtures = Hdf5Fixtures.Of(Script, nameof(Rows_of_bytes_are_numbers_where_the_space_says_so_and_missing_episodes_are_named));
        if (fixtures is null) return;
        using var source = EpisodeSources.Open(fixtures["vector"], new());
        var items = source.Read(default, default).ToArray();
        Assert.Equal((4, 6), (items[0].Episode!.Numbers("observations").Rows, items[0].Episode!.Numbers("observations").Width));
        Assert.Contains("no images", Assert.Throws<SourceException>(() => items[0].Episode!.Frame("observations", 0)).Message, StringComparison.Ordinal);
        Assert.Equal(2, items[1].Lost);
        Assert.Contains("holds 1 episodes, metadata.json says 3", items[1].Fault!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"low\": [-Infinity, NaN, Infinity], \"text\": \"Infinity \\\" NaN\"}", "{\"low\":[0,0,0],\"text\":\"Infinity \\u0022 NaN\"}")]
    public void The_numbers_of_Python_that_JSON_lacks_are_read_over(string text, string json)
    {
        using var parsed = MinariMetadata.Parse(Encoding.UTF8.GetBytes(text));
        Assert.Equal(json, System.Text.Json.JsonSerializer.Serialize(parsed.RootElement));
    }

    [Theory]
    [InlineData("[1]", "it is not a JSON object")]
    [InlineData("{\"data_format\": \"arrow\"}", "only hdf5 is read")]
    [InlineData("{\"observation_space\": \"{\"}", "it is damaged")]
    [InlineData("{\"dataset_id\": 3}", "it is damaged")]
    [InlineData("{\"observation_space\": {\"type\": \"Dict\"}}", "it is damaged")]
    public void A_damaged_description_is_named(string json, string message)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, json);
            Assert.Contains(message, Assert.Throws<SourceException>(() => MinariMetadata.Read(file)).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
