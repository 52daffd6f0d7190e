using System.Diagnostics;
using System.Text.Json;
using ActionableModels.Formats.Import;

namespace ActionableModels.Cli.Tests.Commands;

/// <summary>Episodes of the simulated world as RLDS files of the layout of mt_opt: made once, and left as they are.</summary>
public sealed class ExportedRlds : IDisposable
{
    public const int Episodes = 120;
    private readonly string root = Directory.CreateTempSubdirectory("actionable-import-").FullName;
    private int folders;

    public ExportedRlds()
    {
        Assert.Equal(0, Actionable.Run("collect", "--episodes", $"{Episodes}", "--steps", "6", "--image-size", "40", "--seed", "5", "--output", At("simulated")).Code);
        Actionable.Json("export", "--data", At("simulated"), "--format", "rlds", "--layout", "mt_opt", "--episodes-per-file", "50", "--output", At("rlds"));
        Source = Path.GetDirectoryName(Directory.GetFiles(At("rlds"), "features.json", SearchOption.AllDirectories).Single())!;
        Files = [.. Directory.GetFiles(Source, "*.tfrecord-*").Order(StringComparer.Ordinal)];
    }

    public string Source { get; }
    public string[] Files { get; }

    public string New() => At($"new{Interlocked.Increment(ref folders)}");

    /// <summary>A copy of the source with one byte changed in the middle of a file.</summary>
    public string Damaged()
    {
        var copy = Directory.CreateDirectory(New()).FullName;
        foreach (var file in Directory.GetFiles(Source)) File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        var path = Path.Combine(copy, Path.GetFileName(Files[1]));
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
        return copy;
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    private string At(string name) => Path.Combine(root, name);
}

public sealed class ImportCommandTests(ExportedRlds data) : IClassFixture<ExportedRlds>
{
    private const int Kills = 6;
    private static readonly string[] Small = ["--crop", "32", "--crop-place", "random", "--shard-size", "64K", "--most-skipped", "5"];

    [Fact]
    public void The_largest_record_can_be_set_and_must_fit_into_memory()
    {
        string[] import = ["import", "--source", data.Source, "--crop", "32", "--most-skipped", "0", "--output", data.New()];
        Actionable.Run([.. import, "--largest-record", "2K"]).Fails("more than the 2048 that are read", "allow larger records with --largest-record, at most 1G");
        Actionable.Run([.. import, "--largest-record", "512M"]).Fails("--largest-record 512M: of --memory 1024M a quarter is for records: give at least --memory 2048M");
        Actionable.Json([.. import, "--resume", "--largest-record", "512M", "--memory", "2G"]);
        var inspected = Actionable.Json("inspect", "--data", data.Source, "--largest-record", "2K");
        Assert.Equal(0, inspected.GetProperty("episodes_read").GetInt64());
        foreach (var command in new[] { import, ["inspect", "--data", data.Source] })
        {
            var result = Actionable.Run([.. command, "--largest-record", "1.5G"]);
            Assert.Equal(2, result.Code);
            Assert.Contains("--largest-record 1.5G is more than 1024M", result.Error);
        }
    }

    [Fact]
    public void An_imported_dataset_is_inspected_and_trained_on()
    {
        var output = data.New();
        var json = Actionable.Json("import", "--source", data.Source, "--output", output, "--crop", "32");
        Assert.Equal(("mt_opt", "rlds", "mt_opt", true), (json.GetProperty("source").GetString(), json.GetProperty("format").GetString(),
            json.GetProperty("mapping").GetString(), json.GetProperty("complete").GetBoolean()));
        Assert.Equal((ExportedRlds.Episodes, ExportedRlds.Episodes * 7, 32), (json.GetProperty("episodes").GetInt32(), json.GetProperty("frames").GetInt32(),
            json.GetProperty("image_height").GetInt32()));
        Assert.Equal(ExportedRlds.Episodes, Actionable.Json("inspect", "--data", output, "--verify").GetProperty("episodes").GetInt32());
        Actionable.Json(["train", "--data", output, "--output", data.New(), .. SmallRun.Tiny, "--steps", "3"]);
    }

