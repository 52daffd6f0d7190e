using ActionableModels.Actions;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.Control;
using ActionableModels.Learning;
using ActionableModels.Networks;
using ActionableModels.Policies;
using ActionableModels.Tests.Checkpoints;
using ActionableModels.Tests.Learning;
using TemporaryFolder = ActionableModels.Tests.Storage.TemporaryFolder;

namespace ActionableModels.Tests.Fuzz;

/// <summary>A loop goes on, with finite actions inside the box, whatever is swapped in and whatever becomes of the file.</summary>
[Collection(nameof(AllocationTests))]
public sealed class SwapFuzzTests
{
    private const int Mutations = 10_000, ImageBytes = TinyWorld.CameraHeight * TinyWorld.CameraWidth * 3;
    private const Interventions Allowed = Interventions.NonFiniteOutput | Interventions.Boxed | Interventions.RateLimited | Interventions.Unstamped;

    private static readonly byte[] Trained = ModelBytes.Checkpoint(TinyWorld.Settings);
    private static readonly byte[][] Files =
    [
        Trained, ModelBytes.Policy(Trained),
        ModelBytes.Policy(ModelBytes.Checkpoint(TinyWorld.Settings with { Normalisation = Normalisation.Batch, GoalMerge = GoalMerge.Towers })),
        ModelBytes.Policy(ModelBytes.Checkpoint(TrainingMethods.Apply(TinyWorld.Settings, "gcbc"))),
    ];
    private static readonly byte[][] Images = [.. Enumerable.Range(0, 5).Select(n => Enumerable.Range(0, ImageBytes)
        .Select(i => (byte)(Philox.Word(new RandomKey(8, 991, (ulong)n), (uint)i) >> 24)).ToArray())];

    private static PolicyController Open(PolicyModel model) => new(() => new CpuDevice(1), model,
        new() { Cem = new CemSettings(2, 4, 2), Deadline = null, LockMemory = false });

    [Fact]
    public async Task Mutated_files_swapped_in_under_a_running_loop_do_no_harm()
    {
        using var controller = Open(PolicyModel.Parse(Trained, "a file"));
        controller.SetGoal(Images[4]);
        long decisions = 0;
        using var stop = new CancellationTokenSource();
        var loop = Task.Factory.StartNew(() =>
        {
            while (!stop.IsCancellationRequested) Check(controller, Images[decisions++ % 4]);
        }, TaskCreationOptions.LongRunning);
        var (swapped, refused) = (0UL, 0UL);
        try
        {
            for (var i = 0; i < Mutations && !loop.IsFaulted; i++)
            {
                PolicyModel model;
                try
                {
                    model = PolicyModel.Parse(ModelMutation.Of(Files[i % Files.Length], new RandomKey(7, 992, (ulong)i)), "a file");
                }
                catch (ActionableException)
                {
                    continue;
                }
                try
                {
                    controller.Swap(model);
                    swapped++;
                }
                catch (ActionableException)
                {
                    refused++;
                }
            }
            controller.Swap(PolicyModel.Parse(Trained, "a file"));
        }
        finally
        {
            await stop.CancelAsync();
            await loop;
        }
        Assert.InRange((int)swapped, 500, Mutations / 2);
        Assert.InRange((int)refused, 200, Mutations / 2);
        Assert.True(decisions > 1000, $"{decisions} decisions");
        var counters = controller.Counters;
        Assert.Equal((swapped + 1, refused, (ulong)decisions), (counters.Swaps, counters.RejectedSwaps, counters.Decisions));
        Assert.Equal(0UL, counters.Fault);
        // With the good model back, decisions are those of a loop that never saw another.
        using var other = Open(PolicyModel.Parse(Trained, "a file"));
        other.SetGoal(Images[4]);
        controller.Reset();
        foreach (var image in Images) Assert.Equal(Check(other, image), Check(controller, image));
    }

    [Fact]
    public void A_loop_goes_on_when_its_file_is_killed()
    {
        using var folder = new TemporaryFolder();
        var path = folder["model"];
        foreach (var kill in new Action[] { () => File.Delete(path), () => File.WriteAllText(path, "other"), () => File.WriteAllBytes(path, []),
            () => { File.WriteAllBytes(folder["new"], Trained[..1000]); File.Move(folder["new"], path, overwrite: true); } })
        {
            File.WriteAllBytes(path, Trained);
            using PolicyController controller = Open(PolicyModel.Read(path)), other = Open(PolicyModel.Parse(Trained, "a file"));
            controller.SetGoal(Images[4]);
            other.SetGoal(Images[4]);
            Assert.Equal(Check(other, Images[0]), Check(controller, Images[0]));
            kill();
            Assert.Equal(Check(other, Images[1]), Check(controller, Images[1]));
            Assert.StartsWith(path, Assert.Throws<ActionableException>(() => controller.Swap(PolicyModel.Read(path))).Message);
            Assert.Equal(Check(other, Images[2]), Check(controller, Images[2]));
        }
    }

    /// <summary>Decides, and checks that the action may be sent.</summary>
    private static float[] Check(PolicyController controller, byte[] image)
    {
        var status = controller.Act(image, [1, 0.2f], 0, out var decision);
        Assert.True(status is ControlStatus.Ok or ControlStatus.Held && (decision.Interventions & ~Allowed) == 0, $"{status}, {decision.Interventions}: {controller.Message}");
        Assert.Equal(status == ControlStatus.Held, (decision.Interventions & Interventions.NonFiniteOutput) != 0);
        Assert.True(status == ControlStatus.Held ? decision.Q == -1 : decision.Q is >= 0 and <= 1, $"Q is {decision.Q}");
        for (var d = 0; d < ActionSpace.Dimensions; d++) Assert.InRange(decision.Action[d], TinyWorld.Space.Low[d], TinyWorld.Space.High[d]);
        return [.. (ReadOnlySpan<float>)decision.Action, decision.Q];
    }
}
