using System.IO.Pipes;
using System.Text.Encodings.Web;
using System.Text.Json.Nodes;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.Compute.Kernels;
using ActionableModels.Learning;
using ActionableModels.Networks;
using ActionableModels.Policies;
using ActionableModels.Tests.Fuzz;
using ActionableModels.Tests.Learning;
using ActionableModels.Tests.Storage;
using TemporaryFolder = ActionableModels.Tests.Storage.TemporaryFolder;

namespace ActionableModels.Tests.Checkpoints;

/// <summary>Model files that a policy must not be made of, and files that change while they are read.</summary>
[Collection(nameof(AllocationTests))]
public sealed class PolicyModelBadInputTests
{
    private static readonly byte[] Trained =
        ModelBytes.Checkpoint(TinyWorld.Settings with { Normalisation = Normalisation.Batch, GoalMerge = GoalMerge.Towers });
    private static readonly byte[] Good = ModelBytes.Policy(Trained), Plain = ModelBytes.Policy(ModelBytes.Checkpoint(TinyWorld.Settings));

    private static string Refuse(byte[] bytes)
    {
        var message = Assert.Throws<ActionableException>(() => PolicyModel.Parse(bytes, "a file")).Message;
        Assert.DoesNotContain('\n', message);
        Assert.StartsWith("a file", message);
        return message;
    }

    [Theory]
    [InlineData("format", "actionable-models dataset", "not a checkpoint (its format is 'actionable-models dataset')")]
    [InlineData("format", "actionable-models checkpoint", "there is no tensor \"average/")]
    [InlineData("version", "2", "checkpoint version '2' is not known here")]
    [InlineData("camera", "8000x8000", "has more than 33554432 pixels")]
    [InlineData("camera", "20000x8", "not within 1 to 16384 pixels")]
    [InlineData("step", "9", "step 9 is not within 0 to the 6 of the run")]
    public void Metadata_are_checked_as_those_of_a_checkpoint(string key, string text, string message)
    {
        Assert.Contains(message, Refuse(ModelBytes.WithMetadata(Good, key, _ => text)));
        Assert.Contains($"'{key}' is missing", Refuse(ModelBytes.WithMetadata(Good, key, _ => null)));
    }

    [Theory]
    [InlineData("[-1e9,0,0,0,0,0,0]", "the bounds of action x")]
    [InlineData("[0.2,0,0,0,0,0,0]", "the bounds of action x")]
    [InlineData("[0.0999999999,0,0,0,0,0,0]", "")]
    [InlineData("[1e999,0,0,0,0,0,0]", "the bounds of action x")]
    [InlineData("[-0.1,-0.1,-0.1,-1,0,0,0.5]", "the bounds of action terminate")]
    [InlineData("[\"NaN\",0,0,0,0,0,0]", "action space in the metadata cannot be read")]
    [InlineData("[0,0,0]", "an action space has 7 bounds")]
    public void Action_bounds_are_checked(string low, string message)
    {
        var bytes = ModelBytes.WithMetadata(Good, "action_space",
            _ => $$"""{"Low":{{low}},"High":[0.1,0.1,0.1,1,1,1,0],"InitialDeviation":[0.03,0.03,0.06,0.16,0,0,0]}""");
        if (message == "") Assert.True(PolicyModel.Parse(bytes, "a file").Header.Actions.IsFixed(0));
        else Assert.Contains(message, Refuse(bytes));
    }