    [Fact]
    public void Frames_left_in_place_are_trained_on()
    {
        var output = data.New();
        var json = Actionable.Json("import", "--source", data.Source, "--output", output, "--crop", "32", "--in-place");
        Assert.True(json.GetProperty("in_place").GetBoolean());
        Assert.InRange(json.GetProperty("bytes").GetInt64(), 1, ExportedRlds.Episodes * 7 * 200);
        Actionable.Json(["train", "--data", output, "--output", data.New(), .. SmallRun.Tiny, "--steps", "3"]);
    }

    [Fact]
    public void Verifying_reads_the_frames_that_stayed_in_other_files()
    {
        var (source, output) = (Copy(), data.New());
        Actionable.Json("import", "--source", source, "--output", output, "--crop", "32", "--in-place");
        Assert.Equal(ExportedRlds.Episodes, Actionable.Json("inspect", "--data", output, "--verify").GetProperty("episodes").GetInt32());
        var path = Path.Combine(source, Path.GetFileName(data.Files[1]));
        var bytes = File.ReadAllBytes(path);
        var image = bytes.AsSpan().IndexOf("IHDR"u8);
        bytes[image + 60] ^= 1;
        File.WriteAllBytes(path, bytes);
        Actionable.Json("inspect", "--data", output);
        Actionable.Run("inspect", "--data", output, "--verify").Fails(Path.GetFileName(path), "is not the one that was indexed");
    }

    [Fact]
    public void An_export_never_replaces_the_files_that_its_own_frames_lie_in()
    {
        // As the exporter would name it: exporting to the folder above replaces it.
        var above = data.New();
        var source = Copy(Path.Combine(above, "mt_opt", "rlds", "1.0.0"));
        var output = data.New();
        Actionable.Json("import", "--source", source, "--output", output, "--crop", "32", "--in-place");
        var before = SmallRun.Snapshot(above);
        foreach (var target in new[] { above, Path.Combine(source, "inner") })
            Actionable.Run("export", "--data", output, "--layout", "mt_opt", "--output", target, "--force").Fails("where the frames of the dataset lie");
        Actionable.Run("export", "--data", output, "--output", output, "--force").Fails("the dataset that is exported");
        Actionable.Run("export", "--data", output, "--format", "ogbench", "--output", above, "--force").Fails("where the frames of the dataset lie");
        Assert.Equal(before, SmallRun.Snapshot(above));
    }

    private string Copy(string? to = null)
    {
        var copy = Directory.CreateDirectory(to ?? data.New()).FullName;
        foreach (var file in Directory.GetFiles(data.Source)) File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        return copy;
    }

    [Fact]
    public void Killed_and_resumed_it_ends_with_the_bytes_of_an_unbroken_import()
    {
        var (unbroken, killed) = (data.New(), data.New());
        var source = data.Damaged();
        string[] import = ["import", "--source", source, .. Small, "--threads", "1"];
        var clock = Stopwatch.StartNew();
        Assert.Equal(0, Actionable.Run([.. import, "--output", unbroken]).Code);
        var duration = clock.Elapsed.TotalMilliseconds;
        var random = new Random(11);
        var interrupted = 0;
        for (var i = 0; i < Kills; i++)
        {
            using var process = Actionable.Start([.. import, "--output", killed, "--resume", "--quiet"]);
            if (!process.WaitForExit((int)(duration * (0.3 + 0.6 * random.NextDouble())))) interrupted++;
            process.Kill();
            process.WaitForExit();
        }
        Assert.InRange(interrupted, 1, Kills);
        var last = Actionable.Json([.. import, "--output", killed, "--resume"]);
        Assert.Equal((ExportedRlds.Episodes - 1, 1), (last.GetProperty("episodes").GetInt32(), last.GetProperty("skipped_records").GetInt32()));
        Assert.Equal(Files(unbroken), Files(killed));
    }

