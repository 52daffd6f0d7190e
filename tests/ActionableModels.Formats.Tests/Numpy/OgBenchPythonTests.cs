using System.Diagnostics;
using ActionableModels.Formats.Sources;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Formats.Tests.Numpy;

/// <summary>Datasets that numpy wrote, read to the numbers that tests/fixtures/write_ogbench.py computes.</summary>
public sealed class OgBenchPythonTests
{
    private const string Python = "/usr/bin/python3";
    private static readonly int[] Lengths = [3, 1, 5];
    private const int Height = 4, Width = 6;

    [Fact]
    public void What_numpy_wrote_is_read_to_the_same_values()
    {
        if (!Requirement.Program(Python, nameof(What_numpy_wrote_is_read_to_the_same_values))) return;
        using var folder = new NpzFolder();
        Run("write", folder.Path);
        foreach (var kind in new[] { "visual", "state" })
            foreach (var layout in new[] { "stored", "compact", "regular" })
                foreach (var packed in new[] { true, false })
                    Check(folder[$"{kind}-{layout}-{(packed ? "packed" : "plain")}.npz"], kind == "visual", layout == "regular", packed);
    }

    /// <summary>What numpy reads in a file: name, type, shape and SHA-256 of each array.</summary>
    public static string[] Tell(string path) => Run("tell", path).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static void Check(string path, bool visual, bool regular, bool packed)
    {
        using var source = EpisodeSources.Open(path, new SourceOptions());
        Assert.Equal(("ogbench", Path.GetFileNameWithoutExtension(path), 3L), (source.Format, source.Name, source.Episodes!.Value));
        Assert.Equal(visual ? FieldType.Image : FieldType.Float, source.Fields.Single(f => f.Name == "observations").Type);
        Assert.Equal(["float64", "int64", "str"], new[] { "qpos", "button_states", "word" }.Select(n => source.Fields.Single(f => f.Name == n).DataType));
        Assert.DoesNotContain(source.Fields, f => f.Name == "next_observations");
        var file = File.ReadAllBytes(path);
        var items = NpzFolder.ReadAll(source);
        Assert.Equal(Lengths.Length, items.Length);
        var row = 0;
        for (var e = 0; e < items.Length; e++)
        {
            var episode = items[e].Episode!;
            Assert.Equal((Lengths[e], e), (episode.Steps, (int)episode.Record));
            var rows = Lengths[e] + (regular ? 0 : 1);
            Equal(episode.Numbers("actions"), rows, 5, (t, i) => (row + t) * 0.25f - i);
            Equal(episode.Numbers("qpos"), rows, 2, (t, i) => (row + t) * 1.5f + i);
            Equal(episode.Numbers("button_states"), rows, 3, (t, i) => row + t - i);
            Assert.Equal(Enumerable.Range(row, rows).Select(n => $"wort {n} ü"), episode.Texts("word"));
            if (visual) CheckFrames(episode, row, packed, file);
            else Equal(episode.Numbers("observations"), Lengths[e] + 1, 4, (t, i) => (row + t) * 0.5f + i);
            row += Lengths[e] + 1;
            episode.Dispose();
        }
    }

    private static void CheckFrames(SourceEpisode episode, int row, bool packed, byte[] file)
    {
        for (var t = 0; t <= episode.Steps; t++)
        {
            var frame = episode.Frame("observations", t);
            Assert.Equal((Height, Width, 3), (frame.Raw!.Value.Height, frame.Raw.Value.Width, frame.Raw.Value.Channels));
            var expected = Enumerable.Range(0, Height * Width * 3).Select(p => (byte)((row + t) * 7 + p * 5)).ToArray();
            Assert.Equal(expected, frame.Bytes.ToArray());
            Assert.Equal(packed, frame.Place is null);
            if (frame.Place is { } place) Assert.Equal(expected, file[(int)place.Offset..((int)place.Offset + expected.Length)]);
        }
        Assert.Throws<SourceException>(() => episode.Frame("observations", episode.Steps + 1));
    }

    private static void Equal(FieldValues values, int rows, int width, Func<int, int, float> expected)
    {
        Assert.Equal((rows, width), (values.Rows, values.Width));
        for (var t = 0; t < rows; t++)
            for (var i = 0; i < width; i++) Assert.Equal(expected(t, i), values.Row(t)[i]);
    }

    private static string Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Python, [Repository.File("tests/fixtures/write_ogbench.py"), .. arguments])
            { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
