using System.Text;
using ActionableModels.Compute;
using ActionableModels.Formats.Rlds;
using ActionableModels.Formats.Sources;
using static ActionableModels.Formats.Tests.Rlds.RldsFiles;

namespace ActionableModels.Formats.Tests.Rlds;

/// <summary>features.json, dataset_info.json and the names of files.</summary>
public sealed class RldsDescriptionTests
{
    private static readonly string Flag = Tensor("bool");

    [Fact]
    public void Fields_have_the_names_types_and_shapes_of_the_description()
    {
        var schema = Parse(Dict(("steps", Sequence(Dict(("is_first", Flag), ("observation", Dict(("clip/bounds", Tensor("float32", "zlib", 3, 3)), ("image", Image("uint8")))),
            ("points", Sequence(Tensor("int32", 2), "4")), ("any", Tensor("float64", "bytes", -1, 2))))), ("label", """{"classLabel": {"numClasses": "3"}}"""),
            ("text", Text), ("box", """{"boundingBox": {"shape": {"dimensions": ["4"]}, "dtype": "float32"}}"""), ("odd", """{"pythonClassName": "a.b.Audio", "audio": {}}"""),
            ("complex", Tensor("complex64")), ("packed", Tensor("int8", "lzma", 2))));
        Assert.Equal(
            ["steps/is_first Bool bool [] True", "steps/observation/clip/bounds Float float32 zlib [3,3] True", "steps/observation/image Image uint8 [8,8,3] True",
            "steps/points Integer int32 [4,2] True", "steps/any Float float64 bytes [-1,2] True", "label Integer int64 [] False", "text Text string [] False",
            "box Float float32 [4] False", "odd Other Audio [] False", "complex Other complex64 [] False", "packed Integer int8 lzma [2] False"],
            schema.Leaves.Select(l => $"{l.Name} {l.Field.Type} {l.Field.DataType} [{string.Join(",", l.Field.Shape)}] {l.PerStep}"));
        Assert.Equal([null, null, null, null, null, null, null, null, "its class \"a.b.Audio\" is not read", "its type \"complex64\" is not read",
            "its encoding \"lzma\" is not read"], schema.Leaves.Select(l => l.Problem));
    }

    [Theory]
    [InlineData("[]", "an object is expected here")]
    [InlineData("{}", "its root has no \"featuresDict\"")]
    [InlineData("{", "it is not valid JSON (line 1, byte 1)")]
    [InlineData("{\"a\": 1, \"a\": 2}", "it is not valid JSON")]
    [InlineData("{\"type\": \"x\", \"content\": {}}", "it is in an old form")]
    [InlineData("{\"featuresDict\": {\"features\": {\"\\ud800\": {}}}}", "a text holds half a character")]
    [InlineData("{\"featuresDict\": {\"features\": {\"success\": {\"text\": {}}}}}", "there is no sequence named steps, so this is no RLDS dataset: its fields are success")]
    [InlineData("{\"featuresDict\": {\"features\": {\"steps\": {\"sequence\": {}}}}}", "feature \"steps\": \"feature\" is missing")]
    [InlineData("{\"featuresDict\": {\"features\": {\"steps\": 5}}}", "feature \"steps\": an object is expected here")]
    public void Damaged_descriptions_are_refused(string json, string what)
    {
        var message = Assert.Throws<ActionableException>(() => Parse(json)).Message;
        Assert.StartsWith("features.json: ", message);
        Assert.Contains(what, message);
    }

    [Fact]
    public void Features_that_cannot_be_are_refused()
    {
        Bad("two fields have the name \"steps/a/b\"", ("a/b", Flag), ("a", Dict(("b", Flag))));
        Bad("\"dtype\" is missing", ("a", "{\"tensor\": {}}"));
        Bad("a dimension is not a whole number", ("a", Tensor("bool", 7).Replace("\"7\"", "\"x\"")));
        Bad("its shape is not one of a tensor that fits memory", ("a", Tensor("bool", 1 << 20, 1 << 20)));
        Bad("its shape is not one of a tensor that fits memory", ("a", Tensor("bool", -2)));
        Bad("its shape has more than 32 dimensions", ("a", Tensor("bool", new int[33])));
        Bad("\"length\" is no length", ("a", Sequence(Flag, "-5")));
        Bad("more than 8 sequences are nested", ("a", Enumerable.Range(0, 9).Aggregate(Flag, (inner, _) => Sequence(inner))));
        Bad("is longer than 1000 characters", (new string('x', 1001), Flag));
        Bad("it describes more than 10000 fields", [.. Enumerable.Range(0, 10_001).Select(i => ($"f{i}", Flag))]);
        var deep = Enumerable.Range(0, 60).Aggregate(Flag, (inner, _) => Dict(("a", inner)));
        Assert.Contains("it is not valid JSON", Assert.Throws<ActionableException>(() => Parse(deep)).Message);
        Assert.Contains("no field of steps has a fixed shape, by which they could be counted", Assert.Throws<ActionableException>(() => Parse(Dict(("steps", Sequence(Sequence(Flag)))))).Message);

        static void Bad(string what, params (string, string)[] features) =>
            Assert.Contains(what, Assert.Throws<ActionableException>(() => Parse(Dict(("steps", Sequence(Dict(features)))))).Message);
    }

