using ActionableModels.Actions;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.Learning;
using ActionableModels.Networks;
using ActionableModels.Policies;
using ActionableModels.Storage;
using ActionableModels.Tests.Learning;
using TemporaryFolder = ActionableModels.Tests.Storage.TemporaryFolder;

namespace ActionableModels.Tests.Checkpoints;

/// <summary>What policies read of checkpoints, and the files that hold nothing else.</summary>
[Collection(nameof(AllocationTests))]
public sealed class PolicyModelTests
{
    private static readonly TrainingSettings Batch = TinyWorld.Settings with
    {
        TargetNetworks = 2, Normalisation = Normalisation.Batch, GoalMerge = GoalMerge.Towers,
    };

    public static TheoryData<TrainingSettings> Forms => [TinyWorld.Settings, Batch, TrainingMethods.Apply(Batch, "gcbc")];

    [Theory]
    [MemberData(nameof(Forms))]
    public void Checkpoint_and_policy_file_decide_the_same_bits(TrainingSettings settings)
    {
        using var folder = new TemporaryFolder();
        var checkpoint = ModelBytes.Checkpoint(settings);
        File.WriteAllBytes(folder["checkpoint"], checkpoint);
        var model = PolicyModel.Read(folder["checkpoint"]);
        model.Write(folder["policy"]);
        var policy = PolicyModel.Read(folder["policy"]);
        using var whole = SafetensorsFile.Parse(checkpoint, "a file");
        Assert.Equal(Checkpoint.Read(whole).Average, model.Average);
        Assert.Equal((ModelFormat.Checkpoint, ModelFormat.Policy), (model.Format, policy.Format));
        Assert.Equal(model.Header.ToMetadata(), policy.Header.ToMetadata());

        var expected = Decide(model);
        Assert.Equal(expected, Decide(policy));
        Assert.Equal(expected, Decide(PolicyModel.Parse(checkpoint, "bytes")));
        Assert.Equal(expected, Decide(PolicyModel.Parse(File.ReadAllBytes(folder["policy"]), "bytes")));

        policy.Write(folder["again"]);
        Assert.Equal(File.ReadAllBytes(folder["policy"]), File.ReadAllBytes(folder["again"]));
    }

    [Fact]
    public void A_policy_file_holds_the_averages_under_their_plain_names()
    {
        var checkpoint = ModelBytes.Checkpoint(Batch);
        using SafetensorsFile from = SafetensorsFile.Parse(checkpoint, "checkpoint"), to = SafetensorsFile.Parse(ModelBytes.Policy(checkpoint), "policy");
        var names = from.Entries.Keys.Where(name => name.StartsWith("average/", StringComparison.Ordinal)).Order().ToArray();
        Assert.Equal(names, to.Entries.Keys.Select(name => $"average/{name}").Order());
        Assert.Contains("average/action/world_vector/weight", names);
        foreach (var name in names) Assert.True(from.Bytes(name).SequenceEqual(to.Bytes(name["average/".Length..])), name);
        Assert.Equal("actionable-models policy", to.Metadata["format"]);
        Assert.Equal(from.Metadata.Where(m => m.Key != "format").OrderBy(m => m.Key), to.Metadata.Where(m => m.Key != "format").OrderBy(m => m.Key));
    }

    [Fact]
    public void Training_does_not_go_on_from_a_policy_file()
    {
        using var file = SafetensorsFile.Parse(ModelBytes.Policy(ModelBytes.Checkpoint(Batch)), "a file");
        Assert.Contains("a policy file, which training cannot go on from", Assert.Throws<ActionableException>(() => Checkpoint.Read(file)).Message);
    }

    [Fact]
    public void Only_the_header_and_the_averages_are_read()
    {
        using var folder = new TemporaryFolder();
        var bytes = ModelBytes.Checkpoint(Batch);
        File.WriteAllBytes(folder["checkpoint"], bytes);
        var offsets = new List<long>();
        PolicyModel.Read(folder["checkpoint"], offsets.Add);
        using var file = SafetensorsFile.Parse(bytes, "a file");
        Assert.Equal(file.Entries.Where(e => e.Key.StartsWith("average/", StringComparison.Ordinal)).Select(e => e.Value.Offset).Order(),
            offsets.Order());
        // What is not read may hold anything.
        Assert.Equal(Decide(PolicyModel.Parse(bytes, "a file")),
            Decide(PolicyModel.Parse(ModelBytes.WithNumbers(bytes, "tower/conv1/weight", float.NaN), "a file")));
    }

    [Fact]
    public void Reading_takes_the_memory_of_the_parameters_and_a_little()
    {
        using var folder = new TemporaryFolder();
        using (var device = new CpuDevice(1))
        {
            var settings = new TrainingSettings { Preset = "qt-opt-472", TargetNetworks = 2 };
            Checkpoint.Create(device, new(NetworkPresets.Get("qt-opt-472"), settings, ActionSpace.QtOpt, 512, 640, 0)).Write(folder["checkpoint"]);
        }
        PolicyModel.Read(folder["checkpoint"]).Write(folder["policy"]);
        foreach (var name in new[] { "checkpoint", "policy" })
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var model = PolicyModel.Read(folder[name]);
            var taken = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.InRange(taken, sizeof(float) * model.Layout.Count, sizeof(float) * model.Layout.Count + (600 << 10));
        }
        var (whole, part) = (new FileInfo(folder["checkpoint"]).Length, new FileInfo(folder["policy"]).Length);
        Assert.InRange(part, whole / 3 - (64 << 10), whole / 3 + (64 << 10));
    }

    [Fact]
    public void A_model_outlives_its_file()
    {
        using var folder = new TemporaryFolder();
        foreach (var kill in new Action<string>[] { File.Delete, path => File.WriteAllBytes(path, [1, 2, 3]),
            path => { using var file = File.OpenWrite(path); file.SetLength(0); } })
        {
            var path = folder["model"];
            File.WriteAllBytes(path, ModelBytes.Checkpoint(TinyWorld.Settings));
            var model = PolicyModel.Read(path);
            var expected = Decide(model);
            kill(path);
            Assert.Equal(expected, Decide(model));
        }
    }

    /// <summary>Actions and Q of some decisions, as bits.</summary>
    internal static int[] Decide(PolicyModel model)
    {
        using var device = new CpuDevice(1);
        using var policy = new GoalReachingPolicy(device, model, new CemSettings(2, 8, 3));
        var found = new List<int>();
        var action = new float[ActionSpace.Dimensions];
        for (var n = 0UL; n < 3; n++)
        {
            var q = policy.Act(Image(model.Header, n), Image(model.Header, 9), [0, 0.1f], new RandomKey(1, Streams.Policy, n), action);
            found.AddRange([.. action.Select(BitConverter.SingleToInt32Bits), BitConverter.SingleToInt32Bits(q)]);
        }
        return [.. found];
    }

    private static byte[] Image(CheckpointHeader header, ulong number) => [.. Enumerable.Range(0, header.CameraHeight * header.CameraWidth * 3)
        .Select(i => (byte)(Philox.Word(new RandomKey(6, 971, number), (uint)i) >> 24))];
}
