using ActionableModels.Actions;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.Learning;
using ActionableModels.Networks;
using ActionableModels.Policies;
using ActionableModels.Tests.Checkpoints;
using ActionableModels.Tests.Learning;
using TemporaryFolder = ActionableModels.Tests.Storage.TemporaryFolder;

namespace ActionableModels.Tests.Fuzz;

/// <summary>Damaged model files are refused in one line, or make a policy whose actions are finite; quickly, and in little memory.</summary>
[Collection(nameof(AllocationTests))]
public sealed class ModelFuzzTests
{
    private const int Mutations = 10_000;
    // For files of 20 to 70 KiB.
    private const long MostBytes = 1 << 20;
    private const double MostSeconds = 1;

    private static readonly TrainingSettings Batch = TinyWorld.Settings with { Normalisation = Normalisation.Batch, GoalMerge = GoalMerge.Towers };
    private static readonly byte[][] Checkpoints = [.. new[] { TinyWorld.Settings, Batch, TrainingMethods.Apply(TinyWorld.Settings, "gcbc") }
        .Select(ModelBytes.Checkpoint)];
    private static readonly byte[][] Files = [.. Checkpoints, .. Checkpoints.Select(ModelBytes.Policy)];

    [Fact]
    public void Files_truncated_at_every_byte_are_refused()
    {
        foreach (var file in new[] { Files[0], Files[4] })
            for (var length = 0; length < file.Length; length++)
                Refused(() => PolicyModel.Parse(file.AsMemory(0, length), "a file"), "a file");

        using var folder = new TemporaryFolder();
        var path = folder["model"];
        File.WriteAllBytes(path, Files[3]);
        PolicyModel.Read(path);
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        for (var length = Files[3].Length - 1; length >= 0; length--)
        {
            stream.SetLength(length);
            Refused(() => PolicyModel.Read(path), path);
        }
    }

    [Fact]
    public void Mutated_files_are_refused_or_decide_finite_actions()
    {
        using var device = new CpuDevice(1);
        var (refused, silent, decided) = (0, 0, 0);
        for (var i = 0; i < Mutations; i++)
        {
            var bytes = ModelMutation.Of(Files[i % Files.Length], new RandomKey(5, 990, (ulong)i));
            var model = Quickly(i, () => Parse(bytes));
            if (model is null) refused++;
            else if (Quickly(i, () => Decides(device, model))) decided++;
            else silent++;
        }
        Assert.Equal(Mutations, refused + silent + decided);
        Assert.InRange(refused, Mutations / 2, Mutations * 9 / 10);
        Assert.InRange(decided, Mutations / 20, Mutations / 2);
        Assert.InRange(silent, 20, Mutations / 5);
    }

    /// <summary>The model of a file; null if it is refused.</summary>
    private static PolicyModel? Parse(byte[] bytes)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            return PolicyModel.Parse(bytes, "a file");
        }
        catch (ActionableException e)
        {
            CheckMessage(e, "a file");
            return null;
        }
        finally
        {
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
        }
    }

    /// <summary>Whether a model decides; false if what its network gives is not finite.</summary>
    private static bool Decides(CpuDevice device, PolicyModel model)
    {
        var (image, goal) = (new byte[Bytes(model)], new byte[Bytes(model)]);
        for (var i = 0; i < image.Length; i++) image[i] = (byte)(i * 31);
        var action = new float[ActionSpace.Dimensions];
        try
        {
            using var policy = new GoalReachingPolicy(device, model, new CemSettings(2, 4, 2));
            for (var n = 0UL; n < 2; n++)
            {
                var q = policy.Act(image, goal, [1, 0.2f], new RandomKey(1, Streams.Policy, n), action);
                Assert.True(model.Header.Network.Output == NetworkOutput.Action ? float.IsNaN(q) : q is >= 0 and <= 1, $"Q is {q}");
                for (var d = 0; d < action.Length; d++) Assert.InRange(action[d], model.Header.Actions.Low[d], model.Header.Actions.High[d]);
            }
            return true;
        }
        catch (ActionableException e) when (e.Message.Contains("does not give a finite number"))
        {
            CheckMessage(e, "network");
            return false;
        }
    }

    private static int Bytes(PolicyModel model) => model.Header.CameraHeight * model.Header.CameraWidth * 3;

    private static void Refused(Action read, string name) => CheckMessage(Assert.Throws<ActionableException>(read), name);

    private static void CheckMessage(ActionableException e, string name)
    {
        Assert.StartsWith(name, e.Message);
        Assert.True(e.Message.Length < 2000 && !e.Message.Any(char.IsControl), e.Message);
    }

    private static T Quickly<T>(int number, Func<T> act)
    {
        var start = ThreadClock.Seconds;
        var result = act();
        var seconds = ThreadClock.Seconds - start;
        Assert.True(seconds < MostSeconds, $"mutation {number} took {seconds:0.00} s");
        return result;
    }
}
