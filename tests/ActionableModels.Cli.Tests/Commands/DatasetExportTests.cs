using System.Text.Json;
using ActionableModels.Formats.Export;

namespace ActionableModels.Cli.Tests.Commands;

/// <summary>Datasets for other programs: what export --data says and writes.</summary>
[Collection(nameof(SmallRun))]
public sealed class DatasetExportTests(SmallRun small)
{
    [Fact]
    public void A_dataset_is_exported_and_replaced_only_when_told()
    {
        var output = small.New();
        string[] export = ["export", "--data", small.Data, "--output", output, "--layout", "mt_opt"];
        var json = Actionable.Json([.. export, "--test-share", "0.1", "--episodes", "20", "--episodes-per-file", "10"]);
        Assert.Equal(("rlds", "mt_opt", "mt_opt", 20, 2, 160, 180), (json.GetProperty("format").GetString(), json.GetProperty("layout").GetString(),
            json.GetProperty("name").GetString(), json.GetProperty("episodes").GetInt32(), json.GetProperty("test_episodes").GetInt32(),
            json.GetProperty("steps").GetInt32(), json.GetProperty("frames").GetInt32()));
        var folder = json.GetProperty("folder").GetString()!;
        Assert.Equal(Path.Combine(output, "mt_opt", "rlds", "1.0.0"), folder);
        var files = json.GetProperty("files").EnumerateArray().ToArray();
        Assert.Equal(Directory.GetFiles(folder).Order(StringComparer.Ordinal),
            files.Select(file => file.GetProperty("path").GetString()).Order(StringComparer.Ordinal));
        Assert.All(files, file => Assert.Equal(new FileInfo(file.GetProperty("path").GetString()!).Length, file.GetProperty("bytes").GetInt64()));
        Assert.Equal(json.GetProperty("bytes").GetInt64(), files.Sum(file => file.GetProperty("bytes").GetInt64()));
        var info = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "dataset_info.json"))).RootElement;
        Assert.Equal("""["10","8"] ["2"]""", string.Join(' ', info.GetProperty("splits").EnumerateArray()
            .Select(split => JsonSerializer.Serialize(split.GetProperty("shardLengths")))));

        var before = SmallRun.Snapshot(output);
        Actionable.Run(export).Fails(folder, "exists already", "--force");
        Assert.Equal(before, SmallRun.Snapshot(output));
        var text = Actionable.Run([.. export, "--force"]);
        Assert.Equal(0, text.Code);
        Assert.Contains("30 episodes, 270 frames as rlds in the layout mt_opt; 4 files", text.Output);
        Assert.Equal(4, Directory.GetFiles(folder).Length);
        // Another layout has a place of its own in the same folder.
        Assert.Equal(Path.Combine(output, "actionable_models", "1.0.0"),
            Actionable.Json("export", "--data", small.Data, "--output", output).GetProperty("folder").GetString());
    }

    [Fact]
    public void Help_lists_every_format_with_its_layouts()
    {
        var help = Actionable.Run("export", "--help").Output;
        foreach (var exporter in DatasetExporters.All)
        {
            var line = Assert.Single(help.Split('\n'), l => l.StartsWith($"  {exporter.Format}: ", StringComparison.Ordinal));
            Assert.Contains(exporter.Description, line);
            Assert.EndsWith(string.Join(", ", exporter.Layouts), line.TrimEnd());
        }
    }

    [Fact]
    public void What_cannot_be_exported_is_said()
    {
        var output = small.New();
        string[] export = ["export", "--data", small.Data, "--output", output];
        Actionable.Run([.. export, "--layout", "mtopt"]).Fails("unknown layout of rlds 'mtopt'; did you mean 'mt_opt'?");
        Actionable.Run([.. export, "--format", "minari", "--test-share", "0.5"]).Fails("--test-share does not go with --format minari");
        Actionable.Run([.. export, "--name", "My-Data"]).Fails("no name of a TFDS dataset");
        Actionable.Run([.. export, "--episodes", "1", "--test-share", "0.5"]).Fails("one episode cannot be shared");
        Actionable.Run("export", "--data", small.Path("nowhere"), "--output", output).Fails("nowhere", "dataset.json");
        Assert.False(Path.Exists(output));
        Actionable.Run("export", "--data", small.Data, "--output", small.Checkpoint).Fails("is a file");
    }
}
