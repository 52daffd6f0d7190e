using System.Diagnostics;
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
        Assert.Equal("""["map Float [1, 128, 1, 1]","actions Float [A, 7]","state Float [1, 2]"]""",
            JsonSerializer.Serialize(files[1].GetProperty("inputs")));

        var before = SmallRun.Snapshot(folder);
        Actionable.Run(export).Fails("tower.onnx: exists already", "--force");
        Assert.Equal(before, SmallRun.Snapshot(folder));
        var text = Actionable.Run([.. export, "--force", "--actions", "16", "--images", "floats"]);
        Assert.Equal(0, text.Code);
        Assert.Contains("image Float [1, 3, 32, 32]", text.Output);
        Assert.NotEqual(before, SmallRun.Snapshot(folder));
    }

    [Fact]
    public void APolicyFileHasTheSameQAndExportsToTheSameGraphs()
    {
        var (folder, first, second, rows) = (small.New(), small.New(), small.New(), small.New());
        var file = Actionable.Json("export", "--checkpoint", small.Checkpoint, "--output", folder, "--format", "policy").GetProperty("files")[0];
        var policy = file.GetProperty("path").GetString()!;
        Assert.Equal(Path.Combine(folder, "policy.safetensors"), policy);
        Assert.InRange(file.GetProperty("bytes").GetInt64(), 1, new FileInfo(small.Checkpoint).Length / 3);
        Assert.Equal(Q(small.Checkpoint, rows), Q(policy, rows));
        Actionable.Json("export", "--checkpoint", small.Checkpoint, "--output", first);
        Actionable.Json("export", "--checkpoint", policy, "--output", second);
        Assert.All(Directory.GetFiles(first), onnx =>
            Assert.True(File.ReadAllBytes(onnx).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(second, Path.GetFileName(onnx))))));
        Actionable.Run("export", "--checkpoint", small.Checkpoint, "--output", folder, "--format", "policy")
            .Fails("policy.safetensors: exists already");
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
        var q = Q(small.Checkpoint, rows);

        using var session = new OrtSession(library, Path.Combine(folder, "policy.onnx"));
        using var image = OrtTensor.Bytes(library, 1, 32, 32, 3);
        using var goal = OrtTensor.Bytes(library, 1, 32, 32, 3);
        using var actions = OrtTensor.Floats(library, Asked.Length, ActionSpace.Dimensions);
        using var state = OrtTensor.Floats(library, 1, ActionSpace.StateDimensions);
        using var output = OrtTensor.Floats(library, Asked.Length);
        using var logit = OrtTensor.Floats(library, Asked.Length);
        Png.Load(small.Path("current.png")).Pixels.CopyTo(image.AsBytes);
        Png.Load(small.Path("goal.png")).Pixels.CopyTo(goal.AsBytes);
        Asked.SelectMany(a => a[..ActionSpace.Dimensions]).ToArray().CopyTo(actions.AsFloats);
        Asked[0].AsSpan(ActionSpace.Dimensions).CopyTo(state.AsFloats);
        using var run = session.Bind(("image", image), ("goal", goal), ("actions", actions), ("state", state), ("q", output), ("logit", logit));
        run.Run();
        for (var i = 0; i < q.Length; i++) Assert.Equal(q[i], output.AsFloats[i], 1e-5f);
    }

    [Fact]
    public void ThePythonOfTheDocumentationComputesQ()
    {
        const string python = "/usr/bin/python3";
        var numpy = File.Exists(python) && Python(python, "-c", "import numpy").Code == 0;
        if (!Requirement.Met(numpy, "python3-numpy", nameof(ThePythonOfTheDocumentationComputesQ))) return;
        var (other, script, rows) = (small.New(), small.New(), small.New());
        Actionable.Json(["train", "--data", small.Data, "--output", other, .. SmallRun.Tiny, "--steps", "20", "--goal-merge", "towers",
            "--normalisation", "batch"]);
        var page = File.ReadAllText(Repository.File("docs/export.md"));
        File.WriteAllText(script, page.Split("```python\n")[1].Split("```")[0]);
        string[] images = [.. ((string[])["current.png", "goal.png"]).Select(name =>
        {
            var raw = small.New();
            File.WriteAllBytes(raw, Png.Load(small.Path(name)).Pixels);
            return raw;
        })];
        var batch = Path.Combine(other, "checkpoint.safetensors");
        Actionable.Json("export", "--checkpoint", batch, "--output", other, "--format", "policy");
        foreach (var model in (string[])[small.Checkpoint, batch, Path.Combine(other, "policy.safetensors")])
        {
            var expected = Q(model, rows);
            var (code, output) = Python(python, [script, model, .. images, rows]);
            Assert.True(code == 0, output);
            var q = JsonSerializer.Deserialize<float[]>(output)!;
            Assert.Equal(expected.Length, q.Length);
            for (var i = 0; i < q.Length; i++) Assert.Equal(expected[i], q[i], 1e-5f);
        }
    }

    // Actions and the state, as the graphs take them.
    private static readonly float[][] Asked =
        [.. Enumerable.Range(0, 12).Select(i => new[] { 0.01f * i - 0.05f, 0.02f, -0.05f, 0.3f * i, i % 2, 1 - i % 2, i / 11, 1, 0.08f })];

    // What q prints for them; its rows, with sine and cosine of the azimuth instead of the angle, are left in a file.
    private float[] Q(string model, string rows)
    {
        var layout = Asked.Select(a => (float[])[a[0], a[1], a[2], MathF.Sin(a[3]), MathF.Cos(a[3]), .. a[4..]]);
        File.WriteAllText(rows, JsonSerializer.Serialize(layout));
        float[] q = [.. Actionable.Json("q", "--checkpoint", model, "--image", small.Path("current.png"), "--goal", small.Path("goal.png"),
            "--actions", rows).GetProperty("q").EnumerateArray().Select(value => value.GetSingle())];
        Assert.True(q.Max() - q.Min() > 0.005f, $"Q is {q.Min()} to {q.Max()}");
        return q;
    }

    private static (int Code, string Output) Python(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }
}
