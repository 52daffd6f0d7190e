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
    [InlineData("--step 5 --goal-step 2", "a --goal-step after it, at most 8")]
    [InlineData("--step 5 --goal-step 5", "a --goal-step after it, at most 8")]
    public void AStepThatIsNotThereIsNamed(string options, string message) =>
        Actionable.Run(["act", "--checkpoint", small.Checkpoint, "--data", small.Data, .. options.Split(' ')]).Fails(message);

    [Fact]
    public void QOfARecordedStepIsThatOfItsActionAndSaysWhichStepItWas()
    {
        string[] step = ["--data", small.Data, "--episode", "4", "--step", "2", "--goal-step", "5"];
        var json = Actionable.Json(["q", "--checkpoint", small.Checkpoint, .. step]);
        var recorded = json.GetProperty("recorded");
        Assert.Equal((4, 2, 5), (recorded.GetProperty("episode").GetInt32(), recorded.GetProperty("step").GetInt32(), recorded.GetProperty("goal_step").GetInt32()));
        var (a, s) = (Numbers(recorded, "action"), Numbers(recorded, "state"));
        float[] row = [a[0], a[1], a[2], MathF.Sin(a[3]), MathF.Cos(a[3]), a[4], a[5], a[6], s[0], s[1]];
        var rows = small.New();
        File.WriteAllText(rows, JsonSerializer.Serialize(new[] { row }));
        var given = Actionable.Json(["q", "--checkpoint", small.Checkpoint, "--actions", rows, .. step]);
        Assert.Equal(Numbers(given, "q"), Numbers(json, "q"));
        Assert.Equal(4, given.GetProperty("recorded").GetProperty("episode").GetInt32());
        var wrong = Actionable.Run("q", "--checkpoint", small.Checkpoint, "--image", small.Path("current.png"), "--goal", small.Path("goal.png"));
        Assert.Equal(2, wrong.Code);
        Assert.Contains("--actions is required without --data", wrong.Error);
    }

    [Fact]
    public void ADatasetOfAnotherRobotIsRefused()
    {
        var data = small.New();
        var usual = new Simulation.TabletopOptions().Actions;
        var space = usual with { High = [.. usual.High.Select((high, d) => d == 0 ? high * 2 : high)] };
        using (var writer = EpisodeWriter.Open(data, new("pick-and-place", 32, 32, space)))
        {
            writer.Add(new(new byte[3 * 32 * 32 * 3], [0, 0.1f, 0, 0.1f, 0, 0.1f], new float[14], false, "still"));
            writer.Complete();
        }
        Actionable.Run("act", "--checkpoint", small.Checkpoint, "--data", data).Fails("its action bounds are not those that the model was trained with");
    }

    private JsonElement Act(params string[] pair) => Actionable.Json(["act", "--checkpoint", small.Checkpoint, "--seed", "3", .. pair]);

    private void Save(EpisodeStore store, long frame, string name)
    {
        var image = new RgbImage(store.ImageHeight, store.ImageWidth);
        store.ReadImage(frame, image.Pixels);
        Png.Save(small.Path(name), image);
    }

    private static float[] Numbers(JsonElement json, string name) => [.. json.GetProperty(name).EnumerateArray().Select(n => n.GetSingle())];
}
