using ActionableModels.Actions;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.Learning;
using ActionableModels.Networks;

namespace ActionableModels.Native.Tests;

/// <summary>Files of untrained models, and images for them.</summary>
public sealed class ModelFolder : IDisposable
{
    public const int Side = 64, ImageBytes = Side * Side * 3;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("é-model-");

    public ModelFolder()
    {
        Model = Write("model", "compact-64", Side, 1);
        Other = Write("other", "compact-64", Side, 2);
        SmallCamera = Write("small", "compact-32", 32, 1);
        Text = File("text", "not a model"u8.ToArray());
        Truncated = File("truncated", System.IO.File.ReadAllBytes(Model)[..10_000]);
    }

    public string Folder => folder.FullName;
    public string Missing => Path.Combine(Folder, "missing");
    /// <summary>A model of this camera, another one of it, and one of another camera.</summary>
    public string Model { get; }
    public string Other { get; }
    public string SmallCamera { get; }
    /// <summary>Files that are no models.</summary>
    public string Text { get; }
    public string Truncated { get; }

    /// <summary>A path by the name of its property.</summary>
    public string Named(string name) => (string)typeof(ModelFolder).GetProperty(name)!.GetValue(this)!;

    public static byte[] Image(ulong number) =>
        [.. Enumerable.Range(0, ImageBytes).Select(i => (byte)(Philox.Word(new RandomKey(8, 975, number), (uint)i) >> 24))];

    public void Dispose() => folder.Delete(true);

    private string Write(string name, string preset, int side, ulong seed)
    {
        using var device = new CpuDevice(1);
        var settings = new TrainingSettings { Preset = preset, Seed = seed };
        var path = Path.Combine(Folder, name);
        Checkpoint.Create(device, new CheckpointHeader(NetworkPresets.Get(preset), settings, ActionSpace.QtOpt, side, side, 0)).Policy.Write(path);
        return path;
    }

    private string File(string name, byte[] bytes)
    {
        var path = Path.Combine(Folder, name);
        System.IO.File.WriteAllBytes(path, bytes);
        return path;
    }
}
