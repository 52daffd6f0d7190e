using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Control;
using ActionableModels.Tests.Learning;

namespace ActionableModels.Tests.Control;

/// <summary>Models replaced under a loop that does not stop.</summary>
public sealed class SwapTests
{
    private static readonly byte[] Seen = ControlWorld.Image(1);
    private static readonly ControllerOptions Options = new() { Cem = new(2, 16, 4), LimitRate = false, Seed = 5 };

    private readonly record struct Given(uint Model, int Goal, byte[] Action, float Q);

    private static PolicyController Open(PolicyModel model) => new(ControlWorld.OneThread, model, Options);

    private static Given Take(PolicyController controller, int goal)
    {
        Assert.Equal(ControlStatus.Ok, controller.Act(Seen, ControlWorld.State, 0, out var decision));
        return new(decision.Model, goal, ControlWorld.Bytes(decision)[..28], decision.Q);
    }

    /// <summary>Acts until a task is done, changing the goal now and then; every index once.</summary>
    private static List<Given> ActUntil(PolicyController controller, Task done, byte[][] goals)
    {
        var all = new List<Given>();
        var goal = 0;
        Assert.Equal(ControlStatus.Ok, controller.SetGoal(goals[0]));
        var last = false;
        while (true)
        {
            if (all.Count % 7 == 6) Assert.Equal(ControlStatus.Ok, controller.SetGoal(goals[goal = (goal + 1) % goals.Length]));
            all.Add(Take(controller, goal));
            if (last) break;
            last = done.IsCompleted;
        }
        return all;
    }

