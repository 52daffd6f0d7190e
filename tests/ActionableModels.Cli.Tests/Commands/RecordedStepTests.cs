using System.Text.Json;
using ActionableModels.Data;
using ActionableModels.Imaging;

namespace ActionableModels.Cli.Tests.Commands;

/// <summary>act and q on steps of a dataset.</summary>
[Collection(nameof(SmallRun))]
public sealed class RecordedStepTests(SmallRun small)
{
    [Fact]
    public void AStepOfADatasetIsTheSameAsItsImagesAndState()
    {
        using var store = EpisodeStore.Open(small.Data);
        var first = store.FirstFrame(4);
        Save(store, first + 2, "step.png");
        Save(store, first + 5, "later.png");
        var state = store.State(first + 2);
        var recorded = Act("--data", small.Data, "--episode", "4", "--step", "2", "--goal-step", "5");
        var files = Act("--image", small.Path("step.png"), "--goal", small.Path("later.png"), "--gripper-closed", $"{state[0]}", "--height",
            state[1].ToString("R", System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(Numbers(files, "action"), Numbers(recorded, "action"));
        Assert.Equal(files.GetProperty("q").GetSingle(), recorded.GetProperty("q").GetSingle());
        Assert.Equal(JsonValueKind.Null, files.GetProperty("recorded").ValueKind);
        var step = recorded.GetProperty("recorded");
        Assert.Equal(store.Action(4, 2).ToArray(), Numbers(step, "action"));
        Assert.Equal(5, step.GetProperty("goal_step").GetInt32());
        Assert.NotEqual(Numbers(files, "action"), Numbers(Act("--data", small.Data, "--episode", "4", "--step", "2"), "action"));

        File.WriteAllText(small.Path("step.json"), "[[0,0,0,0,1,0,0,0,0,0.1]]");
        JsonElement Q(params string[] pair) => Actionable.Json(["q", "--checkpoint", small.Checkpoint, "--actions", small.Path("step.json"), .. pair]);
        Assert.Equal(Numbers(Q("--image", small.Path("step.png"), "--goal", small.Path("later.png")), "q"),
            Numbers(Q("--data", small.Data, "--episode", "4", "--step", "2", "--goal-step", "5"), "q"));
    }

    [Theory]
    [InlineData("--episode 30", "there is no episode 30: it holds 30")]
    [InlineData("--step 8", "episode 0 has 8 steps")]
    [InlineData("--goal-step 9", "episode 0 has 8 steps")]
    [InlineData("--goal-step -1", "episode 0 has 8 steps")]
    public void AStepThatIsNotThereIsNamed(string options, string message) =>
        Actionable.Run(["act", "--checkpoint", small.Checkpoint, "--data", small.Data, .. options.Split(' ')]).Fails(message);

    private JsonElement Act(params string[] pair) => Actionable.Json(["act", "--checkpoint", small.Checkpoint, "--seed", "3", .. pair]);

    private void Save(EpisodeStore store, long frame, string name)
    {
        var image = new RgbImage(store.ImageHeight, store.ImageWidth);
        store.ReadImage(frame, image.Pixels);
        Png.Save(small.Path(name), image);
    }

    private static float[] Numbers(JsonElement json, string name) => [.. json.GetProperty(name).EnumerateArray().Select(n => n.GetSingle())];
}
