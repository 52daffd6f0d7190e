using System.Text.Json;
using System.Text.Json.Nodes;
using ActionableModels.Checkpoints;
using ActionableModels.Imaging;

namespace ActionableModels.Cli.Tests.Commands;

/// <summary>What the commands do when all is well.</summary>
[Collection(nameof(SmallRun))]
public sealed class CommandTests(SmallRun small)
{
    [Fact]
    public void CollectDoesNotDependOnThreadsAndCanBeContinued()
    {
        var (one, two, parts) = (small.New(), small.New(), small.New());
        string[] recording = ["collect", "--image-size", "16", "--steps", "5", "--mix", "dithering", "--seed", "5"];
        var json = Actionable.Json([.. recording, "--episodes", "70", "--threads", "1", "--output", one]);
        Actionable.Json([.. recording, "--episodes", "70", "--threads", "2", "--output", two]);
        Assert.Equal((70, 350), (json.GetProperty("episodes").GetInt32(), json.GetProperty("steps").GetInt32()));
        Assert.Equal(Bytes(one, "shard-00000.safetensors"), Bytes(two, "shard-00000.safetensors"));
        Assert.Equal(Bytes(one, "dataset.json"), Bytes(two, "dataset.json"));

        Actionable.Json([.. recording, "--episodes", "30", "--output", parts]);
        Assert.Equal(70, Actionable.Json([.. recording, "--episodes", "40", "--output", parts, "--append"]).GetProperty("episodes")
            .GetInt32());
        using var whole = ActionableModels.Data.EpisodeStore.Open(one);
        using var joined = ActionableModels.Data.EpisodeStore.Open(parts);
        for (var e = 0; e < whole.EpisodeCount; e++) Assert.Equal(whole.Copy(e).Images, joined.Copy(e).Images);
    }

    [Fact]
    public void InspectShowsADatasetAndACheckpoint()
    {
        var sheet = small.New();
        var data = Actionable.Json("inspect", "--data", small.Data, "--contact-sheet", sheet, "--verify");
        Assert.Equal((30, 240, 270), (data.GetProperty("episodes").GetInt32(), data.GetProperty("steps").GetInt32(),
            data.GetProperty("frames").GetInt32()));
        Assert.Equal("tilted", data.GetProperty("recording").GetProperty("camera").GetString());
        Assert.Equal(30, data.GetProperty("policies").EnumerateArray().Sum(policy => policy.GetProperty("episodes").GetInt32()));
        Assert.Equal(240, data.GetProperty("actions")[0].GetProperty("histogram").EnumerateArray().Sum(count => count.GetInt32()));
        Assert.True(Png.Load(sheet).Width > 500);

        var checkpoint = Actionable.Json("inspect", "--checkpoint", small.Checkpoint);
        Assert.Equal((40, "compact-32"), (checkpoint.GetProperty("step").GetInt32(), checkpoint.GetProperty("network").GetString()));
        Assert.Equal(10, checkpoint.GetProperty("layout").GetArrayLength());
        Assert.Contains("action layout of q: x, y, z,", Actionable.Run("inspect", "--data", small.Checkpoint).Output);
    }

    [Fact]
    public void APolicyFileDoesAllThatItsCheckpointDoesButTrain()
    {
        var (policy, rows, run) = (small.New(), small.New(), small.Copy(small.Run));
        PolicyModel.Read(small.Checkpoint).Write(policy);
        File.WriteAllText(rows, "[[0,0,0,0,1,0,0,0,0,0.1]]");
        string[] pair = ["--image", small.Path("current.png"), "--goal", small.Path("goal.png")];
        string Result(string file, params string[] command)
        {
            var json = JsonNode.Parse(Actionable.Json([.. command, "--checkpoint", file]).GetRawText())!.AsObject();
            foreach (var key in new[] { "checkpoint", "seconds" }) json.Remove(key);
            return json.ToJsonString();
        }
        foreach (string[] command in new string[][] { ["act", .. pair], ["q", "--actions", rows, .. pair],
            ["eval", "--task", "pick-and-place", "--camera", "tilted", "--episodes", "3"] })
            Assert.Equal(Result(small.Checkpoint, command), Result(policy, command));
        Assert.Equal(Result(small.Checkpoint, "inspect").Replace("\"format\":\"checkpoint\"", "\"format\":\"policy\""), Result(policy, "inspect"));
        Assert.Contains("policy of network compact-32", Actionable.Run("inspect", "--checkpoint", policy).Output);
        File.Copy(policy, Path.Combine(run, "checkpoint.safetensors"), overwrite: true);
        Actionable.Run("train", "--data", small.Data, "--output", run, "--resume").Fails("a policy file, which training cannot go on from");
    }

    [Fact]
    public void EvalTakesTaskAndCameraFromTheRun()
    {
        var (output, strips) = (small.New(), small.New());
        var json = Actionable.Json("eval", "--checkpoint", small.Checkpoint, "--episodes", "7", "--seed", "2", "--output", output,
            "--strips", strips);
        Assert.Equal((7, "pick-and-place", "tilted"),
            (json.GetProperty("episodes").GetInt32(), json.GetProperty("task").GetString(), json.GetProperty("camera").GetString()));
        Assert.Equal(2, json.GetProperty("success_interval").GetArrayLength());
        Assert.Equal(json.GetProperty("success_rate").GetDouble(), JsonDocument.Parse(File.ReadAllText(output))
            .RootElement.GetProperty("success_rate").GetDouble());
        Assert.True(Png.Load(strips).Height > 500);
        var other = Actionable.Run("eval", "--checkpoint", small.Checkpoint, "--episodes", "1", "--camera", "overhead");
        Assert.Contains("trained on task 'pick-and-place', camera 'tilted'", other.Error);
    }

