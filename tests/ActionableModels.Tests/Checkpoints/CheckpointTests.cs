using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.Learning;
using ActionableModels.Networks;
using ActionableModels.Storage;
using ActionableModels.Tests.Learning;

namespace ActionableModels.Tests.Checkpoints;

/// <summary>What a checkpoint file holds, by which names.</summary>
public sealed class CheckpointTests
{
    private static readonly TrainingSettings Everything = TinyWorld.Settings with { TargetNetworks = 2,
        Normalisation = Normalisation.Batch, GoalMerge = GoalMerge.Towers };

    private static Checkpoint Trained(TrainingSettings settings, int steps = 2)
    {
        using var world = new TinyWorld();
        using var device = new CpuDevice(1);
        using var trainer = new Trainer(device, world.Store, TinyWorld.Start(device, settings));
        while (trainer.Step < steps) trainer.Advance();
        return trainer.ToCheckpoint();
    }

    public static TheoryData<TrainingSettings> Forms => [TinyWorld.Settings, Everything,
        TrainingMethods.Apply(TinyWorld.Settings with { Optimizer = OptimizerKind.Momentum }, "gcbc")];

    [Theory]
    [MemberData(nameof(Forms))]
    public void What_is_read_is_written_again_to_the_byte(TrainingSettings settings)
    {
        using var folder = new TemporaryFolder();
        var (first, second) = (Path.Combine(folder.Path, "a"), Path.Combine(folder.Path, "b"));
        var checkpoint = Trained(settings);
        checkpoint.Write(first);
        var read = Checkpoint.Read(first);
        read.Write(second);
        Assert.Equal(File.ReadAllBytes(first), File.ReadAllBytes(second));
        Assert.Equal(checkpoint.Values, read.Values);
        Assert.Equal(checkpoint.Average, read.Average);
        Assert.Equal(checkpoint.Lagged, read.Lagged);
        Assert.Equal(checkpoint.FirstMoment, read.FirstMoment);
        Assert.Equal(checkpoint.SecondMoment, read.SecondMoment);
        Assert.NotEqual(checkpoint.Values, checkpoint.Average);
        Assert.Equal(settings, read.Header.Settings);
        Assert.Equal(checkpoint.Header.Network.ToJson(), read.Header.Network.ToJson());
        Assert.Equal((2L, TinyWorld.CameraHeight, TinyWorld.CameraWidth),
            (read.Header.Step, read.Header.CameraHeight, read.Header.CameraWidth));
        Assert.Equal(TinyWorld.Space, read.Header.Actions);
    }

