using System.Buffers.Binary;
using System.Text.Json.Nodes;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Networks;
using ActionableModels.Storage;
using ActionableModels.Tests.Learning;
using ActionableModels.Tests.Storage;

namespace ActionableModels.Tests.Checkpoints;

/// <summary>Checkpoint files that were damaged, mixed up or written to do harm.</summary>
public sealed class CheckpointBadInputTests
{
    private static readonly byte[] Good = ModelBytes.Checkpoint(TinyWorld.Settings with { TargetNetworks = 2 });

    private static Checkpoint Read(byte[] bytes)
    {
        using var file = SafetensorsFile.Parse(bytes, "a file");
        return Checkpoint.Read(file);
    }

    private static string Refuse(byte[] bytes)
    {
        var message = Assert.Throws<ActionableException>(() => Read(bytes)).Message;
        Assert.DoesNotContain('\n', message);
        Assert.StartsWith("a file", message);
        return message;
    }

    private static byte[] WithHeader(Action<JsonObject> change) => ModelBytes.WithHeader(Good, change);

    private static byte[] WithMetadata(string key, Func<string, string?> change) => ModelBytes.WithMetadata(Good, key, change);

    private static byte[] WithJson(string key, Action<JsonObject> change) => ModelBytes.WithJson(Good, key, change);

    [Fact]
    public void The_helpers_change_nothing_of_their_own()
    {
        Assert.Equal(1, Read(WithHeader(_ => { })).Header.Step);
        Assert.Equal(1, Read(WithJson("network", _ => { })).Header.Step);
    }

    [Theory]
    [InlineData("format", "safetensors", "not a checkpoint")]
    [InlineData("version", "2", "checkpoint version '2' is not known")]
    [InlineData("camera", "11", "camera size or step")]
    [InlineData("camera", "-1x10", "camera size or step")]
    [InlineData("camera", "0x10", "not within 1 to")]
    [InlineData("camera", "11x99999999999999999999", "camera size or step")]
    [InlineData("camera", "2000000000x2000000000", "not within 1 to")]
    [InlineData("camera", "5x5", "smaller than the 8×7 input")]
    [InlineData("step", "-1", "camera size or step")]
    [InlineData("step", "1e3", "camera size or step")]
    [InlineData("step", "9223372036854775807", "not within 0 to the 6")]
    [InlineData("network", "", "network specification cannot be read")]
    [InlineData("network", "null", "network specification cannot be read")]
    [InlineData("network", "{}", "network specification cannot be read")]
    [InlineData("settings", "null", "training settings cannot be read")]
    [InlineData("settings", "{\"Batch\":\"5\"}", "training settings cannot be read")]
    [InlineData("settings", "{\"Speed\":5}", "training settings cannot be read")]
    [InlineData("action_space", "null", "action space")]
    [InlineData("action_space", "{}", "an action space has 7 bounds")]
    [InlineData("action_space", "{\"Low\":[0]}", "an action space has 7 bounds")]
    [InlineData("action_space", "[", "action space")]
    public void Metadata_are_checked(string key, string text, string message)
    {
        Assert.Contains(message, Refuse(WithMetadata(key, _ => text)));
        Assert.Contains($"'{key}' is missing", Refuse(WithMetadata(key, _ => null)));
    }