    [Fact]
    public void TheScriptReachesGoalsAndRandomActionsDoNot()
    {
        Assert.True(Actionable.Json("eval", "--policy", "script", "--episodes", "30").GetProperty("success_rate").GetDouble() > 0.95);
        Assert.True(Actionable.Json("eval", "--policy", "random", "--episodes", "30").GetProperty("success_rate").GetDouble() < 0.2);
        Assert.True(Actionable.Json("eval", "--policy", "untrained", "--checkpoint", small.Checkpoint, "--episodes", "10")
            .GetProperty("success_rate").GetDouble() < 0.3);
        var limited = Actionable.Json("eval", "--policy", "limited", "--checkpoint", small.Checkpoint, "--episodes", "3");
        Assert.Equal(("limited", 3), (limited.GetProperty("policy").GetString(), limited.GetProperty("episodes").GetInt32()));
    }

    [Fact]
    public void ActAndQAgree()
    {
        string[] images = ["--image", small.Path("current.png"), "--goal", small.Path("goal.png")];
        var act = Actionable.Json(["act", "--checkpoint", small.Checkpoint, .. images, "--gripper-closed", "1", "--height", "0.05"]);
        var a = act.GetProperty("action").EnumerateArray().Select(x => x.GetSingle()).ToArray();
        var rows = small.New();
        // In the simulated world the azimuth is fixed: its sine is 0, its cosine 1.
        float[] row = [a[0], a[1], a[2], 0, 1, a[4], a[5], a[6], 1, 0.05f];
        File.WriteAllText(rows, JsonSerializer.Serialize(new[] { row, [.. row.Select(x => x / 2)] }));
        var result = Actionable.Run(["q", "--checkpoint", small.Checkpoint, .. images, "--actions", rows, "--json"]);
        var q = result.Json.GetProperty("q");
        Assert.Equal(2, q.GetArrayLength());
        Assert.Equal(act.GetProperty("q").GetSingle(), q[0].GetSingle(), 1e-5f);
        Assert.NotEqual(q[0].GetSingle(), q[1].GetSingle());
        Assert.Contains("tower_passes: 1", result.Error);
    }

    [Fact]
    public void QOfTheFullNetworkRunsTheTowerOnce()
    {
        var (checkpoint, rows, current, goal) = (small.New(), small.New(), small.New(), small.New());
        Assert.Equal(1_249_729, Actionable.Json("init", "--preset", "qt-opt-472", "--seed", "1", "--output", checkpoint)
            .GetProperty("parameters").GetInt64());
        Png.Save(current, new RgbImage(472, 472));
        Png.Save(goal, new RgbImage(472, 472, [.. Enumerable.Range(0, 472 * 472 * 3).Select(i => (byte)(i * 17))]));
        File.WriteAllText(rows, JsonSerializer.Serialize(Enumerable.Range(0, 64)
            .Select(i => new[] { i * 0.001, 0, 0, 0, 1, i % 2, 0, 0, 0, 0.1 })));
        var result = Actionable.Run("q", "--checkpoint", checkpoint, "--image", current, "--goal", goal, "--actions", rows, "--json");
        Assert.Equal(64, result.Json.GetProperty("q").GetArrayLength());
        Assert.Contains("tower_passes: 1", result.Error);
    }

    [Fact]
    public void ReportShowsRunsSideBySide()
    {
        var (page, two) = (small.New(), small.New());
        Actionable.Json("report", "--run", small.Run, "--output", page);
        Assert.Contains("Q of recorded and of negative actions", File.ReadAllText(page));
        Actionable.Json("report", "--run", small.Run, small.Run, "--output", two);
        Assert.Contains("2 runs on pick-and-place", File.ReadAllText(two));
    }

    [Fact]
    public void DemoGoesTheWholeWayAndReplacesItself()
    {
        var folder = small.New();
        string[] demo = ["demo", "--steps", "20", "--dataset-episodes", "20", "--episodes", "3", "--output", folder];
        var json = Actionable.Json(demo);
        string[] expected = ["task", "episodes", "success_rate", "success_interval", "untrained_success_rate", "random_success_rate",
            "grasp_rate", "train_seconds", "steps", "total_seconds", "dataset_episodes", "report"];
        Assert.All(expected, name => Assert.True(json.TryGetProperty(name, out _), name));
        Assert.Equal((3, 20, 20), (json.GetProperty("episodes").GetInt32(), json.GetProperty("steps").GetInt32(),
            json.GetProperty("dataset_episodes").GetInt32()));
        Assert.Contains("random actions", File.ReadAllText(json.GetProperty("report").GetString()!));
        var checkpoint = Bytes(Path.Combine(folder, "run"), "checkpoint.safetensors");
        Actionable.Json(demo);
        Assert.Equal(checkpoint, Bytes(Path.Combine(folder, "run"), "checkpoint.safetensors"));
    }

    [Fact]
    public void TrainSaysWhatItsBatchesTakeWhereThatIsMoreThanReadAhead()
    {
        string[] train = ["train", "--data", small.Data, .. SmallRun.Tiny, "--steps", "1", "--output"];
        // 16 examples of 3 images of 32×32×3 bytes.
        Assert.Contains("note: the two batches that are held take 0.3 MiB, more than the 0.1 MiB of --read-ahead",
            Actionable.Run([.. train, small.New(), "--read-ahead", "100K"]).Error);
        Assert.DoesNotContain("--read-ahead", Actionable.Run([.. train, small.New()]).Error);
    }

    [Fact]
    public void DoctorNamesTheDevice() => Assert.Equal("cpu", Actionable.Json("doctor").GetProperty("device").GetString());

    private static byte[] Bytes(string folder, string name) => File.ReadAllBytes(Path.Combine(folder, name));
}