    [Theory]
    [InlineData("words", "it holds lists of texts, which are not read")]
    [InlineData("strings", "it holds lists of texts, which are not read")]
    [InlineData("loose", "a dimension of it varies and it has no encoding")]
    [InlineData("looser", "more than one of its dimensions varies, which needs an encoding")]
    [InlineData("pictures", "it holds sequences of images, which are not read")]
    [InlineData("deep", "its images of \"uint16\" cannot be used")]
    [InlineData("coded", "texts with an encoding are not read")]
    [InlineData("raggeddynamic", "sequences of tensors of which more than one dimension varies")]
    public void What_is_not_read_is_a_problem_of_that_field_alone(string name, string what)
    {
        var schema = Parse(Dict(("steps", Sequence(Dict(("is_first", Flag), ("words", Sequence(Text)), ("strings", Tensor("string", 2)), ("loose", Tensor("bool", -1)),
            ("looser", Tensor("bool", -1, -1)), ("pictures", Sequence(Image("uint8"))), ("deep", Image("uint16")), ("coded", Tensor("string", "zlib")),
            ("raggeddynamic", Sequence(Tensor("bool", "bytes", -1, -1))))))));
        Assert.Contains(what, schema.Find("steps/" + name)!.Problem);
        Assert.Equal("steps/is_first", schema.Counter.Name);
    }

    [Theory]
    [InlineData("{}", "\"name\" is missing")]
    [InlineData("{\"name\": \"a\", \"fileFormat\": \"riegeli\"}", "its files are of the format \"riegeli\", only tfrecord is read")]
    [InlineData("{\"name\": \"a\", \"fileFormat\": 3}", "\"fileFormat\" is not a text")]
    [InlineData("{\"name\": \"a\"}", "it names no splits")]
    [InlineData("{\"name\": \"a\", \"splits\": [{}]}", "a split has no \"name\"")]
    [InlineData("{\"name\": \"a\", \"splits\": [3]}", "an object is expected here")]
    [InlineData("{\"name\": \"a\", \"splits\": [{\"name\": \"b\"}, {\"name\": \"b\"}]}", "two splits have the name \"b\"")]
    [InlineData("{\"name\": \"a\", \"splits\": [{\"name\": \"b\", \"numBytes\": \"5\"}]}", "split \"b\": \"shardLengths\" is missing")]
    [InlineData("{\"name\": \"a\", \"splits\": [{\"name\": \"b\", \"shardLengths\": [\"-1\"]}]}", "holds what is no number of episodes")]
    [InlineData("{\"name\": \"a\", \"splits\": [{\"name\": \"b\", \"shardLengths\": [\"9223372036854775807\"]}]}", "holds what is no number of episodes")]
    [InlineData("{\"name\": \"a\", \"splits\": [{\"name\": \"b\", \"shardLengths\": [\"many\"]}]}", "is not a whole number")]
    public void Damaged_information_is_refused(string json, string what)
    {
        var message = Assert.Throws<ActionableException>(() => RldsJson.Parse(Encoding.UTF8.GetBytes(json), "dataset_info.json", RldsInfo.Parse)).Message;
        Assert.StartsWith("dataset_info.json: ", message);
        Assert.Contains(what, message);
    }

    [Fact]
    public void The_number_of_files_is_bounded()
    {
        var json = $"{{\"name\": \"a\", \"splits\": [{{\"name\": \"b\", \"shardLengths\": [{string.Join(",", Enumerable.Repeat("1", 1_000_001))}]}}]}}";
        Assert.Contains("it names more than 1000000 files",
            Assert.Throws<ActionableException>(() => RldsJson.Parse(Encoding.UTF8.GetBytes(json), "x", RldsInfo.Parse)).Message);
    }

    [Theory]
    [InlineData("{DATASET}-{SPLIT}.{FILEFORMAT}-{SHARD_X_OF_Y}", 7, 42, "set-train.tfrecord-00007-of-00042")]
    [InlineData("{SPLIT}/data.{FILEFORMAT}-{SHARD_INDEX}-{NUM_SHARDS}", 0, 1, "train/data.tfrecord-00000-00001")]
    [InlineData("{DATASET}-{SHARD_X_OF_Y}", 12, 123456, "set-000012-of-123456")]
    [InlineData("{unfinished", 0, 1, "{unfinished")]
    [InlineData("one", 0, 1, "one")]
    public void Templates_name_files(string template, int index, int count, string expected) =>
        Assert.Equal(expected, ShardTemplate.Expand(template, "set", "train", index, count, "x"));

    [Theory]
    [InlineData("../{SHARD_INDEX}", "which does not lie inside")]
    [InlineData("/etc/{SHARD_INDEX}", "which does not lie inside")]
    [InlineData("a/../../{SHARD_INDEX}", "which does not lie inside")]
    [InlineData("a//{SHARD_INDEX}", "which does not lie inside")]
    [InlineData("./{SHARD_INDEX}", "which does not lie inside")]
    [InlineData("a\\..\\{SHARD_INDEX}", "which does not lie inside")]
    [InlineData("c:{SHARD_INDEX}", "which does not lie inside")]
    [InlineData("a\n{SHARD_INDEX}", "which does not lie inside")]
    [InlineData("{SPLIT}/{SHARD_INDEX}", "which does not lie inside")]
    [InlineData("{OTHER}-{SHARD_INDEX}", "has a variable \"{OTHER}\" that is not known")]
    [InlineData("{DATASET}", "gives 2 files the same name")]
    public void Templates_that_lead_out_of_the_folder_are_refused(string template, string what)
    {
        var message = Assert.Throws<ActionableException>(() => ShardTemplate.Expand(template, "set", "..", 0, 2, "x")).Message;
        Assert.Contains(what, message);
        Assert.DoesNotContain('\n', message);
    }

    private static RldsSchema Parse(string json) => RldsJson.Parse(Encoding.UTF8.GetBytes(json), "features.json", RldsSchema.Parse);
}