    [Fact]
    public void Copies_of_the_parameters_have_their_prefixes()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "a");
        Trained(Everything).Write(path);
        using var file = SafetensorsFile.Open(path);
        string[] Under(string prefix) =>
            [.. file.Entries.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Select(name =>
                name[prefix.Length..]).Order()];
        var all = file.Entries.Keys.Where(name => !new[] { "average/", "lagged/", "optimizer/" }.Any(p =>
            name.StartsWith(p, StringComparison.Ordinal))).Order().ToArray();
        Assert.Contains("goal_tower/conv2/norm/scale", all);
        Assert.Equal(all, Under("average/"));
        Assert.Equal(all, Under("lagged/"));
        var trained = all.Where(name => !name.EndsWith("/mean", StringComparison.Ordinal)
            && !name.EndsWith("/variance", StringComparison.Ordinal)).ToArray();
        Assert.Equal(trained, Under("optimizer/m/"));
        Assert.Equal(trained, Under("optimizer/v/"));
    }

    [Fact]
    public void The_file_of_QT_Opt_has_the_names_and_shapes_of_the_architecture()
    {
        var expected = new SortedDictionary<string, string>(StringComparer.Ordinal);
        void Norm(string name, int channels, bool scale = true)
        {
            foreach (var part in scale ? new[] { "scale", "shift", "mean", "variance" } : ["shift", "mean", "variance"])
                expected[$"{name}/norm/{part}"] = $"F32 [{channels}]";
        }
        expected["tower/conv1/weight"] = "F32 [64, 6, 6, 6]";
        expected["tower/conv1/bias"] = "F32 [64]";
        Norm("tower/conv1", 64, scale: false);
        for (var i = 2; i <= 7; i++)
        {
            expected[$"tower/conv{i}/weight"] = "F32 [64, 5, 5, 64]";
            Norm($"tower/conv{i}", 64);
        }
        foreach (var (block, size) in new[] { ("world_vector", 3), ("vertical_rotation", 2), ("close_gripper", 1), ("open_gripper", 1),
            ("terminate_episode", 1), ("gripper_closed", 1), ("height_to_bottom", 1) })
        {
            expected[$"action/{block}/weight"] = $"F32 [256, {size}]";
            expected[$"action/{block}/bias"] = "F32 [256]";
        }
        Norm("action/sum", 256, scale: false);
        expected["action/merge/weight"] = "F32 [64, 256]";
        Norm("action/merge", 64);
        for (var i = 8; i <= 16; i++)
        {
            expected[$"head/conv{i}/weight"] = "F32 [64, 3, 3, 64]";
            Norm($"head/conv{i}", 64);
        }
        expected["head/dense1/weight"] = "F32 [64, 4096]";
        Norm("head/dense1", 64);
        expected["head/dense2/weight"] = "F32 [64, 64]";
        Norm("head/dense2", 64);
        expected["head/logit/weight"] = "F32 [1, 64]";
        expected["head/logit/bias"] = "F32 [1]";

        using var device = new CpuDevice(1);
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "qt-opt.safetensors");
        var settings = new TrainingSettings { Preset = "qt-opt-472", Seed = 5 };
        Checkpoint.Create(device, new CheckpointHeader(NetworkPresets.Get("qt-opt-472"), settings, TinyWorld.Space, 512, 640,
            0)).Write(path);
        using var file = SafetensorsFile.Open(path);
        foreach (var name in expected.Keys.ToArray()) expected[$"average/{name}"] = expected[name];
        Assert.Equal(expected.Select(e => $"{e.Key}: {e.Value}"), file.Entries.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e =>
            $"{e.Key}: {e.Value}"));
        Assert.Equal(1_249_729, file.Entries.Where(e => !e.Key.StartsWith("average/") && !e.Key.EndsWith("/mean")
            && !e.Key.EndsWith("/variance")).Sum(e => e.Value.Elements));
    }

    [Fact]
    public void Slices_of_the_action_blocks_reassemble()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "a");
        var checkpoint = Trained(TinyWorld.Settings);
        checkpoint.Write(path);
        using var file = SafetensorsFile.Open(path);
        var spec = checkpoint.Header.Network;
        var (weight, bias) = (checkpoint.Layout.Find("action/sum/weight")!, checkpoint.Layout.Find("action/sum/bias")!);
        var column = 0;
        for (var b = 0; b < spec.ActionBlocks.Length; b++)
        {
            var (block, size) = (spec.ActionBlocks[b], spec.ActionBlocks[b].Columns.Length);
            var slice = file.Float32($"action/{block.Name}/weight", spec.ActionEmbedding, size);
            for (var e = 0; e < spec.ActionEmbedding; e++)
                for (var c = 0; c < size; c++)
                    Assert.Equal(checkpoint.Values[weight.Offset + e * spec.ActionInputs + column + c], slice[e * size + c]);
            Assert.Equal(checkpoint.Values.AsSpan((int)bias.Offset + b * spec.ActionEmbedding, spec.ActionEmbedding).ToArray(),
                file.Float32($"action/{block.Name}/bias").ToArray());
            column += size;
        }
        Assert.Equal(spec.ActionInputs, column);
        Assert.Equal(checkpoint.Values, Checkpoint.Read(file).Values);
    }

    [Fact]
    public void Initial_parameters_follow_the_seed()
    {
        using CpuDevice one = new(1), three = new(3);
        Checkpoint Create(CpuDevice device, ulong seed) => Checkpoint.Create(device, TinyWorld.Header(Everything with { Seed = seed }));
        var first = Create(one, 1);
        Assert.Equal(first.Values, Create(three, 1).Values);
        Assert.NotEqual(first.Values, Create(one, 2).Values);
        Assert.Equal(first.Values, first.Average);
        Assert.Equal(first.Values, first.Lagged);
        Assert.Null(first.FirstMoment);
        foreach (var entry in first.Layout.Entries)
        {
            var values = first.Values.AsSpan((int)entry.Offset, (int)entry.Shape.Count).ToArray();
            if (entry.Role == ParameterRole.Weight)
            {
                // He's √(2/fan-in) after truncation at two deviations: at most 2.28 of it.
                var deviation = Math.Sqrt(2.0 / entry.Shape.RowCount);
                Assert.All(values, v => Assert.InRange(Math.Abs(v), 1e-12, 2.28 * deviation));
                if (values.Length > 100) Assert.InRange(Math.Sqrt(values.Average(v => v * v)), 0.8 * deviation, 1.2 * deviation);
            }
            else Assert.All(values, v => Assert.Equal(entry.Role is ParameterRole.Scale or ParameterRole.Variance ? 1 : 0, v));
        }
    }
}
