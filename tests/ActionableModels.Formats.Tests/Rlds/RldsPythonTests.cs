using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using ActionableModels.Formats.Images;
using ActionableModels.Formats.Rlds;
using ActionableModels.Formats.Sources;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Formats.Tests.Rlds;

/// <summary>What a script wrote by hand from the formats' specifications, with none of this project's code, is read to the very same values.</summary>
public sealed class RldsPythonTests
{
    private const string Python = "/usr/bin/python3";

    [Theory]
    [InlineData("mt_opt", 3, 14)]
    [InlineData("kuka", 4, 19)]
    [InlineData("odd", 11, 44)]
    public void Datasets_written_in_Python_are_read_to_the_same_values(string name, int episodes, int fields)
    {
        if (!Requirement.Program(Python, nameof(RldsPythonTests))) return;
        var folder = Directory.CreateTempSubdirectory("actionable-rlds-").FullName;
        try
        {
            Run(Repository.File("tests/fixtures/write_rlds.py"), folder, name);
            using var expected = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, name + ".expected.json")));
            using var source = EpisodeSources.Open(Path.Combine(folder, name), new());
            Assert.Equal(("rlds", name, episodes), (source.Format, source.Name, source.Episodes));
            Assert.Equal(fields, source.Fields.Count);
            var told = expected.RootElement.GetProperty("episodes").EnumerateArray().ToArray();
            var items = source.Read(default, default).ToArray();
            Assert.Equal(told.Length, items.Length);
            for (var e = 0; e < items.Length; e++)
            {
                using var episode = Assert.IsType<RldsEpisode>(items[e].Episode);
                Compare(source, told[e], episode);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Compare(IEpisodeSource source, JsonElement told, RldsEpisode episode)
    {
        Assert.Equal((told.GetProperty("file").GetString(), told.GetProperty("record").GetInt64(), told.GetProperty("steps").GetInt32()),
            (episode.File, episode.Record, episode.Steps));
        foreach (var field in told.GetProperty("numbers").EnumerateObject())
        {
            var rows = field.Value.EnumerateArray().Select(row => row.EnumerateArray().Select(v => (float)v.GetDouble()).ToArray()).ToArray();
            var read = episode.Rows(field.Name);
            Assert.Equal((field.Name, rows.Length), (field.Name, read.Ends.Length));
            for (var row = 0; row < rows.Length; row++) Assert.Equal(rows[row], read.Row(row));
            if (rows.Any(row => row.Length != rows[0].Length))
            {
                Assert.Contains("different numbers of values", Assert.Throws<SourceException>(() => episode.Numbers(field.Name)).Message);
                continue;
            }
            var numbers = episode.Numbers(field.Name);
            Assert.Equal(rows[0].Length, numbers.Width);
            Assert.Equal(rows.SelectMany(row => row), numbers.Values);
        }
        foreach (var field in told.GetProperty("texts").EnumerateObject())
            Assert.Equal(field.Value.EnumerateArray().Select(v => v.GetString()!), episode.Texts(field.Name));
        foreach (var field in told.GetProperty("images").EnumerateObject())
        {
            var row = 0;
            foreach (var image in field.Value.EnumerateArray()) Compare(source, image, episode.Frame(field.Name, row++));
            Assert.Throws<SourceException>(() => episode.Frame(field.Name, row));
        }
        foreach (var field in source.Fields)
            Assert.True(told.GetProperty("numbers").TryGetProperty(field.Name, out _) || told.GetProperty("texts").TryGetProperty(field.Name, out _)
                || told.GetProperty("images").TryGetProperty(field.Name, out _)
                || field.Name is "sound" or "custom" or "words" or "steps/observation/depth", field.Name);
    }

    private static void Compare(IEpisodeSource source, JsonElement image, SourceFrame frame)
    {
        Assert.Equal(image.GetProperty("bytes").GetInt32(), frame.Bytes.Length);
        Assert.Equal(image.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(frame.Bytes.Span)));
        Assert.Null(frame.Raw);
        var place = frame.Place!.Value;
        using var file = File.OpenRead(Path.Combine(source.Folder, source.Files[place.File].Path));
        var bytes = new byte[frame.Bytes.Length];
        file.Position = place.Offset;
        file.ReadExactly(bytes);
        Assert.Equal(bytes, frame.Bytes.Span);
    }

    private static void Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Python, arguments) { RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEnd();
        Assert.True(process.WaitForExit(60_000) && process.ExitCode == 0, errors);
    }
}
