using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;

namespace ActionableModels.Cli.Tests.Commands;

/// <summary>Bad input gets one line and exit code 1, and every file stays as it was.</summary>
[Collection(nameof(SmallRun))]
public sealed class BadInputTests(SmallRun small)
{
    private string[] Images => ["--image", small.Path("current.png"), "--goal", small.Path("goal.png")];

    [Theory]
    [InlineData("collect --task pick-and-plaice", "unknown task 'pick-and-plaice'; did you mean 'pick-and-place'?")]
    [InlineData("collect --mix cleen", "did you mean 'clean'?")]
    [InlineData("collect --camera overhed", "did you mean 'overhead'?")]
    [InlineData("init --preset qtopt-472", "unknown preset 'qtopt-472'; did you mean 'qt-opt-472'?")]
    [InlineData("train --method actionable-model", "did you mean 'actionable-models'?")]
    [InlineData("train --preset compact48", "did you mean 'compact-48'?")]
    [InlineData("train --goal-sampler unifrom", "did you mean 'uniform'?")]
    [InlineData("train --batch 0", "batch 0")]
    [InlineData("train --device gpu", "unknown device 'gpu'")]
    [InlineData("eval --policy trainde", "did you mean 'trained'?")]
    [InlineData("eval --policy random --task stacking", "unknown task 'stacking'")]
    public void UnknownNamesNameTheNearest(string line, string message)
    {
        var output = small.New();
        string[] arguments = line.Split(' ');
        string[] data = arguments[0] == "train" ? ["--data", small.Data] : [];
        Actionable.Run([.. arguments, .. data, "--output", output]).Fails(message);
        Assert.False(Path.Exists(output));
    }

    [Theory]
    [InlineData("0,x", "'x' is not a processor's number")]
    [InlineData("0,1,2", "names 3 cores for 2 threads")]
    [InlineData("0,99999", "core 99999 is not one that this process may use")]
    public void CoresThatAreNotThere(string cores, string message) =>
        Actionable.Run("doctor", "--threads", "2", "--cores", cores).Fails(message);

    [Theory]
    [InlineData("wide.png", "32×40", "32×32 (height × width)")]
    [InlineData("text.png", "PNG")]
    [InlineData("missing.png", "missing.png")]
    public void ImagesThatDoNotFit(string image, params string[] parts)
    {
        string[] pair = ["--image", small.Path("current.png"), "--goal", small.Path(image)];
        Actionable.Run(["act", "--checkpoint", small.Checkpoint, .. pair]).Fails([image, .. parts]);
        File.WriteAllText(small.Path("rows.json"), "[[0,0,0,0,1,0,0,0,0,0.1]]");
        Actionable.Run(["q", "--checkpoint", small.Checkpoint, "--actions", small.Path("rows.json"), .. pair]).Fails([image, .. parts]);
    }

    [Theory]
    [InlineData("[[0,0,0]]", "row 0 has 3 numbers; give a list of rows of 10 numbers (x, y, z, sine of azimuth, cosine of azimuth, close,")]
    [InlineData("[[0,0,0,0,1,0,0,0,0,0.1],[0,0,0,0,1,0,0,0,0,1e99]]", "row 1, height is not a finite number")]
    [InlineData("[[0,0,0,0,1,0,0,0,0,\"low\"]]", "row 0, height is not a finite number")]
    [InlineData("[]", "is not a list of rows")]
    [InlineData("{\"q\":1}", "is not a list of rows")]
    [InlineData("[[0,0", "is not JSON")]
    public void ActionsThatDoNotFit(string json, string message)
    {
        var file = small.New();
        File.WriteAllText(file, json);
        Actionable.Run(["q", "--checkpoint", small.Checkpoint, "--actions", file, .. Images, "--json"]).Fails(message);
    }

    [Theory]
    [InlineData(0), InlineData(7), InlineData(300), InlineData(50_000), InlineData(-1)]
    public void TruncatedShard(int length)
    {
        var (data, output) = (small.Copy(small.Data), small.New());
        using (var shard = File.OpenWrite(Path.Combine(data, "shard-00000.safetensors"))) shard.SetLength(length < 0 ? shard.Length
            + length : length);
        var before = SmallRun.Snapshot(data);
        Actionable.Run("train", "--data", data, "--output", output, "--preset", "compact-32").Fails("shard-00000.safetensors");
        Actionable.Run("collect", "--append", "--image-size", "32", "--episodes", "2", "--output", data).Fails("shard-00000.safetensors");
        Assert.Equal(before, SmallRun.Snapshot(data));
        Assert.False(Path.Exists(output));
    }

    [Theory]
    [InlineData(0), InlineData(7), InlineData(300), InlineData(-1)]
    public void TruncatedCheckpoint(int length)
    {
        var run = small.Copy(small.Run);
        var file = Path.Combine(run, "checkpoint.safetensors");
        using (var stream = File.OpenWrite(file)) stream.SetLength(length < 0 ? stream.Length + length : length);
        var before = SmallRun.Snapshot(run);
        Actionable.Run("eval", "--checkpoint", file, "--episodes", "1").Fails("checkpoint.safetensors");
        Actionable.Run("inspect", "--checkpoint", file).Fails("checkpoint.safetensors");
        Actionable.Run("train", "--data", small.Data, "--output", run, "--resume").Fails("checkpoint.safetensors");
        Assert.Equal(before, SmallRun.Snapshot(run));
    }