    [Theory]
    [InlineData("Name", "null", "a part is missing")]
    [InlineData("Tower", "null", "a part is missing")]
    [InlineData("Tower", "[]", "a tower has 1 to 64 layers")]
    [InlineData("Tower", "[null]", "tower layer 1 is not valid")]
    [InlineData("Tower", "[{\"Kind\":7,\"Channels\":4,\"Kernel\":3,\"Stride\":2,\"Padding\":\"Same\"}]", "cannot be read")]
    [InlineData("Tower", "[{\"Kind\":\"Conv\",\"Channels\":-4,\"Kernel\":3,\"Stride\":2,\"Padding\":\"Same\"}]", "has -4 channels")]
    [InlineData("Tower", "[{\"Kind\":\"Conv\",\"Channels\":4,\"Kernel\":3,\"Stride\":0,\"Padding\":\"Same\"}]", "stride 0")]
    [InlineData("Tower", "[{\"Kind\":\"Conv\",\"Channels\":4,\"Kernel\":9,\"Stride\":1,\"Padding\":\"Valid\"}]", "leaves nothing")]
    [InlineData("Tower",
        "[{\"Kind\":\"Dense\",\"Channels\":4,\"Kernel\":0,\"Stride\":0,\"Padding\":\"Valid\"},{\"Kind\":\"Pool\",\"Channels\":0,\"Kernel\":1,\"Stride\":1,\"Padding\":\"Same\"}]", "follows a dense layer")]
    [InlineData("ImageHeight", "0", "image size")]
    [InlineData("ImageHeight", "2147483648", "cannot be read")]
    [InlineData("ActionEmbedding", "-1", "action embedding")]
    [InlineData("InitialDeviation", "1e999", "")]
    [InlineData("NormEpsilon", "0", "epsilon")]
    [InlineData("NormDecay", "1", "decay")]
    [InlineData("GoalMerge", "5", "cannot be read")]
    [InlineData("Normalisation", "\"Layer\"", "cannot be read")]
    [InlineData("Output", "\"Action\"", "does not go with a network that outputs Action")]
    [InlineData("ActionBlocks", "[null]", "action block")]
    [InlineData("ActionBlocks", "[{\"Name\":\"merge\",\"Columns\":[{\"Source\":0,\"Kind\":\"Identity\"}],\"Scale\":1}]",
        "action block \"merge\"")]
    [InlineData("ActionBlocks", "[{\"Name\":\"a/b\",\"Columns\":[{\"Source\":0,\"Kind\":\"Identity\"}],\"Scale\":1}]",
        "action block \"a/b\"")]
    [InlineData("ActionBlocks", "[{\"Name\":\"x\",\"Columns\":[{\"Source\":9,\"Kind\":\"Identity\"}],\"Scale\":1}]", "action block \"x\"")]
    [InlineData("ActionBlocks", "[{\"Name\":\"x\",\"Columns\":[],\"Scale\":1}]", "action block \"x\"")]
    [InlineData("Surprise", "1", "cannot be read")]
    public void Specifications_are_checked(string property, string json, string message) =>
        Assert.Contains(message, Refuse(WithJson("network", spec => spec[property] = JsonNode.Parse(json))));

    [Theory]
    [InlineData("Method", "null", "missing")]
    [InlineData("Method", "\"actionable-model\"", "did you mean 'actionable-models'?")]
    [InlineData("Preset", "null", "missing")]
    [InlineData("GoalSampler", "null", "missing")]
    [InlineData("GoalSampler", "\"best\"", "unknown goal sampler")]
    [InlineData("GoalMerge", "9", "cannot be read")]
    [InlineData("Normalisation", "9", "cannot be read")]
    [InlineData("Objective", "\"BehaviouralCloning\"", "random goal share")]
    [InlineData("Optimizer", "\"Sgd\"", "cannot be read")]
    [InlineData("Batch", "0", "batch 0")]
    [InlineData("Batch", "65537", "batch 65537")]
    [InlineData("Discount", "1.5", "discount")]
    [InlineData("NegativeDraws", "7", "7 negatives")]
    [InlineData("CemSamples", "65537", "CEM")]
    [InlineData("CemElites", "9", "9 elites")]
    [InlineData("TargetNetworks", "3", "3 target networks")]
    [InlineData("LagSteps", "0", "lag of 0")]
    [InlineData("Temperature", "0", "temperature")]
    [InlineData("Steps", "9223372036854775807", "steps are not within")]
    [InlineData("Seed", "-1", "cannot be read")]
    public void Settings_are_checked(string property, string json, string message) =>
        Assert.Contains(message, Refuse(WithJson("settings", settings => settings[property] = JsonNode.Parse(json))));

    [Fact]
    public void Products_of_allowed_settings_are_bounded_too() => Assert.Contains("actions per step",
        Refuse(WithJson("settings", settings =>
    {
        settings["Batch"] = 65536;
        settings["CemSamples"] = 65536;
    })));

