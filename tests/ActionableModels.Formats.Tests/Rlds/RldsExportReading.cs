using System.Diagnostics;
using System.Text.Json;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Formats.Tests.Rlds;

/// <summary>What tests/fixtures/read_rlds.py, which knows nothing of this project, reads from a folder.</summary>
internal sealed class RldsExportReading
{
    private const string Python = "/usr/bin/python3";
    private readonly JsonElement root;
    private readonly Dictionary<string, byte[]> images;

    private RldsExportReading(JsonElement root, Dictionary<string, byte[]> images) => (this.root, this.images) = (root, images);

    /// <summary>Whether the program can run; a test asks with its name.</summary>
    public static bool Possible(string test) => Requirement.Met(File.Exists(Python) && Run("-c", "import numpy, PIL").Code == 0,
        "python3 with numpy and PIL", test);

    /// <summary>Reads a folder, which must be as the specifications have it.</summary>
    public static RldsExportReading Of(string folder)
    {
        var output = Directory.CreateTempSubdirectory("rlds-read-").FullName;
        try
        {
            var (code, text) = Run(Repository.File("tests/fixtures/read_rlds.py"), folder, output);
            Assert.True(code == 0, text);
            return new(JsonDocument.Parse(File.ReadAllBytes(Path.Combine(output, "episodes.json"))).RootElement,
                Directory.GetFiles(output, "*.rgb").ToDictionary(file => Path.GetFileName(file), File.ReadAllBytes));
        }
        finally
        {
            Directory.Delete(output, recursive: true);
        }
    }

    public string? Text(string key) => root.GetProperty(key).GetString();

    /// <summary>The fields: name, type, shape, encoding, and "step" or "episode".</summary>
    public string[] Fields => [.. root.GetProperty("fields").EnumerateObject().Select(leaf =>
        $"{leaf.Name} {leaf.Value[1].GetString()} {leaf.Value[2].GetRawText()} {leaf.Value[3].GetString()} "
        + (leaf.Value[0].GetBoolean() ? "step" : "episode"))];

    public string[] Splits => [.. root.GetProperty("splits").EnumerateObject().Select(split => split.Name)];

    public JsonElement[] Episodes(string split) => [.. root.GetProperty("splits").GetProperty(split).EnumerateArray()];

    /// <summary>The numbers of a field of every step, a row each.</summary>
    public static float[][] Rows(JsonElement episode, string field) =>
        [.. episode.GetProperty(field).EnumerateArray().Select(row => row.EnumerateArray().Select(n => (float)n.GetDouble()).ToArray())];

    /// <summary>The format of an episode's images, which is one, and their pixels.</summary>
    public (string Format, byte[] Pixels) Pictures(JsonElement episode)
    {
        var image = episode.GetProperty("steps/observation/image");
        return (Assert.Single(image.GetProperty("formats").EnumerateArray().Select(f => f.GetString()!).Distinct()),
            images[image.GetProperty("rgb").GetString()!]);
    }

    private static (int Code, string Output) Run(params string[] arguments)
    {
        var start = new ProcessStartInfo(Python, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }
}