    [Fact]
    public void CheckpointOfAnotherSpecification()
    {
        foreach (string[] other in new string[][] { ["compact-48"], ["compact-32", "--goal-merge", "towers"],
            ["compact-32", "--normalisation", "batch"] })
        {
            var (file, mixed) = (small.New(), small.New());
            Actionable.Json(["init", "--output", file, "--preset", .. other]);
            File.WriteAllBytes(mixed, WithNetworkOf(File.ReadAllBytes(small.Checkpoint), File.ReadAllBytes(file)));
            Actionable.Run(["act", "--checkpoint", mixed, .. Images]).Fails(mixed);
        }
        Actionable.Run(["act", "--checkpoint", Path.Combine(small.Data, "shard-00000.safetensors"), .. Images]).Fails("not a checkpoint");
        Actionable.Run("train", "--data", small.Data, "--output", small.New(), "--preset", "compact-64")
            .Fails("smaller than the 64×64 input");
    }

    [Fact]
    public void ACloningNetworkHasNoQ()
    {
        var (checkpoint, rows) = (small.New(), small.New());
        Actionable.Json("init", "--preset", "compact-32", "--method", "gcbc", "--output", checkpoint);
        File.WriteAllText(rows, "[[0,0.1]]");
        Actionable.Run(["q", "--checkpoint", checkpoint, "--actions", rows, .. Images]).Fails("outputs actions, not Q-values");
        Assert.Equal(7, Actionable.Json(["act", "--checkpoint", checkpoint, .. Images]).GetProperty("action").GetArrayLength());
    }

    [Fact]
    public void OutputThatCannotBeWritten()
    {
        var below = Path.Combine(small.Path("text.png"), "output");
        var before = SmallRun.Snapshot(small.Path(""));
        Actionable.Run("collect", "--episodes", "2", "--output", below).Fails("text.png");
        Actionable.Run("init", "--output", below).Fails(below);
        Actionable.Run("train", "--data", small.Data, "--output", below, "--preset", "compact-32").Fails("text.png");
        Actionable.Run("eval", "--policy", "random", "--episodes", "1", "--output", below).Fails(below);
        Actionable.Run("eval", "--policy", "random", "--episodes", "1", "--strips", small.Data).Fails(small.Data);
        Actionable.Run("report", "--run", small.Run, "--output", below).Fails(below);
        Actionable.Run("demo", "--output", small.Run).Fails("no demo's");
        Assert.Equal(before, SmallRun.Snapshot(small.Path("")));
    }

    [Fact]
    public void NothingIsOverwrittenUnasked()
    {
        var before = SmallRun.Snapshot(small.Path(""));
        Actionable.Run("collect", "--episodes", "2", "--output", small.Data).Fails("holds a dataset already");
        Actionable.Run("collect", "--episodes", "2", "--output", small.Run, "--append").Fails("holds no dataset");
        Actionable.Run("train", "--data", small.Data, "--output", small.Run).Fails("--resume", "--force");
        Actionable.Run("train", "--data", small.Data, "--output", small.Run, "--resume", "--batch", "8").Fails("another --batch");
        Actionable.Run("init", "--output", small.Checkpoint).Fails("--force");
        Assert.Equal(before, SmallRun.Snapshot(small.Path("")));
    }

    [Fact]
    public void MissingData()
    {
        Actionable.Run("train", "--data", small.Path("nowhere"), "--output", small.New()).Fails("nowhere", "dataset.json");
        Actionable.Run("inspect", "--data", small.Path("nowhere")).Fails("nowhere");
        Actionable.Run("report", "--run", small.Data, "--output", small.New()).Fails("holds no run");
        Actionable.Run("eval", "--checkpoint", small.Path("nowhere")).Fails("nowhere");
        Actionable.Run("eval").Fails("--checkpoint");
    }

    [Fact]
    public void DatasetTooShortToRelabel()
    {
        var (data, output) = (small.New(), small.New());
        var space = new Simulation.TabletopOptions().Actions;
        using (var writer = ActionableModels.Data.EpisodeWriter.Open(data, new("pick-and-place", 32, 32, space)))
        {
            writer.Add(new(new byte[32 * 32 * 3], [0, 0.1f], [], false, "still"));
            writer.Complete();
        }
        Actionable.Run("train", "--data", data, "--output", output, "--preset", "compact-32").Fails("too short to relabel");
        Assert.False(Path.Exists(output));
    }

    // A safetensors file is the length of its header, the header as JSON, the tensors.
    private static byte[] WithNetworkOf(byte[] file, byte[] other)
    {
        var header = Header(file);
        header["__metadata__"]!["network"] = Header(other)["__metadata__"]!["network"]!.GetValue<string>();
        var text = Encoding.UTF8.GetBytes(header.ToJsonString());
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, text.Length);
        return [.. length, .. text, .. file.AsSpan(8 + (int)BinaryPrimitives.ReadInt64LittleEndian(file))];
    }

    private static JsonObject Header(byte[] file) =>
        JsonNode.Parse(file.AsSpan(8, (int)BinaryPrimitives.ReadInt64LittleEndian(file)))!.AsObject();
}
