using System.Diagnostics;
using ActionableModels.Compute;
using ActionableModels.Metrics;

namespace ActionableModels.Cli.Tests.Commands;

/// <summary>The same options give the same bytes, whatever happens on the way.</summary>
[Collection(nameof(SmallRun))]
public sealed class ResumeTests(SmallRun small)
{
    private const int Kills = 10;

    [Fact]
    public void TheBytesDoNotDependOnThreads()
    {
        var (one, two) = (small.New(), small.New());
        Assert.Equal(0, Actionable.Run([.. Train(one), "--steps", "30", "--threads", "1"]).Code);
        Assert.Equal(0, Actionable.Run([.. Train(two), "--steps", "30", "--threads", "2"]).Code);
        Assert.Equal(Files(one), Files(two));
    }

    [Fact]
    public void KilledTenTimesThenResumedEndsWithTheBytesOfAnUnbrokenRun()
    {
        string[] often = ["--steps", "400", "--log-every", "20", "--checkpoint-every", "20"];
        var (unbroken, killed) = (small.New(), small.New());
        var clock = Stopwatch.StartNew();
        Assert.Equal(0, Actionable.Run([.. Train(unbroken), .. often]).Code);
        var duration = clock.Elapsed.TotalMilliseconds;
        var interrupted = 0;
        for (var i = 0; i < Kills; i++)
        {
            using var process = Actionable.Start([.. Train(killed), .. often, "--resume", "--quiet"]);
            // From before the first file to after several checkpoints, on a machine of any speed.
            var moment = duration * (0.05 + 0.3 * Philox.Uniform(new RandomKey((ulong)Environment.ProcessId, 0, (ulong)i), 0));
            if (!process.WaitForExit((int)moment)) interrupted++;
            process.Kill();
            process.WaitForExit();
        }
        var last = Actionable.Run([.. Train(killed), .. often, "--resume"]);
        Assert.True(last.Code == 0, last.Error);
        Assert.InRange(interrupted, 1, Kills);
        Assert.Equal(Files(unbroken), Files(killed));
        Assert.Equal(Losses(unbroken), Losses(killed));
    }

    [Fact]
    public void CtrlCEndsWithACheckpointToGoOnFrom()
    {
        if (OperatingSystem.IsWindows()) return;
        var (unbroken, stopped) = (small.New(), small.New());
        string[] rare = ["--checkpoint-every", "100000"];
        string[] steps = ["--steps", "200"];
        using (var process = Actionable.Start([.. Train(stopped), .. steps, .. rare]))
        {
            while (!process.HasExited && !File.Exists(Path.Combine(stopped, "metrics.csv"))) Thread.Sleep(5);
            Thread.Sleep(100);
            using (var kill = Process.Start("kill", ["-INT", $"{process.Id}"])) kill.WaitForExit();
            Assert.True(process.WaitForExit(30_000));
            Assert.Contains(process.ExitCode, new[] { CommandLine.Interrupted, CommandLine.Done });
        }
        Assert.InRange(Actionable.Json("inspect", "--checkpoint", Path.Combine(stopped, "checkpoint.safetensors")).GetProperty("step")
            .GetInt32(), 1, 200);
        Assert.Equal(0, Actionable.Run(["train", "--data", small.Data, "--output", stopped, "--resume", .. rare]).Code);
        Assert.Equal(0, Actionable.Run([.. Train(unbroken), .. steps, .. rare]).Code);
        Assert.Equal(Files(unbroken), Files(stopped));
    }

    [Fact]
    public void ResumeWantsTheSameDataset()
    {
        var (data, run) = (small.Copy(small.Data), small.Copy(small.Run));
        Assert.Equal(0, Actionable.Run("collect", "--append", "--episodes", "2", "--steps", "8", "--image-size", "32", "--output", data)
            .Code);
        Actionable.Run("train", "--data", data, "--output", run, "--resume").Fails("began with 30");
        Assert.Equal(0, Actionable.Run("train", "--data", small.Data, "--output", run, "--resume").Code);
        Assert.Equal(Files(small.Run), Files(run));
    }

    [Fact]
    public void ForceReplacesARun()
    {
        var run = small.New();
        Assert.Equal(0, Actionable.Run([.. Train(run), "--steps", "10", "--seed", "1"]).Code);
        Assert.Equal(0, Actionable.Run([.. Train(run), "--steps", "40", "--force"]).Code);
        Assert.Equal(Files(small.Run), Files(run));
    }

    [Theory]
    [InlineData("gcbc"), InlineData("hindsight-q"), InlineData("no-chaining"), InlineData("random-goals-zero")]
    public void EveryMethodTrains(string method)
    {
        var run = small.New();
        var json = Actionable.Json([.. Train(run), "--steps", "5", "--method", method, "--goal-merge", "towers", "--normalisation",
            "batch"]);
        Assert.Equal((method, 5), (json.GetProperty("method").GetString(), json.GetProperty("step").GetInt32()));
        Actionable.Json("eval", "--checkpoint", json.GetProperty("checkpoint").GetString()!, "--episodes", "1");
    }

    private string[] Train(string output) => ["train", "--data", small.Data, "--output", output, .. SmallRun.Tiny];

    /// <summary>The files of a run that hold no times.</summary>
    internal static string[] Files(string run) =>
        [.. SmallRun.Snapshot(run).Select(line => Path.GetFileName(line))
            .Where(line => !line.StartsWith("events.", StringComparison.Ordinal)
            && !line.StartsWith("metrics.", StringComparison.Ordinal))];

    private static IEnumerable<(double, double)> Losses(string run) => MetricsTable.Read(Path.Combine(run, "metrics.csv"))
        .Series("loss/total");
}