    [Theory]
    [InlineData("tower/conv1/weight", float.NaN, "tensor 'tower/conv1/weight' holds values that are not finite")]
    [InlineData("action/world_vector/weight", float.PositiveInfinity, "tensor 'action/world_vector/weight' holds values that are not finite")]
    [InlineData("head/logit/bias", float.NegativeInfinity, "tensor 'head/logit/bias' holds values that are not finite")]
    [InlineData("goal_tower/conv2/norm/variance", -1e-30f, "tensor 'goal_tower/conv2/norm/variance' holds a negative variance")]
    [InlineData("tower/conv2/norm/scale", 3e38f, "layer 'tower/conv2' is not finite with its normalisation folded in")]
    [InlineData("goal_tower/conv1/norm/mean", 3e38f, "layer 'goal_tower/conv1' is not finite with its normalisation folded in")]
    [InlineData("head/dense1/weight", 3e38f, "layer 'head/dense1' is not finite with its normalisation folded in")]
    public void Numbers_that_are_not_finite_now_or_when_folded_are_refused(string tensor, float value, string message)
    {
        // Finite numbers overflow where the factor is large: a variance of 0 makes it 1 / √ε.
        byte[] Spoil(byte[] file, string prefix)
        {
            var layer = tensor[..tensor.IndexOf('/', tensor.IndexOf('/') + 1)];
            if (message.StartsWith("layer", StringComparison.Ordinal)) file = ModelBytes.WithNumbers(file, $"{prefix}{layer}/norm/variance", 0);
            PolicyModel.Parse(file, "a file");
            return ModelBytes.WithNumbers(file, prefix + tensor, value);
        }
        Assert.Contains(message, Refuse(Spoil(Good, "")));
        Assert.Contains(message, Refuse(Spoil(Trained, "average/")).Replace("average/", ""));
    }