    /// <summary>Each decision is bit for bit that of the model it names, for the goal that was set, at its index.</summary>
    private static void AssertEachIsOneModels(List<Given> all, PolicyModel[] models, byte[][] goals)
    {
        for (var m = 0; m < models.Length; m++)
        {
            using var own = Open(models[m]);
            foreach (var (given, n) in all.Select((given, n) => (given, n)))
            {
                if (n % 7 == 6 || n == 0) own.SetGoal(goals[given.Goal]);
                if (given.Model % models.Length != m)
                {
                    // A blank image passes the index on at no cost.
                    own.Act(new byte[ControlWorld.ImageBytes], ControlWorld.State, 0, out _);
                    continue;
                }
                var expected = Take(own, given.Goal);
                Assert.True(expected.Action.AsSpan().SequenceEqual(given.Action) && expected.Q.Equals(given.Q), $"decision {n} is not model {given.Model}'s");
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Every_decision_of_a_loop_comes_from_one_model_and_none_is_missed(int swappers)
    {
        const int swaps = 200;
        PolicyModel[] models = [ControlWorld.Model(41), ControlWorld.Model(43)];
        byte[][] goals = [ControlWorld.Image(1000), ControlWorld.Image(1001), ControlWorld.Image(1002)];
        using var controller = Open(models[0]);
        // With two swappers each has one model, in whatever order they get their turn.
        var turn = 0;
        var swapping = Task.WhenAll(Enumerable.Range(0, swappers).Select(who => Task.Factory.StartNew(() =>
        {
            for (var i = 0; i < swaps / swappers; i++) controller.Swap(swappers == 1 ? models[++turn % 2] : models[1]);
        }, TaskCreationOptions.LongRunning)));
        var all = ActUntil(controller, swapping, goals);
        await swapping;
        Assert.Equal((uint)swaps, all[^1].Model);
        for (var n = 1; n < all.Count; n++) Assert.True(all[n].Model >= all[n - 1].Model, $"decision {n} goes back to model {all[n].Model}");
        Assert.True(all.Select(given => given.Model).Distinct().Count() > swaps / 4, "the loop hardly ran between swaps");
        var counters = controller.Counters;
        Assert.Equal(((ulong)all.Count, 0UL, (ulong)swaps, 0UL), (counters.Decisions, counters.Held, counters.Swaps, counters.RejectedSwaps));
        if (swappers == 1) AssertEachIsOneModels(all, models, goals);
        else AssertEachIsOneModels([.. all.Select(given => given with { Model = Math.Min(given.Model, 1) })], models, goals);
    }

    [Fact]
    public void Old_models_are_freed()
    {
        using var controller = Open(ControlWorld.Model());
        controller.SetGoal(Seen);
        var (model, before) = (ControlWorld.Model(43), Environment.WorkingSet);
        for (var i = 0; i < 60; i++)
        {
            controller.Swap(model);
            Take(controller, 0);
        }
        // A model takes 4 MiB.
        Assert.InRange(Environment.WorkingSet - before, long.MinValue, 100 << 20);
    }

    [Fact]
    public void A_model_that_does_not_fit_is_refused_and_the_old_one_goes_on()
    {
        using var device = ControlWorld.OneThread();
        using var controller = Open(ControlWorld.Model());
        using var untouched = Open(ControlWorld.Model());
        controller.SetGoal(ControlWorld.Image(1000));
        untouched.SetGoal(ControlWorld.Image(1000));
        PolicyModel With(CheckpointHeader header) => Checkpoint.Create(device, header).Policy;
        var own = TinyWorld.Header(TinyWorld.Settings);
        (PolicyModel Model, string Why)[] wrong =
        [
            (With(own with { CameraHeight = TinyWorld.CameraHeight + 1 }), "camera of 12×10"),
            (With(own with { Actions = own.Actions with { High = [0.1f, 0.2f, 0.1f, 1, 1, 1, 0] } }), "bounds of y"),
            (ControlWorld.Model(method: "gcbc"), "without Q"),
            (ControlWorld.Model(change: checkpoint => checkpoint.Average.AsSpan().Fill(float.NaN)), "not finite"),
        ];
        foreach (var ((model, why), n) in wrong.Select((each, n) => (each, n)))
        {
            Assert.Contains(why, Assert.Throws<ActionableException>(() => controller.Swap(model)).Message);
            Assert.Equal(((ulong)n + 1, 0UL), (controller.Counters.RejectedSwaps, controller.Counters.Swaps));
            Assert.Equal(Take(untouched, 0).Action, Take(controller, 0).Action);
        }
        controller.Swap(ControlWorld.Model(43));
        Assert.Equal(1u, Take(controller, 0).Model);
    }

    [Fact]
    public void A_device_that_cannot_be_opened_leaves_the_old_model()
    {
        var opened = 0;
        using var controller = new PolicyController(
            () => opened++ == 0 ? ControlWorld.OneThread() : throw new ActionableException("no second device"), ControlWorld.Model(), Options);
        controller.SetGoal(Seen);
        Assert.Contains("no second device", Assert.Throws<ActionableException>(() => controller.Swap(ControlWorld.Model(43))).Message);
        Assert.Equal(0u, Take(controller, 0).Model);
        Assert.Equal(1UL, controller.Counters.RejectedSwaps);
    }

    [Fact]
    public void A_swap_without_a_loop_does_not_wait_and_limits_stay()
    {
        using var controller = new PolicyController(ControlWorld.OneThread, ControlWorld.Model(), Options with { High = [0.01f, .. Enumerable.Repeat(float.NaN, 6)] });
        controller.SetGoal(Seen);
        controller.Swap(ControlWorld.Model(43));
        for (var n = 0; n < 20; n++)
        {
            Assert.Equal(ControlStatus.Ok, controller.Act(Seen, ControlWorld.State, 0, out var decision));
            Assert.InRange(decision.Action[0], -0.1f, 0.01f);
            Assert.Equal(1u, decision.Model);
        }
        controller.Dispose();
        Assert.Throws<ObjectDisposedException>(() => controller.Swap(ControlWorld.Model()));
    }

    [Fact]
    public void A_diverged_model_is_refused_when_it_is_opened() =>
        Assert.Contains("not finite", Assert.Throws<ActionableException>(() =>
            Open(ControlWorld.Model(change: checkpoint => checkpoint.Average.AsSpan().Fill(float.NaN)))).Message);
}