    [Fact]
    public void Ctrl_c_ends_it_and_says_how_to_go_on()
    {
        if (OperatingSystem.IsWindows()) return;
        var (unbroken, stopped) = (data.New(), data.New());
        string[] import = ["import", "--source", data.Source, .. Small];
        Assert.Equal(0, Actionable.Run([.. import, "--output", unbroken]).Code);
        using (var process = Actionable.Start([.. import, "--output", stopped]))
        {
            while (!process.HasExited && !File.Exists(Path.Combine(stopped, "dataset.json"))) Thread.Sleep(1);
            using (var kill = Process.Start("kill", ["-INT", $"{process.Id}"])) kill.WaitForExit();
            var error = process.StandardError.ReadToEnd();
            Assert.True(process.WaitForExit(30_000));
            Assert.Contains(process.ExitCode, new[] { CommandLine.Interrupted, CommandLine.Done });
            if (process.ExitCode == CommandLine.Interrupted)
                Assert.Contains($"interrupted; {stopped} keeps the shards that were written: go on with the same options and --resume", error);
        }
        Assert.Equal(0, Actionable.Run([.. import, "--output", stopped, "--resume"]).Code);
        Assert.Equal(Files(unbroken), Files(stopped));
    }

    [Fact]
    public void A_damaged_record_is_left_out_and_named_or_ends_the_import()
    {
        var source = data.Damaged();
        var output = data.New();
        var skipped = Assert.Single(Actionable.Json("import", "--source", source, "--output", output).GetProperty("skipped").EnumerateArray());
        var file = Path.GetFileName(data.Files[1]);
        Assert.Equal((1, file), (skipped.GetProperty("records").GetInt32(), skipped.GetProperty("file").GetString()));
        var report = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(output, ImportReport.FileName))).RootElement;
        var record = Assert.Single(report.GetProperty("skipped").EnumerateArray()).GetProperty("record").GetInt64();
        Assert.InRange(record, 10, 40);
        Actionable.Run("import", "--source", source, "--output", data.New(), "--on-error", "fatal").Fails($"{file}: record {record}: ");
    }

    [Fact]
    public void Folders_and_sources_that_do_not_fit_are_refused_in_a_line()
    {
        var output = data.New();
        Actionable.Json("import", "--source", data.Source, "--output", output, "--crop", "32", "--episodes", "5");
        Actionable.Run("import", "--source", data.Source, "--output", output).Fails("holds a dataset already: go on with --resume, replace it with --force");
        Actionable.Run("import", "--source", data.Source, "--output", output, "--crop", "36", "--episodes", "5", "--resume").Fails("was begun otherwise", "crop: 32x32 there, 36x36 now");
        Assert.Equal(6, Actionable.Json("import", "--source", data.Source, "--output", output, "--episodes", "6", "--force").GetProperty("episodes").GetInt32());
        Actionable.Run("import", "--source", data.New(), "--output", data.New()).Fails("there is no such file or folder");
        Actionable.Run("import", "--source", data.Source, "--output", data.New(), "--crop", "48").Fails("--crop 48x48 is larger than the images, which have 40x40 pixels");
        Actionable.Run("import", "--source", data.Source, "--output", data.New(), "--memory", "100M").Fails("need at least --memory 256M");
        var robot = Directory.CreateDirectory(Path.Combine(data.New(), "meta"));
        File.WriteAllText(Path.Combine(robot.FullName, "info.json"), "{}");
        Actionable.Run("import", "--source", robot.Parent!.FullName, "--output", data.New()).Fails("LeRobot", "Parquet", "convert it");
    }

    [Fact]
    public void A_mapping_to_fill_in_is_printed()
    {
        var result = Actionable.Run("import", "--source", data.Source, "--mapping-template");
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Contains("steps/observation/image", result.Output);
        var file = data.New();
        File.WriteAllText(file, "image: nothing\n");
        Assert.Equal(1, Actionable.Run("import", "--source", data.Source, "--mapping", file, "--output", data.New()).Code);
    }

    private static string[] Files(string output) => [.. SmallRun.Snapshot(output).Select(line => Path.GetFileName(line))
        .Where(line => !line.StartsWith("writer.lock", StringComparison.Ordinal) && !line.Contains(".partial"))];
}
