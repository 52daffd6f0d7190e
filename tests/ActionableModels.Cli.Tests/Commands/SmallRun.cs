using System.Security.Cryptography;
using ActionableModels.Imaging;

namespace ActionableModels.Cli.Tests.Commands;

/// <summary>A small dataset, a run on it, and images: made once for all tests, which leave them as they are.</summary>
public sealed class SmallRun : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("actionable-cli-").FullName;
    private int folders;

    public SmallRun()
    {
        Assert.Equal(0, Actionable.Run("collect", "--episodes", "30", "--steps", "8", "--image-size", "32", "--seed", "3", "--output",
            Data).Code);
        Assert.Equal(0, Actionable.Run(["train", "--data", Data, "--output", Run, .. Tiny, "--steps", "40"]).Code);
        Save("current.png", 32, 32);
        Save("goal.png", 32, 32);
        Save("wide.png", 32, 40);
        File.WriteAllText(Path("text.png"), "this is no image");
    }

    /// <summary>Options of a small network and batch.</summary>
    public static string[] Tiny => ["--preset", "compact-32", "--batch", "16"];

    public string Data => Path("data");
    public string Run => Path("run");
    public string Checkpoint => System.IO.Path.Combine(Run, "checkpoint.safetensors");

    public string Path(string name) => System.IO.Path.Combine(root, name);

    /// <summary>A path for a test's own use; nothing is there yet.</summary>
    public string New() => Path($"new{Interlocked.Increment(ref folders)}");

    /// <summary>Copies a folder and returns the copy.</summary>
    public string Copy(string folder)
    {
        var copy = Directory.CreateDirectory(New()).FullName;
        foreach (var file in Directory.EnumerateFiles(folder)) File.Copy(file,
            System.IO.Path.Combine(copy, System.IO.Path.GetFileName(file)));
        return copy;
    }

    /// <summary>Names and hashes of everything below a folder.</summary>
    public static string[] Snapshot(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order()
            .Select(file => $"{file} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))}")];

    public void Dispose() => Directory.Delete(root, recursive: true);

    private void Save(string name, int height, int width)
    {
        var image = new RgbImage(height, width);
        for (var i = 0; i < image.Pixels.Length; i++) image.Pixels[i] = (byte)(i * 31 + name.Length * 7);
        Png.Save(Path(name), image);
    }
}

[CollectionDefinition(nameof(SmallRun))]
public sealed class SmallRunTests : ICollectionFixture<SmallRun>;
