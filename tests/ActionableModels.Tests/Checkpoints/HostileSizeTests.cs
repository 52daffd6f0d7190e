using System.Diagnostics;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.Learning;
using ActionableModels.Networks;
using ActionableModels.Storage;
using ActionableModels.Tests.Learning;

namespace ActionableModels.Tests.Checkpoints;

/// <summary>Small files whose metadata ask for huge memory.</summary>
[Collection(nameof(AllocationTests))]
public sealed class HostileSizeTests
{
    private static readonly NetworkSpec Small = TinyWorld.Network;

    private static byte[] File(NetworkSpec network, TrainingSettings? settings = null)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "hostile");
        var header = new CheckpointHeader(network, settings ?? TinyWorld.Settings, TinyWorld.Space, 4096, 4096, 0);
        SafetensorsWriter.Write(path, header.ToMetadata(), [SafetensorsTensor.Float32("tower/conv1/bias", [4], new float[4])]);
        return System.IO.File.ReadAllBytes(path);
    }

    private static readonly NetworkSpec Large = Small with { ImageHeight = 4096, ImageWidth = 4096 };

    public static TheoryData<string, NetworkSpec> Specs => new()
    {
        { "wide map", Large with { Tower = [LayerSpec.Conv(65536, 1)] } },
        { "wide map, count of 2^64", Large with { Tower = [LayerSpec.Conv(65536, 64), LayerSpec.Conv(65536, 64)] } },
        { "flattened map of 2^32", Large with { Tower = [LayerSpec.Conv(256, 1)], Head = [LayerSpec.Dense(1)] } },
        { "dense weights", Small with { Head = [LayerSpec.Dense(65536), LayerSpec.Dense(65536), LayerSpec.Dense(65536)] } },
        { "convolution weights", Small with { Tower = [LayerSpec.Conv(65536, 64), LayerSpec.Conv(65536, 64)] } },
        { "two towers", Large with { GoalMerge = GoalMerge.Towers, Tower = [LayerSpec.Conv(60000, 64), LayerSpec.Pool(64)] } },
        { "action inputs", Small with { ActionEmbedding = 65536, ActionBlocks = [.. Enumerable.Range(0, 64).Select(Block)] } },
        { "large but possible", Small with { Head = [LayerSpec.Dense(16384), LayerSpec.Dense(8192)] } },
    };

    private static ActionBlock Block(int number) =>
        new($"b{number}", [.. Enumerable.Repeat(new ActionColumn(0, ColumnKind.Identity), 64)], 1);

    [Theory]
    [MemberData(nameof(Specs))]
    public void Reading_takes_no_more_memory_than_the_file(string name, NetworkSpec spec)
    {
        var bytes = File(spec);
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var file = SafetensorsFile.Parse(bytes, name);
        Assert.StartsWith(name, Assert.Throws<ActionableException>(() => Checkpoint.Read(file)).Message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    [Fact]
    public void Training_with_more_memory_than_there_is_is_refused_before_it_is_taken()
    {
        using var world = new TinyWorld();
        using var device = new CpuDevice(1);
        // 65,536 rows of a map of 2^22 numbers each: a petabyte.
        var settings = TinyWorld.Settings with { Batch = 65536, NegativeCandidates = 2, NegativeDraws = 1, CemSamples = 2, CemElites = 1,
            TargetSamples = 1 };
        var spec = (TinyWorld.Network with { Tower = [LayerSpec.Conv(65536, 3)], Head = [] }).Checked("test");
        var layout = new ParameterLayout(spec);
        var header = new CheckpointHeader(spec, settings, TinyWorld.Space, TinyWorld.CameraHeight, TinyWorld.CameraWidth, 0);
        var checkpoint = new Checkpoint(header, layout, new float[layout.Count], new float[layout.Count], null, null, null);
        var clock = Stopwatch.StartNew();
        var error = Assert.Throws<OutOfDeviceMemoryException>(() => new Trainer(device, world.Store, checkpoint));
        Assert.Contains("use a smaller batch", error.Message);
        Assert.True(clock.Elapsed.TotalSeconds < 20, "the refusal took its time");
        // What was taken before the refusal has been given back.
        using var small = new Trainer(device, world.Store, TinyWorld.Start(device, TinyWorld.Settings));
        small.Advance();
    }

    [Fact]
    public void Messages_stay_short_whatever_the_file_says()
    {
        var text = new string('x', 100_000) + "\n\u001b[31m";
        var bytes = File(Small with { Name = text, ActionEmbedding = 0 });
        using var file = SafetensorsFile.Parse(bytes, "a file");
        var message = Assert.Throws<ActionableException>(() => Checkpoint.Read(file)).Message;
        Assert.True(message.Length < 500 && !message.Any(char.IsControl), message[..Math.Min(500, message.Length)]);
        var method = Assert.Throws<ActionableException>(() => (TinyWorld.Settings with { Method = text }).Checked("a file")).Message;
        Assert.True(method.Length < 1000 && !method.Any(char.IsControl));
    }
}