    [Theory]
    [InlineData("tower/conv1/weight")]
    [InlineData("action/world_vector/weight")]
    [InlineData("action/height_to_bottom/bias")]
    [InlineData("head/logit/bias")]
    [InlineData("average/tower/conv2/weight")]
    [InlineData("lagged/head/dense1/bias")]
    [InlineData("optimizer/m/tower/conv1/bias")]
    [InlineData("optimizer/v/head/logit/weight")]
    public void Tensors_must_be_all_there_under_their_names(string name)
    {
        var message = Refuse(WithHeader(header =>
        {
            var entry = header[name]!.DeepClone();
            header.Remove(name);
            header[name + "2"] = entry;
        }));
        Assert.Contains(name, message);
    }

    [Fact]
    public void Tensors_of_another_type_or_shape_are_named()
    {
        Assert.Contains("\"tower/conv1/bias\" is I32 [4], not F32 [4]",
            Refuse(WithHeader(header => header["tower/conv1/bias"]!["dtype"] = "I32")));
        Assert.Contains("\"tower/conv1/bias\" is F32 [2, 2], not F32 [4]",
            Refuse(WithHeader(header => header["tower/conv1/bias"]!["shape"] = new JsonArray(2, 2))));
    }

    [Fact]
    public void Files_of_another_network_are_refused()
    {
        foreach (var other in new[]
        {
            TinyWorld.Network with { Head = [LayerSpec.Conv(4, 3), LayerSpec.Dense(6), LayerSpec.Dense(6)] },
            TinyWorld.Network with { Head = [LayerSpec.Conv(4, 3)] },
            TinyWorld.Network with { Normalisation = Normalisation.Batch },
            TinyWorld.Network with { GoalMerge = GoalMerge.Towers },
            TinyWorld.Network with { ActionEmbedding = 7 },
            TinyWorld.Network with { ActionBlocks = ActionBlock.QtOpt()[1..] },
        })
            Assert.Contains("the file", Refuse(WithMetadata("network", _ => other.ToJson())));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Numbers_that_are_not_finite_are_neither_read_nor_written(float value)
    {
        foreach (var name in new[] { "tower/conv1/weight", "action/vertical_rotation/weight", "average/head/logit/bias",
            "lagged/tower/conv2/bias", "optimizer/v/tower/conv1/weight" })
            Assert.Contains($"'{name}' holds values that are not finite", Refuse(ModelBytes.WithNumbers(Good, name, value)));

        using var folder = new Learning.TemporaryFolder();
        var path = Path.Combine(folder.Path, "kept");
        File.WriteAllBytes(path, Good);
        foreach (var spoil in new Func<Checkpoint, float[]>[] { c => c.Values, c => c.Average, c => c.SecondMoment! })
        {
            var diverged = Read(Good);
            spoil(diverged)[3] = value;
            Assert.Contains("diverged", Assert.Throws<ActionableException>(() => diverged.Write(path)).Message);
            Assert.Equal(Good, File.ReadAllBytes(path));
            Assert.Single(Directory.GetFiles(folder.Path));
        }
    }

    [Fact]
    public void Truncated_files_are_refused_at_every_length()
    {
        var header = ModelBytes.HeaderEnd(Good);
        var lengths = Enumerable.Range(0, 40).Concat(Enumerable.Range(0, 200).Select(i => (int)((long)Good.Length * i / 200)))
            .Concat([header - 1, header, header + 1, Good.Length - 4, Good.Length - 1]);
        foreach (var length in lengths.Distinct()) Refuse(Good[..length]);
        Refuse([.. Good, 0]);
    }

    [Fact]
    public void Random_damage_is_refused_or_harmless()
    {
        var header = ModelBytes.HeaderEnd(Good);
        var refused = 0;
        for (var i = 0UL; i < 5000; i++)
        {
            // The header is where damage is dangerous: most of the mutations go there.
            var bytes = i % 4 == 0 ? Mutation.Of(Good, new RandomKey(1, 980, i))
                : [.. Mutation.Of(Good.AsSpan(0, header), new RandomKey(1, 980, i), keepLength: i % 4 == 1), .. Good.AsSpan(header)];
            if (i % 4 > 1) BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)(bytes.Length - (Good.Length - header) - 8));
            try
            {
                var read = Read(bytes);
                Assert.True(read.Header.Step <= read.Header.Settings.Steps);
            }
            catch (ActionableException e)
            {
                Assert.DoesNotContain('\n', e.Message);
                Assert.True(e.Message.Length < 2000, "a message as long as the file");
                refused++;
            }
        }
        Assert.InRange(refused, 2500, 4999);
    }
}