    [Fact]
    public void Sums_that_decisions_use_must_be_finite()
    {
        // Each bias of a block is finite, their sum is not.
        var bytes = ModelBytes.WithNumbers(ModelBytes.WithNumbers(Plain, "action/world_vector/bias", 3e38f), "action/terminate_episode/bias", 3e38f);
        Assert.Contains("layer 'action/sum' is not finite", Refuse(bytes));
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["kept"], Plain);
        var model = PolicyModel.Parse(Plain, "a file");
        model.Average.AsSpan().Fill(3e38f);
        Assert.Contains("not written: layer 'action/sum'", Assert.Throws<ActionableException>(() => model.Write(folder["kept"])).Message);
        model.Average[5] = float.NaN;
        Assert.Contains("not written, numbers of step 1 are not finite", Assert.Throws<ActionableException>(() => model.Write(folder["kept"])).Message);
        Assert.Equal(Plain, File.ReadAllBytes(folder["kept"]));
    }

    [Theory]
    [InlineData("head/logit/bias", "there is no tensor \"head/logit/bias\"")]
    [InlineData("goal_tower/conv1/weight", "there is no tensor \"goal_tower/conv1/weight\"")]
    public void Tensors_must_be_all_there_and_no_others(string name, string message)
    {
        Assert.Contains(message, Refuse(ModelBytes.WithHeader(Good, header =>
        {
            var entry = header[name]!.DeepClone();
            header.Remove(name);
            header["other"] = entry;
        })));
        Assert.Contains("tensor \"other\" does not belong to network \"tiny\"", Refuse(ModelBytes.WithHeader(Good, header =>
            header["other"] = new JsonObject { ["dtype"] = "F32", ["shape"] = new JsonArray(0), ["data_offsets"] = new JsonArray(0, 0) })));
    }

    public static TheoryData<string, NetworkSpec> Hostile
    {
        get
        {
            // One channel: the weights fit into a few bytes, whatever the map.
            var pixels = TinyWorld.Network with { ImageHeight = 1024, ImageWidth = 1024, Tower = [.. Enumerable.Repeat(LayerSpec.Conv(1, 15), 12)], Head = [] };
            var pools = pixels with { Tower = [LayerSpec.Conv(1, 1), .. Enumerable.Repeat(new LayerSpec(LayerKind.Pool, 0, 64, 1, Padding.Same), 2)] };
            var small = TinyWorld.Network with { ImageHeight = 512, ImageWidth = 512, Tower = [LayerSpec.Conv(1, 1)] };
            return new()
            {
                { "the tower up to layer 5 takes more than 34359738368 multiply-adds", pixels },
                { "the tower up to layer 3 takes more than 17179869184 multiply-adds", pixels with { GoalMerge = GoalMerge.Towers } },
                { "the tower up to layer 2 takes more than 34359738368 multiply-adds", pools },
                { "the head up to layer 1 takes more than 1073741824 multiply-adds", small with { Head = [LayerSpec.Conv(1, 17)] } },
                { "the input of the tower has more than 33554432 numbers", pixels with { ImageHeight = 4096, ImageWidth = 4096 } },
                { "the input of the head has more than 4194304 numbers", pixels with { ImageHeight = 2100, ImageWidth = 2100, Tower = [LayerSpec.Conv(1, 1)] } },
                { "tower layer 2 leaves nothing", pixels with { ImageHeight = 3, Tower = [LayerSpec.Conv(1, 3), LayerSpec.Conv(1, 4, 1, Padding.Valid)] } },
                { "its name is not one line of at most 200", TinyWorld.Network with { Name = "two\nlines" } },
                { "its name is not one line of at most 200", TinyWorld.Network with { Name = new('x', 201) } },
                { "initial deviation, decay or epsilon", TinyWorld.Network with { NormEpsilon = 1e-40f } },
            };
        }
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Work_and_memory_of_a_decision_are_bounded(string message, NetworkSpec spec)
    {
        var bytes = ModelBytes.WithMetadata(ModelBytes.WithMetadata(Plain, "network", _ => spec.ToJson()), "camera", _ => "4096x4096");
        var (before, start) = (GC.GetAllocatedBytesForCurrentThread(), ThreadClock.Seconds);
        Assert.Contains(message, Refuse(bytes));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.InRange(ThreadClock.Seconds - start, 0, 1);
    }

    /// <summary>
    /// Maps of towers and of a head as large as they may be, for a large camera, with what the processor keeps beside them.
    /// </summary>
    [Theory]
    [InlineData(GoalMerge.Towers, 2890, 4, 4, 8)]
    [InlineData(GoalMerge.Channels, 2364, 6, 3, 6)]
    [InlineData(GoalMerge.Channels, 2364, 6, 3, 0)]
    public void The_largest_network_of_few_weights_decides_in_1_GiB(GoalMerge merge, int side, int channels, int stride, int headChannels)
    {
        var pool = new LayerSpec(LayerKind.Pool, 0, 2, stride, Padding.Same);
        var spec = (TinyWorld.Network with
        {
            ImageHeight = side, ImageWidth = side, GoalMerge = merge,
            Tower = [LayerSpec.Conv(channels, 3), LayerSpec.Conv(channels, 1), pool],
            Head = headChannels == 0 ? [LayerSpec.Dense(1)] : [LayerSpec.Conv(headChannels, 1), LayerSpec.Conv(headChannels, 1)],
        }).Checked("test");
        Assert.InRange(side * side * channels, 33_000_000, 1 << 25);
        Assert.InRange(spec.Map.Height * spec.Map.Width * spec.Map.Channels, 3_700_000, 1 << 22);
        var header = new CheckpointHeader(spec, TinyWorld.Settings, TinyWorld.Space, 5000, 6000, 0);
        using var cpu = new CpuDevice(1);
        using var measuring = new MeasuringDevice(cpu);
        using var policy = new GoalReachingPolicy(measuring, new PolicyModel(header, new ParameterLayout(spec), []));
        var image = new byte[5000 * 6000 * 3];
        policy.Act(image, image, [0, 0], default, new float[7]);
        Assert.True(PairEncoder.KeepsGoal(measuring, spec));
        Assert.InRange(measuring.AllocatedBytes!.Value, 500L << 20, 1L << 30);
    }

    [Fact]
    public void Huge_files_are_refused_by_their_first_bytes()
    {
        using var folder = new TemporaryFolder();
        var path = folder["huge"];
        foreach (var (header, message) in new[] { (ulong.MaxValue, "announce a header of 18446744073709551615 bytes"),
            (0x2020202020202020UL, "announce a header of 2314885530818453536 bytes"), (50_000_000UL, "at most 2097152 are read"), (2UL << 20, "not a JSON object") })
        {
            using (var file = File.Create(path))
            {
                file.Write(BitConverter.GetBytes(header));
                file.SetLength(10L << 30);
            }
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Contains(message, Assert.Throws<ActionableException>(() => PolicyModel.Read(path)).Message);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 3 << 20);
        }
    }

    [Theory]
    [InlineData("Tower", "{}", "a tower has 1 to 64 layers")]
    [InlineData("Head", "null", "a head at most 64")]
    [InlineData("ActionBlocks", "{\"Name\":\"x\"}", "there are 1 to 64 action blocks")]
    public void Lists_as_long_as_a_header_may_be_are_refused(string property, string item, string message)
    {
        var spec = JsonNode.Parse(TinyWorld.Network.ToJson())!.AsObject();
        spec[property] = "LIST";
        // Quotes are escaped in the metadata.
        var count = (CheckpointTensors.LongestHeader - 100_000) / (item.Length + 1 + item.Count(c => c == '"'));
        var list = spec.ToJsonString().Replace("\"LIST\"", $"[{string.Join(',', Enumerable.Repeat(item, count))}]");
        var header = ModelBytes.Header(Plain);
        header["__metadata__"]!["network"] = list;
        var text = header.ToJsonString(new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        Assert.InRange(text.Length, 1_900_000, CheckpointTensors.LongestHeader);
        var bytes = SafetensorsBytes.Of(text, Plain.AsSpan(ModelBytes.HeaderEnd(Plain)));
        var (before, start) = (GC.GetAllocatedBytesForCurrentThread(), ThreadClock.Seconds);
        Assert.Contains(message, Refuse(bytes));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100 << 20);
        Assert.InRange(ThreadClock.Seconds - start, 0, 1);
    }

    [Fact]
    public void Pipes_are_refused()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        using var client = new AnonymousPipeClientStream(PipeDirection.In, pipe.ClientSafePipeHandle);
        var path = $"/proc/self/fd/{client.SafePipeHandle.DangerousGetHandle()}";
        var error = Assert.Throws<ActionableException>(() => PolicyModel.Read(path));
        Assert.Contains("it is a pipe or a device: give a file", error.Message);
        Assert.IsType<IOException>(error.InnerException);
    }

    [Fact]
    public void Paths_that_are_no_model_are_refused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["short"], [1, 2, 3]);
        foreach (var (path, message) in new[] { (folder["none"], "there is no such file"), (folder.Path, "it is a folder or access is denied"),
            (folder["short"], "it has only 3 bytes"), ("/dev/null", "it has only 0 bytes"), ("/dev/zero", "it has only 0 bytes") })
        {
            var error = Assert.Throws<ActionableException>(() => PolicyModel.Read(path));
            Assert.Contains(message, error.Message);
            Assert.StartsWith(path, error.Message);
        }
    }

    [Fact]
    public void A_file_that_changes_while_it_is_read_is_refused()
    {
        using var folder = new TemporaryFolder();
        var path = folder["model"];
        string Read(Action change, int after)
        {
            File.WriteAllBytes(path, Good);
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours(-1));
            var reads = 0;
            var error = Assert.Throws<ActionableException>(() => PolicyModel.Read(path, _ => { if (reads++ == after) change(); }));
            Assert.IsType<IOException>(error.InnerException);
            return error.Message;
        }
        // Not with a lock, which this reader would keep out.
        FileStream Open() => new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        void SetLength(long length) { using var file = Open(); file.SetLength(length); }
        var tensors = PolicyModel.Parse(Good, "a file").Layout.Entries.Count;
        foreach (var after in new[] { 0, 3, tensors - 1 })
        {
            Assert.Contains("changed while it was read", Read(() => SetLength(ModelBytes.HeaderEnd(Good)), after));
            Assert.Contains("changed while it was read", Read(() => SetLength(0), after));
            Assert.Contains("changed while it was read", Read(() => SetLength(Good.Length + 4), after));
            Assert.Contains("changed while it was read", Read(() =>
            {
                using var file = Open();
                file.Seek(-4, SeekOrigin.End);
                file.Write(BitConverter.GetBytes(1f));
            }, after));
        }
        // Replacing or removing a file does not change the one that is open.
        foreach (var change in new Action[] { () => File.Delete(path), () => { File.WriteAllText(folder["new"], "other"); File.Move(folder["new"], path, true); } })
        {
            File.WriteAllBytes(path, Good);
            var reads = 0;
            Assert.Equal(PolicyModel.Parse(Good, "a file").Average, PolicyModel.Read(path, _ => { if (reads++ == 0) change(); }).Average);
        }
    }
}
