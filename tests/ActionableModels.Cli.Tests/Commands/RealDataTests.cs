using ActionableModels.Actions;
using ActionableModels.Data;
using ActionableModels.Formats.Images;
using ActionableModels.Imaging;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Cli.Tests.Commands;

/// <summary>
/// Datasets of the shape of the public robot data, 512×640 JPEG in RLDS: exported from the simulator, imported, trained on, and judged on
/// held-out steps, as a user would by the command line.
/// </summary>
public sealed class RealDataTests : IDisposable
{
    private const int Train = 20, Test = 4;
    private readonly string root = Directory.CreateTempSubdirectory("actionable-real-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Theory]
    [InlineData("mt_opt")]
    [InlineData("kuka")]
    public void FromRecordsToActions(string layout)
    {
        if (!Requirement.Met(TurboJpegLibrary.IsThere, "libturbojpeg", nameof(FromRecordsToActions))) return;
        string simulated = In("simulated"), rlds = In("rlds"), train = In("train"), test = In("test"), indexed = In("indexed"), run = In("run");
        Actionable.Json("collect", "--mix", "dithering", "--episodes", $"{Train + Test}", "--steps", "6", "--image-size", "512x640", "--output", simulated);
        Actionable.Json("export", "--data", simulated, "--format", "rlds", "--layout", layout, "--encoding", "jpeg", "--name", layout,
            "--test-share", $"{(double)Test / (Train + Test):R}", "--output", rlds);

        var seen = Actionable.Json("inspect", "--data", rlds, "--contact-sheet", In("sheet.png"));
        Assert.Equal(Train, seen.GetProperty("episodes").GetInt32());
        Actionable.Json("inspect", "--data", simulated, "--contact-sheet", In("store.png"));
        foreach (var sheet in (string[])["sheet.png", "store.png"]) Assert.InRange(Png.Load(In(sheet)).Width, 1000, 1600);
        string[] import = ["import", "--source", rlds, "--crop", "472x472", "--image-size", "48x48"];
        Assert.Equal(Train, Actionable.Json([.. import, "--split", "train", "--output", train]).GetProperty("episodes").GetInt32());
        Assert.Equal(Test, Actionable.Json([.. import, "--split", "test", "--output", test]).GetProperty("episodes").GetInt32());
        Actionable.Json([.. import, "--split", "train", "--in-place", "--output", indexed]);

        AssertSameSteps(simulated, train, layout);
        string[] training = ["--preset", "compact-48", "--batch", "16", "--steps", "30"];
        Actionable.Json(["train", "--data", train, "--output", run, .. training]);
        Actionable.Json(["train", "--data", indexed, "--output", In("in-place-run"), .. training]);
        Assert.Equal(File.ReadAllBytes(Path.Combine(run, "checkpoint.safetensors")),
            File.ReadAllBytes(Path.Combine(In("in-place-run"), "checkpoint.safetensors")));

        var checkpoint = Path.Combine(run, "checkpoint.safetensors");
        var offline = Actionable.Json("eval", "--data", test, "--checkpoint", checkpoint, "--steps", "40");
        Assert.Equal(40, offline.GetProperty("result").GetProperty("steps").GetInt32());
        var act = Actionable.Json("act", "--checkpoint", checkpoint, "--data", test, "--episode", "1", "--step", "2");
        Assert.Equal(7, act.GetProperty("action").GetArrayLength());
        Assert.InRange(act.GetProperty("q").GetSingle(), 0, 1);
    }

    /// <summary>Actions and flags survive the way through poses, quaternions and JPEG records.</summary>
    private static void AssertSameSteps(string simulated, string imported, string layout)
    {
        using var expected = EpisodeStore.Open(simulated);
        using var actual = EpisodeStore.Open(imported);
        Assert.Equal(expected.Actions, actual.Actions);
        for (var e = 0; e < actual.EpisodeCount; e++)
        {
            Assert.Equal(expected.Steps(e), actual.Steps(e));
            float[] wanted = expected.ActionsOf(e).ToArray(), found = actual.ActionsOf(e).ToArray();
            // kuka's one number for the gripper cannot say close and open at once.
            for (var i = 0; layout == "kuka" && i < wanted.Length; i += ActionSpace.Dimensions)
                if (wanted[i + ActionSpace.Close] == 1 && wanted[i + ActionSpace.Open] == 1) wanted[i + ActionSpace.Close] = wanted[i + ActionSpace.Open] = 0;
            for (var i = 0; i < wanted.Length; i++) Assert.Equal(wanted[i], found[i], 1e-5f);
            for (var t = 0; t <= expected.Steps(e); t++)
                for (var d = 0; d < 2; d++)
                    Assert.Equal(expected.State(expected.FirstFrame(e) + t)[d], actual.State(actual.FirstFrame(e) + t)[d], 1e-5f);
        }
    }

    private string In(string name) => Path.Combine(root, name);
}
