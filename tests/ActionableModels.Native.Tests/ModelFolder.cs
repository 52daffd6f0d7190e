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
    public const int Side = 64, WideSide = 12, ImageBytes = Side * Side * 3;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("é-model-");

    public ModelFolder()
    {
        Model = Write("model", "compact-64", Side, 1);
        Other = Write("other", "compact-64", Side, 2);
        SmallCamera = Write("small", "compact-32", 32, 1);
        // 64 to 64 channels at stride 1, as the kernels of Hopper take them.
        var wide = NetworkPresets.Get("compact-32") with
        {
            Name = "wide", ImageHeight = WideSide, ImageWidth = WideSide, Tower = [LayerSpec.Conv(64, 3, 2), LayerSpec.Conv(64, 3)],
        };
        Wide = Write("wide", wide.Checked("wide"), WideSide, 3);
        Text = File("text", "not a model"u8.ToArray());
        Truncated = File("truncated", System.IO.File.ReadAllBytes(Model)[..10_000]);
    }

    public string Folder => folder.FullName;
    public string Missing => Path.Combine(Folder, "missing");
    /// <summary>A model of this camera, another one of it, and one of another camera.</summary>
    public string Model { get; }
    public string Other { get; }
    public string SmallCamera { get; }
    /// <summary>A model of 64 channels for cameras of <see cref="WideSide"/>.</summary>
    public string Wide { get; }
    /// <summary>Files that are no models.</summary>
    public string Text { get; }
    public string Truncated { get; }

    /// <summary>A path by the name of its property.</summary>
    public string Named(string name) => (string)typeof(ModelFolder).GetProperty(name)!.GetValue(this)!;

    public static byte[] Image(ulong number) =>
        [.. Enumerable.Range(0, ImageBytes).Select(i => (byte)(Philox.Word(new RandomKey(8, 975, number), (uint)i) >> 24))];

    public void Dispose() => folder.Delete(true);

    private string Write(string name, string preset, int side, ulong seed) => Write(name, NetworkPresets.Get(preset), side, seed);

    private string Write(string name, NetworkSpec network, int side, ulong seed)
    {
        using var device = new CpuDevice(1);
        var settings = new TrainingSettings { Preset = network.Name, Seed = seed };
        var path = Path.Combine(Folder, name);
        Checkpoint.Create(device, new CheckpointHeader(network, settings, ActionSpace.QtOpt, side, side, 0)).Policy.Write(path);
        return path;
    }

    private string File(string name, byte[] bytes)
    {
        var path = Path.Combine(Folder, name);
        System.IO.File.WriteAllBytes(path, bytes);
        return path;
    }
}
