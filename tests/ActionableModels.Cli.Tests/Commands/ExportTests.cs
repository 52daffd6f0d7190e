using System.Text.Json;
using ActionableModels.Actions;
using ActionableModels.Imaging;
using ActionableModels.OnnxRuntime;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Cli.Tests.Commands;

/// <summary>Policies for other programs: what export writes, and that it computes what q prints.</summary>
[Collection(nameof(SmallRun))]
public sealed class ExportTests(SmallRun small)
{
    [Fact]
    public void ExportSaysWhatItWroteAndReplacesOnlyWhenTold()
    {
        var folder = small.New();
        string[] export = ["export", "--checkpoint", small.Checkpoint, "--output", folder];
        var json = Actionable.Json(export);
        Assert.Equal(("onnx", "compact-32", 13), (json.GetProperty("format").GetString(), json.GetProperty("network").GetString(),
            json.GetProperty("opset").GetInt32()));
        var files = json.GetProperty("files").EnumerateArray().ToArray();
        Assert.Equal(["head.onnx", "policy.onnx", "tower.onnx"], Directory.GetFiles(folder).Select(Path.GetFileName).Order());
        Assert.All(files, file => Assert.Equal(new FileInfo(file.GetProperty("path").GetString()!).Length, file.GetProperty("bytes").GetInt64()));
        Assert.Equal("""["map Float [1, 128, 1, 1]","actions Float [A, 7]","state Float [1, 2]"]""", JsonSerializer.Serialize(files[1].GetProperty("inputs")));

        var before = SmallRun.Snapshot(folder);
        Actionable.Run(export).Fails("tower.onnx: exists already", "--force");
        Assert.Equal(before, SmallRun.Snapshot(folder));
        var text = Actionable.Run([.. export, "--force", "--actions", "16", "--images", "floats"]);
        Assert.Equal(0, text.Code);
        Assert.Contains("image Float [1, 3, 32, 32]", text.Output);
        Assert.NotEqual(before, SmallRun.Snapshot(folder));
    }

    [Fact]
    public void WhatCannotBeExportedIsSaid()
    {
        var folder = small.New();
        Actionable.Run("export", "--checkpoint", small.Path("text.png"), "--output", folder).Fails("text.png");
        Assert.False(Path.Exists(folder));
        Actionable.Run("export", "--checkpoint", small.Checkpoint, "--output", small.Checkpoint).Fails("is a file");
    }

    [OnnxRuntimeFact]
    public void OnnxRuntimeGivesTheQOfATrainedNetwork()
    {
        var (folder, rows, library) = (small.New(), small.New(), OnnxRuntimeLibrary.Open());
        Actionable.Json("export", "--checkpoint", small.Checkpoint, "--output", folder);
        // Q's layout has sine and cosine of the azimuth where actions have the angle.
        float[][] asked = [.. Enumerable.Range(0, 12).Select(i => new[] { 0.01f * i - 0.05f, 0.02f, -0.05f, 0.3f * i, i % 2, 1 - i % 2, i / 11, 1, 0.08f })];
        File.WriteAllText(rows, JsonSerializer.Serialize(asked.Select(a => (float[])[a[0], a[1], a[2], MathF.Sin(a[3]), MathF.Cos(a[3]), .. a[4..]])));
        var q = Actionable.Json("q", "--checkpoint", small.Checkpoint, "--image", small.Path("current.png"), "--goal", small.Path("goal.png"),
            "--actions", rows).GetProperty("q").EnumerateArray().Select(value => value.GetSingle()).ToArray();
        Assert.True(q.Max() - q.Min() > 0.01f);

        using var session = new OrtSession(library, Path.Combine(folder, "policy.onnx"));
        using var image = OrtTensor.Bytes(library, 1, 32, 32, 3);
        using var goal = OrtTensor.Bytes(library, 1, 32, 32, 3);
        using var actions = OrtTensor.Floats(library, asked.Length, ActionSpace.Dimensions);
        using var state = OrtTensor.Floats(library, 1, ActionSpace.StateDimensions);
        using var output = OrtTensor.Floats(library, asked.Length);
        using var logit = OrtTensor.Floats(library, asked.Length);
        Png.Load(small.Path("current.png")).Pixels.CopyTo(image.AsBytes);
        Png.Load(small.Path("goal.png")).Pixels.CopyTo(goal.AsBytes);
        asked.SelectMany(a => a[..ActionSpace.Dimensions]).ToArray().CopyTo(actions.AsFloats);
        asked[0].AsSpan(ActionSpace.Dimensions).CopyTo(state.AsFloats);
        using var run = session.Bind(("image", image), ("goal", goal), ("actions", actions), ("state", state), ("q", output), ("logit", logit));
        run.Run();
        for (var i = 0; i < q.Length; i++) Assert.Equal(q[i], output.AsFloats[i], 1e-5f);
    }
}
