using System.Text;
using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Storage;
using ActionableModels.Tests.Storage;

namespace ActionableModels.Tests.Data;

public sealed class DatasetBadInputTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public DatasetBadInputTests() => TestEpisodes.Record(folder.Path, [2, 0, 1]);

    public void Dispose() => folder.Dispose();

    string Shard => folder["shard-00000.safetensors"];

    string Refuse(bool verifyHashes = false)
    {
        var message = Assert.Throws<ActionableException>(() => EpisodeStore.Open(folder.Path, verifyHashes)).Message;
        Assert.DoesNotContain('\n', message);
        Assert.Contains(folder.Path, message);
        return message;
    }

    void Replace(string old, string @new)
    {
        var text = File.ReadAllText(folder["dataset.json"]);
        Assert.Contains(old, text);
        File.WriteAllText(folder["dataset.json"], text.Replace(old, @new));
    }

    [Theory]
    [InlineData("\"format\": \"actionable-models-dataset\"", "\"format\": \"zip\"", "\"format\" is \"zip\"")]
    [InlineData("\"format\": \"actionable-models-dataset\",", "", "\"format\" is missing")]
    [InlineData("\"version\": 1", "\"version\": 2", "format version 2, this program reads version 1: use the program that wrote it")]
    [InlineData("\"version\": 1", "\"version\": \"1\"", "\"version\" is not a number")]
    [InlineData("\"version\": 1", "\"version\": 1.5", "\"version\" is not a whole number")]
    [InlineData("\"version\": 1", "\"version\": 1, \"version\": 1", "not valid JSON")]
    [InlineData("\"version\": 1", "\"version\": 1, \"more\": 1", "the field \"more\" is not known")]
    [InlineData("\"test task\"", "null", "\"task\" is not a text")]
    [InlineData("\"test task\"", "\"\\ud800\"", "half a character")]
    [InlineData("\"height\": 2", "\"height\": -2", "\"image\": \"height\" is not a whole number from 1 to 16384")]
    [InlineData("\"height\": 2", "\"height\": 3", "tensor \"images\" is U8 [4, 2, 3, 3], not U8 [4, 3, 3, 3]")]
    [InlineData("\"height\": 2", "\"height\": 99999999999999999999", "is not a whole number")]
    [InlineData("\"gripper_closed\"", "\"speed\"", "\"states\" is not [gripper_closed, height]")]
    [InlineData("\"azimuth\"", "\"roll\"", "\"names\" is not [x, y, z, azimuth, close, open, terminate]")]
    [InlineData("0.03,", "", "an action space has 7 bounds")]
    [InlineData("0.06,", "1e999,", "bounds of action z")]
    [InlineData("0.06,", "\"0.06\",", "\"initial_deviation\" holds something other than numbers")]
    [InlineData("\"seed\"", "\"\\ud800\"", "half a character")]
    [InlineData("\"seed\": \"7\"", "\"seed\": 7", "\"seed\" is not a text")]
    [InlineData("shard-00000.safetensors", "../shard-00000.safetensors", "the file is named \"../shard-00000.safetensors\", not shard-00000.safetensors")]
    [InlineData("shard-00000.safetensors", "/etc/passwd", "the file is named \"/etc/passwd\"")]
    [InlineData("shard-00000.safetensors", "shard-00001.safetensors", "\"shards\" 0: the file is named")]
    [InlineData("\"episodes\": 2", "\"episodes\": 3", "tensor \"images\" is U8 [4, 2, 3, 3], not U8 [5, 2, 3, 3]")]
    [InlineData("\"episodes\": 2", "\"episodes\": 0", "\"episodes\" is not a whole number from 1")]
    [InlineData("\"episodes\": 2", "\"episodes\": 2147483647", "split the dataset")]
    [InlineData("\"episodes\": 2", "\"episodes\": 2147483640", "tensor \"images\" is")]
    [InlineData("\"steps\": 2", "\"steps\": 1", "tensor \"images\" is")]
    [InlineData("\"steps\": 2", "\"steps\": 9223372036854775807", "\"steps\" is not a whole number from 0")]
    [InlineData("\"steps\": 2", "\"steps\": 1125899906842624", "tensor \"images\" is")]
    [InlineData("\"bytes\": ", "\"bytes\": 1", "says 1")]
    [InlineData("\"sha256\": \"", "\"sha256\": \"0", "\"sha256\" is not 64")]
    [InlineData("\"shards\": [", "\"shards\": [7, ", "\"shards\" 0: it is not a JSON object")]
    [InlineData("\"shards\"", "\"splinters\"", "\"shards\" is missing")]
    [InlineData("{\n  \"format\"", "[{\n  \"format\"", "not valid JSON")]
    public void Descriptions_must_be_right_in_everything(string old, string @new, string message)
    {
        Replace(old, @new);
        Assert.Contains(message, Refuse());
    }

    [Fact]
    public void Missing_files_are_named()
    {
        File.Delete(Shard);
        Assert.Equal($"{Shard}: there is no such file: check the path", Refuse());
        File.Delete(folder["dataset.json"]);
        Assert.StartsWith($"{folder.Path}: holds no dataset (dataset.json is missing)", Refuse());
        Directory.CreateDirectory(folder["dataset.json"]);
        Assert.StartsWith($"{folder["dataset.json"]}: cannot be read", Refuse());
        Assert.Throws<ActionableException>(() => EpisodeStore.Open(folder["none"]));
    }

    [Fact]
    public void A_shard_truncated_at_any_byte_is_refused()
    {
        var whole = File.ReadAllBytes(Shard);
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(Shard, whole[..length]);
            Refuse();
            // A shard that the description agrees with is still caught by its own layout.
            if (length % 16 == 0)
            {
                var text = File.ReadAllText(folder["dataset.json"]);
                Replace($"\"bytes\": {whole.Length}", $"\"bytes\": {length}");
                Refuse();
                File.WriteAllText(folder["dataset.json"], text);
            }
        }
    }

    [Fact]
    public void A_changed_pixel_is_found_by_its_hash()
    {
        var bytes = File.ReadAllBytes(Shard);
        bytes[^20] ^= 1;
        File.WriteAllBytes(Shard, bytes);
        EpisodeStore.Open(folder.Path).Dispose();
        Assert.Contains($"{Shard}: its SHA-256 is not the one in dataset.json", Refuse(verifyHashes: true));
    }

    public static TheoryData<string, string, int, byte[]> WrongNumbers() => new()
    {
        { "actions", "tensor \"actions\", row 1: action x is NaN, not within [-0.1, 0.1]", 28, BitConverter.GetBytes(float.NaN) },
        { "actions", "row 0: action y is -Infinity", 4, BitConverter.GetBytes(float.NegativeInfinity) },
        { "actions", "row 0: action azimuth is 1.6", 12, BitConverter.GetBytes(1.6f) },
        { "actions", "row 0: action close is 0.5, not 0 or 1", 16, BitConverter.GetBytes(0.5f) },
        { "states", "tensor \"states\", row 1: state height is NaN", 12, BitConverter.GetBytes(float.NaN) },
        { "episode_steps", "the steps of its episodes sum to 3, dataset.json says 2", 0, BitConverter.GetBytes(3) },
        { "episode_steps", "episode 1 has -2 steps", 4, BitConverter.GetBytes(-2) },
        { "success", "the success of episode 1 is 2, not 0 or 1", 1, [2] },
        { "policy", "the policy of episode 0 is 2, there are 2 policy names", 0, BitConverter.GetBytes(2) },
        { "policy", "the policy of episode 1 is -1", 4, BitConverter.GetBytes(-1) },
    };

    [Theory]
    [MemberData(nameof(WrongNumbers))]
    public void Numbers_must_be_right_in_every_shard(string tensor, string message, int at, byte[] value)
    {
        long offset;
        using (var file = SafetensorsFile.Open(Shard))
            offset = file.Entry(tensor).Offset + at;
        var bytes = File.ReadAllBytes(Shard);
        value.CopyTo(bytes, offset);
        File.WriteAllBytes(Shard, bytes);
        Assert.StartsWith($"{Shard}: ", Refuse());
        Assert.Contains(message, Refuse());
    }

    [Theory]
    [InlineData("dataset.json", 3000)]
    [InlineData("shard-00000.safetensors", 14000)]
    public void Mutated_datasets_are_read_consistently_or_refused(string file, int trials)
    {
        var whole = File.ReadAllBytes(folder[file]);
        var read = 0;
        for (var trial = 0; trial < trials; trial++)
        {
            var mutated = Mutation.Of(whole, new RandomKey(6, 1, (ulong)trial), keepLength: trial % 8 != 0 && file != "dataset.json");
            File.WriteAllBytes(folder[file], mutated);
            try
            {
                using var store = EpisodeStore.Open(folder.Path, verifyHashes: trial % 4 == 0);
                Assert.True(file == "dataset.json" || trial % 4 != 0 || mutated.AsSpan().SequenceEqual(whole));
                AssertConsistent(store);
                read++;
            }
            catch (ActionableException e)
            {
                Assert.DoesNotContain('\n', e.Message);
            }
        }
        Assert.InRange(read, trials / 100, trials - trials / 10);
    }

    static void AssertConsistent(EpisodeStore store)
    {
        var summary = DatasetSummary.Of(store);
        Assert.Equal(store.EpisodeCount, summary.Lengths.Counts.ToArray().Sum());
        for (var e = 0; e < store.EpisodeCount; e++)
        {
            var episode = store.Copy(e);
            Assert.Equal(store.Steps(e), episode.Steps);
            Assert.Equal((episode.Steps + 1) * store.Header.ImageBytes, episode.Images.Length);
            Assert.All(episode.States, s => Assert.True(float.IsFinite(s)));
            for (var i = 0; i < episode.Actions.Length; i++)
                Assert.InRange(episode.Actions[i], store.Actions.Low[i % 7] - 0.01f, store.Actions.High[i % 7] + 0.01f);
        }
    }
}
