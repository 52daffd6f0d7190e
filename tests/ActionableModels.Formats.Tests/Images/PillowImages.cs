using System.Diagnostics;
using System.Globalization;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Formats.Tests.Images;

/// <summary>Image files of every kind and what Pillow reads from them, written by tests/fixtures/images.py.</summary>
public sealed class PillowImages : IDisposable
{
    private const string Python = "/usr/bin/python3";
    private readonly string folder = Directory.CreateTempSubdirectory("actionable-images-").FullName;

    public PillowImages()
    {
        if (!Requirement.Program(Python, "reading images as Pillow does")) return;
        using var process = Process.Start(new ProcessStartInfo(Python, [Repository.File("tests/fixtures/images.py"), folder]) { RedirectStandardError = true })!;
        var complaint = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) Requirement.Met(false, $"Pillow and numpy in {Python} ({complaint})", "reading images as Pillow does");
        Written = process.ExitCode == 0;
    }

    /// <summary>Whether there is something to compare with.</summary>
    internal bool Written { get; }

    /// <summary>A file without pixels beside it.</summary>
    internal byte[] File(string name) => System.IO.File.ReadAllBytes(Path.Combine(folder, name));

    /// <summary>All files with their pixels.</summary>
    internal IEnumerable<PillowImage> All()
    {
        foreach (var pixels in Directory.GetFiles(folder, "*.rgb").Order(StringComparer.Ordinal))
        {
            var parts = Path.GetFileName(pixels).Split('.');
            var size = parts[1].Split('x').Select(side => int.Parse(side, CultureInfo.InvariantCulture)).ToArray();
            var file = Directory.GetFiles(folder, parts[0] + ".*").Single(path => path != pixels);
            yield return new(Path.GetFileName(file), System.IO.File.ReadAllBytes(file), size[0], size[1], System.IO.File.ReadAllBytes(pixels));
        }
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}

/// <summary>One of them.</summary>
internal sealed record PillowImage(string Name, byte[] File, int Height, int Width, byte[] Pixels)
{
    /// <summary>A part of the pixels.</summary>
    public byte[] Part(int top, int left, int height, int width)
    {
        var part = new byte[height * width * 3];
        for (var y = 0; y < height; y++) Pixels.AsSpan(((top + y) * Width + left) * 3, width * 3).CopyTo(part.AsSpan(y * width * 3));
        return part;
    }
}
