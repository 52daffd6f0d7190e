using System.IO.Compression;
using System.Runtime.InteropServices;
using ActionableModels.Formats.Numpy;
using ActionableModels.Formats.Sources;

namespace ActionableModels.Formats.Tests.Numpy;

/// <summary>A temporary folder of npz files made array by array.</summary>
internal sealed class NpzFolder : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("actionable-npz-").FullName;

    public string Path => folder;
    public string this[string name] => System.IO.Path.Combine(folder, name);

    public string Write(string name, params (string Name, byte[] Npy)[] arrays) => Write(name, CompressionLevel.Optimal, arrays);

    public string Write(string name, CompressionLevel level, params (string Name, byte[] Npy)[] arrays)
    {
        using var archive = new ZipArchive(File.Create(this[name]), ZipArchiveMode.Create);
        foreach (var (array, npy) in arrays)
        {
            using var stream = archive.CreateEntry(array + ".npy", level).Open();
            stream.Write(npy);
        }
        return this[name];
    }

    public static byte[] Npy(string type, long[] shape, ReadOnlySpan<byte> values) => [.. NpyWriter.Header(type, shape), .. values];

    public static byte[] Floats(params float[] values) => Npy("<f4", [values.Length], MemoryMarshal.AsBytes<float>(values));

    /// <summary>Arrays of a dataset as stored: trajectories by their rows, images of 2×2 whose bytes count up.</summary>
    public static (string Name, byte[] Npy)[] Stored(params int[] rows)
    {
        var count = rows.Sum();
        var terminals = rows.SelectMany(r => Enumerable.Range(1, r).Select(i => i == r ? 1f : 0)).ToArray();
        return
        [
            ("observations", Npy("|u1", [count, 2, 2, 3], Enumerable.Range(0, count * 12).Select(i => (byte)i).ToArray())),
            ("actions", Npy("<f4", [count, 2], MemoryMarshal.AsBytes<float>(Enumerable.Range(0, count * 2).Select(i => i * 0.5f).ToArray()))),
            ("terminals", Floats(terminals)),
        ];
    }

    /// <summary>Every item of a source, its episodes still in memory.</summary>
    public static SourceItem[] ReadAll(IEpisodeSource source, SourcePosition from = default) => [.. source.Read(from, CancellationToken.None)];

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
