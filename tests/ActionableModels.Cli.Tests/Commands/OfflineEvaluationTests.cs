using System.Text.Json;

namespace ActionableModels.Cli.Tests.Commands;

[Collection(nameof(SmallRun))]
public sealed class OfflineEvaluationTests(SmallRun small)
{
    [Fact]
    public void Recorded_steps_are_evaluated_and_shown_by_report()
    {
        var run = small.Copy(small.Run);
        var output = Path.Combine(run, "offline.json");
        string[] command = ["eval", "--data", small.Data, "--checkpoint", small.Checkpoint, "--steps", "40", "--output", output, "--json"];
        var result = Actionable.Run(command);
        Assert.Contains("steps to the goal", result.Error);
        Assert.Contains("equal gripper flags", result.Error);
        var json = result.Json.GetProperty("result");
        Assert.Equal((40, 64), (json.GetProperty("steps").GetInt32(), json.GetProperty("q").GetProperty("uniform_actions").GetInt32()));
        Assert.InRange(json.GetProperty("q").GetProperty("all").GetProperty("auc").GetProperty("mean").GetDouble(), 0, 1);
        Assert.Equal(json.GetRawText(), Actionable.Run(command).Json.GetProperty("result").GetRawText());
        Assert.Equal(JsonSerializer.Serialize(json), JsonSerializer.Serialize(JsonDocument.Parse(File.ReadAllText(output)).RootElement.GetProperty("result")));

        var page = small.New();
        Assert.Equal(0, Actionable.Run("report", "--run", run, "--output", page).Code);
        Assert.Contains("<h2>Recorded steps</h2>", File.ReadAllText(page));
        File.WriteAllText(output, "{}");
        Actionable.Run("report", "--run", run, "--output", page).Fails("offline.json: is no result of eval; remove it");
        File.WriteAllText(output, """{"result":{}}""");
        Actionable.Run("report", "--run", run, "--output", page).Fails("offline.json: is no result of eval --data; remove it");
    }

    [Fact]
    public void A_result_is_what_it_holds_whatever_its_name()
    {
        var (run, page) = (small.Copy(small.Run), small.New());
        Actionable.Json("eval", "--data", small.Data, "--checkpoint", small.Checkpoint, "--steps", "5", "--output", Path.Combine(run, "eval.json"));
        Actionable.Json("eval", "--policy", "random", "--episodes", "3", "--output", Path.Combine(run, "offline.json"));
        Actionable.Json("report", "--run", run, "--output", page);
        var text = File.ReadAllText(page);
        Assert.Contains("<h2>Recorded steps</h2>", text);
        Assert.Contains("random", text);
        var help = Actionable.Run("eval", "--help").Output;
        Assert.All(["eval*.json", "offline*.json"], name => Assert.Contains(name, help));
    }

    [Fact]
    public void A_cloned_policy_has_no_Q()
    {
        var run = small.New();
        Assert.Equal(0, Actionable.Run(["train", "--data", small.Data, "--output", run, .. SmallRun.Tiny, "--steps", "2", "--method", "gcbc"]).Code);
        var json = Actionable.Json("eval", "--data", small.Data, "--checkpoint", Path.Combine(run, "checkpoint.safetensors"), "--steps", "5",
            "--output", Path.Combine(run, "offline-1.json"));
        Assert.Equal(JsonValueKind.Null, json.GetProperty("result").GetProperty("q").ValueKind);
        Assert.True(json.GetProperty("result").GetProperty("policy").GetProperty("millimetres").GetDouble() > 0);
        Assert.Equal(0, Actionable.Run("report", "--run", run, "--output", small.New()).Code);
    }

    [Theory]
    [InlineData("eval --data x", "--data needs a --checkpoint")]
    [InlineData("eval --checkpoint x --steps 5", "--steps goes with --data")]
    [InlineData("eval --data x --checkpoint y --task lift", "--task is of simulated worlds")]
    [InlineData("eval --data x --checkpoint y --episodes 5", "--episodes is of simulated worlds")]
    [InlineData("eval --data x --checkpoint y --strips z.png", "--strips is of simulated worlds")]
    [InlineData("eval --data x --checkpoint y --steps 0", "--steps 0 is not within")]
    public void Options_of_the_other_side_are_refused(string line, string message)
    {
        var result = Actionable.Run(line.Split(' '));
        Assert.Equal(2, result.Code);
        Assert.Contains(message, result.Error);
    }

    [Fact]
    public void A_dataset_of_another_image_size_is_refused()
    {
        var data = small.New();
        Assert.Equal(0, Actionable.Run("collect", "--episodes", "2", "--image-size", "40", "--output", data).Code);
        Actionable.Run("eval", "--data", data, "--checkpoint", small.Checkpoint).Fails("its images are of 40×40");
    }
}
