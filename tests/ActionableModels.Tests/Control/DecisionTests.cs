using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Control;
using ActionableModels.Policies;
using ActionableModels.Tests.Learning;

namespace ActionableModels.Tests.Control;

/// <summary>What a controller gives, flags and counts, on a clock that the test moves.</summary>
public sealed class DecisionTests
{
    private static readonly byte[] Seen = ControlWorld.Image(1);
    private readonly ControlWorld world = new();

    private static Interventions Expect(PolicyController controller, ControlStatus status, byte[] image, float[] state, long captured, out Decision decision)
    {
        Assert.Equal(status, controller.Act(image, state, captured, out decision));
        Assert.Equal(status, decision.Status);
        for (var d = 0; d < ActionSpace.Dimensions; d++) Assert.InRange(decision.Action[d], controller.Low[d], controller.High[d]);
        if (status == ControlStatus.Ok) return decision.Interventions;
        Assert.Equal(controller.Hold.ToArray(), ControlWorld.Numbers(decision));
        Assert.Equal(-1, decision.Q);
        return decision.Interventions;
    }

    [Theory]
    [InlineData("actionable-models")]
    [InlineData("gcbc")]
    public void Decisions_are_the_policys_with_the_seed_and_the_index(string method)
    {
        var model = ControlWorld.Model(method: method);
        using var controller = world.Controller(new() { Seed = 9, LimitRate = false }, model);
        using var device = ControlWorld.OneThread();
        using var policy = new GoalReachingPolicy(device, model);
        var action = new float[ActionSpace.Dimensions];
        for (var round = 0; round < 2; round++)
        {
            for (var n = 0UL; n < 5; n++)
            {
                var q = policy.Act(ControlWorld.Image(n), ControlWorld.Image(1000), ControlWorld.State, new RandomKey(9, Streams.Policy, n), action);
                var found = Expect(controller, ControlStatus.Ok, ControlWorld.Image(n), ControlWorld.State, ++world.Time, out var decision);
                // What a cloned policy cuts itself is counted here.
                Assert.Equal(Interventions.None, method == "gcbc" ? found & ~Interventions.Boxed : found);
                Assert.Equal((n, method == "gcbc" ? -1 : q, method == "gcbc" ? 0 : 128, 0u), (decision.Index, decision.Q, decision.Samples, decision.Model));
                Assert.Equal((world.Time, world.Time, world.Time), (decision.CapturedNs, decision.StartedNs, decision.FinishedNs));
                Assert.Equal(action, ControlWorld.Numbers(decision));
                Assert.Equal(ControlStatus.Ok, controller.Newest(out var newest));
                Assert.Equal(ControlWorld.Bytes(decision), ControlWorld.Bytes(newest));
            }
            Assert.Equal(ControlStatus.Ok, controller.Reset());
        }
        Assert.Equal((10UL, 0UL), (controller.Counters.Decisions, controller.Counters.Held));
        Assert.Equal(method != "gcbc", controller.HasQ);
    }

    [Fact]
    public void Each_intervention_holds_and_counts_once()
    {
        using var controller = world.Controller(new() { Deadline = TimeSpan.FromMilliseconds(20), MaxImageAge = TimeSpan.FromMilliseconds(10) }, ControlWorld.Overflowing());
        var now = world.Time;
        var good = new float[] { 0, 0 };
        Interventions Held(byte[] image, float[] state, long captured) => Expect(controller, ControlStatus.Held, image, state, captured, out _);
        Assert.Equal(Interventions.NonFiniteInput, Held(Seen, [0, float.NaN], now));
        Assert.Equal(Interventions.NonFiniteInput, Held(Seen, [float.PositiveInfinity, 0], ++world.Time));
        Assert.Equal(Interventions.WrongSize | Interventions.Unstamped, Held([1], good, 0));
        Assert.Contains($"{ControlWorld.ImageBytes} bytes, 11×10", controller.Message);
        Assert.Equal(Interventions.BlankImage | Interventions.Unstamped, Held(new byte[ControlWorld.ImageBytes], good, 0));
        Assert.Equal(Interventions.StateRange | Interventions.Unstamped, Held(Seen, [0, 3.1f], 0));
        Assert.Equal(Interventions.StateRange | Interventions.Unstamped, Held(Seen, [-0.1f, 0], 0));
        Assert.Equal(Interventions.StaleImage, Held(Seen, good, world.Time + 1));
        Assert.Equal(Interventions.StaleImage, Held(Seen, good, now + 1));
        Assert.Equal(Interventions.StaleImage, Held(Seen, good, -5));
        world.Time += 11 * ControlWorld.Millisecond;
        Assert.Equal(Interventions.StaleImage, Held(Seen, good, world.Time - 10 * ControlWorld.Millisecond - 1));
        Assert.Equal(Interventions.NonFiniteOutput | Interventions.Unstamped, Held(Seen, [0, 1], 0));
        Assert.Contains("finite", controller.Message);
        Assert.Equal(Interventions.StaleImage | Interventions.BlankImage | Interventions.NonFiniteInput,
            Held(new byte[ControlWorld.ImageBytes], [float.NaN, 0], long.MinValue));
        Assert.Equal(Interventions.None, Expect(controller, ControlStatus.Ok, Seen, good, world.Time - 10 * ControlWorld.Millisecond, out _));
        var slow = true;
        world.OnClock = () => world.Time += slow ? 21 * ControlWorld.Millisecond : 0;
        Assert.Equal(Interventions.Late | Interventions.Unstamped, Expect(controller, ControlStatus.Held, Seen, good, 0, out var late));
        Assert.Equal(128, late.Samples);
        slow = false;
        var counters = controller.Counters;
        Assert.Equal((14UL, 13UL), (counters.Decisions, counters.Held));
        Assert.Equal((3UL, 1UL, 1UL, 2UL, 5UL, 2UL, 1UL, 0UL), (counters.NonFiniteInput, counters.NonFiniteOutput, counters.WrongSize, counters.BlankImage,
            counters.StaleImage, counters.StateRange, counters.Late, counters.Fault));
        Assert.Equal((6UL, 0UL), (counters.Unstamped, counters.Boxed));
        Assert.Equal((21 * ControlWorld.Millisecond, 21 * ControlWorld.Millisecond, 21 * ControlWorld.Millisecond), (counters.LastNs, counters.LongestNs, counters.TotalNs));
        Assert.Equal(21 * ControlWorld.Millisecond, controller.Latency(1));
        Assert.Equal(0, controller.Latency(0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => controller.Latency(1.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => controller.Latency(double.NaN));
    }

    [Fact]
    public void Checks_that_are_switched_off_let_everything_finite_through()
    {
        using var controller = world.Controller(new()
        {
            CheckImage = false, CheckState = false, MaxImageAge = null, Deadline = null, LimitRate = false, LimitBox = false,
        });
        world.OnClock = () => world.Time += 5_000 * ControlWorld.Millisecond;
        Assert.Equal(Interventions.None, Expect(controller, ControlStatus.Ok, new byte[ControlWorld.ImageBytes], [7, -50], -3, out _));
        Assert.Equal(Interventions.None, Expect(controller, ControlStatus.Ok, Seen, ControlWorld.State, 0, out _));
        Assert.Equal(Interventions.NonFiniteInput, Expect(controller, ControlStatus.Held, Seen, [0, float.NaN], 0, out _));
        Assert.Equal(Interventions.WrongSize, Expect(controller, ControlStatus.Held, [], ControlWorld.State, 0, out _));
        Assert.Equal(ControlStatus.Held, controller.Newest(out var newest));
        Assert.Equal(Interventions.WrongSize, newest.Interventions);
    }

    [Fact]
    public void Without_a_goal_the_hold_action_is_given_and_says_so()
    {
        using var controller = world.Controller(goal: false);
        Assert.Equal(Interventions.Fault | Interventions.Unstamped, Expect(controller, ControlStatus.NoGoal, Seen, ControlWorld.State, 0, out _));
        Assert.Contains("goal", controller.Message);
        Assert.Equal(ControlStatus.NoGoal, controller.Newest(out _));
        var q = new float[1];
        Assert.Equal(ControlStatus.NoGoal, controller.Evaluate(Seen, ControlWorld.State, new float[ActionSpace.Dimensions], q));
        Assert.Equal(ControlStatus.InvalidArgument, controller.SetGoal(Seen.AsSpan(1)));
        Assert.Contains("goal image", controller.Message);
        Assert.Equal(ControlStatus.NoGoal, controller.Act(Seen, ControlWorld.State, 0, out var second));
        Assert.Equal((2UL, 2UL, 2UL, 1UL), (controller.Counters.Decisions, controller.Counters.Held, controller.Counters.Fault, controller.Counters.WrongSize));
        Assert.Equal(1UL, second.Index);
        // A wrong size leaves the goal that there is.
        Assert.Equal(ControlStatus.Ok, controller.SetGoal(ControlWorld.Image(1000)));
        Assert.Equal(ControlStatus.InvalidArgument, controller.SetGoal([]));
        Assert.Equal(ControlStatus.Ok, controller.Act(Seen, ControlWorld.State, 0, out _));
    }

    [Fact]
    public void A_state_of_another_length_reaches_no_decision()
    {
        using var controller = world.Controller();
        Expect(controller, ControlStatus.InvalidArgument, Seen, [0], 0, out _);
        Assert.Contains("2 finite numbers", controller.Message);
        Assert.Equal(0UL, controller.Counters.Decisions);
        Assert.Equal(ControlStatus.Ok, controller.Act(Seen, ControlWorld.State, 0, out var first));
        Assert.Equal(0UL, first.Index);
    }

    [Fact]
    public void The_watchdog_gives_the_hold_action_when_there_is_no_fresh_decision()
    {
        var hold = new float[] { 0.01f, 0, 0, 0, 1, 0, 0 };
        using var controller = world.Controller(new() { Hold = hold, Deadline = TimeSpan.FromMilliseconds(5) });
        Assert.Equal(ControlStatus.Held, controller.Newest(out var none));
        Assert.Equal((Interventions.Watchdog, 0L), (none.Interventions, none.FinishedNs));
        Assert.Equal(hold, ControlWorld.Numbers(none));
        Assert.Equal(ControlStatus.Ok, controller.Act(Seen, ControlWorld.State, 0, out var given));
        world.Time += 5 * ControlWorld.Millisecond;
        Assert.Equal(ControlStatus.Ok, controller.Newest(out _));
        world.Time++;
        Assert.Equal(ControlStatus.Held, controller.Newest(out var old));
        Assert.Equal((Interventions.Watchdog, given.FinishedNs, given.Index, -1f, 0), (old.Interventions, old.FinishedNs, old.Index, old.Q, old.Samples));
        Assert.Equal(hold, ControlWorld.Numbers(old));
        Assert.Equal((2UL, 1UL, 0UL), (controller.Counters.Watchdog, controller.Counters.Decisions, controller.Counters.Held));
        // The next decision is not held.
        Assert.Equal(ControlStatus.Ok, controller.Act(Seen, ControlWorld.State, 0, out _));
        Assert.Equal(ControlStatus.Ok, controller.Newest(out _));
    }

    [Fact]
    public void Changes_are_limited_from_the_action_given_before_hold_included()
    {
        var rate = Enumerable.Repeat(0.01f, ActionSpace.Dimensions).ToArray();
        for (var d = ActionSpace.Close; d < rate.Length; d++) rate[d] = float.NaN;
        using var free = world.Controller(new() { LimitRate = false });
        using var controller = world.Controller(new() { Rate = rate });
        var (before, limited) = (new float[ActionSpace.Dimensions], 0UL);
        for (var n = 0; n < 40; n++)
        {
            var image = n % 5 == 3 ? new byte[ControlWorld.ImageBytes] : ControlWorld.Image((ulong)n);
            var (status, wanted) = (free.Act(image, ControlWorld.State, 0, out var own), ControlWorld.Numbers(own));
            var found = Expect(controller, status, image, ControlWorld.State, 0, out var decision) & ~Interventions.Unstamped;
            var given = ControlWorld.Numbers(decision);
            if (n == 0) Assert.Equal(wanted, given);
            else if (status == ControlStatus.Ok)
            {
                for (var d = 0; d < given.Length; d++) Assert.Equal(Math.Clamp(wanted[d], before[d] - (float.IsNaN(rate[d]) ? 9 : rate[d]), before[d] + (float.IsNaN(rate[d]) ? 9 : rate[d])), given[d]);
                Assert.Equal(given.AsSpan().SequenceEqual(wanted) ? Interventions.None : Interventions.RateLimited, found);
                if (found != Interventions.None) limited++;
            }
            else Assert.Equal(Interventions.BlankImage, found);
            before = given;
        }
        Assert.Equal(limited, controller.Counters.RateLimited);
        Assert.InRange(limited, 1UL, 39UL);
        controller.Reset();
        free.Reset();
        Assert.Equal(ControlStatus.Ok, free.Act(Seen, ControlWorld.State, 0, out var first));
        Assert.Equal(Interventions.Unstamped, Expect(controller, ControlStatus.Ok, Seen, ControlWorld.State, 0, out var again));
        Assert.Equal(ControlWorld.Numbers(first), ControlWorld.Numbers(again));
    }

    [Fact]
    public void Changes_are_limited_from_the_hold_action_where_the_watchdog_gave_it()
    {
        var rate = Enumerable.Repeat(0.001f, ActionSpace.Dimensions).ToArray();
        for (var d = ActionSpace.Close; d < rate.Length; d++) rate[d] = float.NaN;
        using var controller = world.Controller(new() { Rate = rate, Deadline = TimeSpan.FromMilliseconds(5) });
        Decision Next()
        {
            Assert.Equal(ControlStatus.Ok, controller.Act(Seen, ControlWorld.State, 0, out var decision));
            return decision;
        }
        var first = Next();
        Assert.True(Math.Abs(first.Action[0]) > 0.01f, "the first action is not limited");
        world.Time += 5 * ControlWorld.Millisecond;
        var second = Next();
        Assert.Equal(first.Action[0], second.Action[0], 0.0011f);
        world.Time += 5 * ControlWorld.Millisecond + 1;
        Assert.Equal(ControlStatus.Held, controller.Newest(out _));
        var third = Next();
        for (var d = 0; d < ActionSpace.Close; d++) Assert.InRange(third.Action[d], -rate[d], rate[d]);
        Assert.Equal(Interventions.RateLimited, third.Interventions & Interventions.RateLimited);
        // A deadline that passes while it decides is one, too.
        world.Time += 3 * ControlWorld.Millisecond;
        var fourth = Next();
        var reads = 0;
        world.OnClock = () => world.Time += reads++ == 0 ? 3 * ControlWorld.Millisecond : 2 * ControlWorld.Millisecond + 1;
        var fifth = Next();
        Assert.InRange(fourth.Action[0], -2 * rate[0], 2 * rate[0]);
        for (var d = 0; d < ActionSpace.Close; d++) Assert.InRange(fifth.Action[d], -rate[d], rate[d]);
    }

    [Fact]
    public void Actions_of_a_cloned_policy_outside_its_bounds_are_cut_and_counted()
    {
        var model = ControlWorld.Model(method: "gcbc", change: checkpoint =>
        {
            var bias = checkpoint.Layout.Entries.Last(entry => entry.Name.EndsWith("/bias", StringComparison.Ordinal));
            checkpoint.Average.AsSpan((int)bias.Offset, (int)bias.Shape.Count).Fill(50);
        });
        using var controller = world.Controller(new() { LimitBox = false }, model);
        Assert.Equal(Interventions.Boxed | Interventions.Unstamped, Expect(controller, ControlStatus.Ok, Seen, ControlWorld.State, 0, out var decision));
        Assert.Equal(TinyWorld.Space.High[0], decision.Action[0]);
        Assert.Equal(1UL, controller.Counters.Boxed);
        // The policy alone stays inside them.
        using var device = ControlWorld.OneThread();
        using var policy = new GoalReachingPolicy(device, model);
        var action = new float[ActionSpace.Dimensions];
        policy.Act(Seen, ControlWorld.Image(1000), ControlWorld.State, default, action);
        Assert.Equal(TinyWorld.Space.High[0], action[0]);
    }

    [Fact]
    public void A_disposed_controller_says_so()
    {
        var controller = world.Controller();
        controller.Dispose();
        Action[] calls =
        [
            () => controller.Act(Seen, ControlWorld.State, 0, out _), () => controller.SetGoal(Seen), () => controller.Newest(out _),
            () => controller.Evaluate(Seen, ControlWorld.State, new float[7], new float[1]), () => controller.Reset(), () => _ = controller.Counters,
            () => controller.Latency(0.5), () => controller.Swap(ControlWorld.Model()), () => controller.Swap(() => throw new InvalidOperationException()),
        ];
        Assert.All(calls, call => Assert.Throws<ObjectDisposedException>(call));
    }

    [Fact]
    public void A_narrower_box_cuts_and_counts()
    {
        float[] low = [0.02f, float.NaN, float.NaN, float.NaN, float.NaN, float.NaN, float.NaN], hold = [0.03f, 0, 0, 0, 0, 0, 0];
        using var controller = world.Controller(new() { Low = low, Hold = hold, LimitRate = false });
        var boxed = 0UL;
        for (var n = 0UL; n < 20; n++)
            if ((Expect(controller, ControlStatus.Ok, ControlWorld.Image(n), ControlWorld.State, 0, out var decision) & Interventions.Boxed) != 0)
            {
                Assert.Equal(0.02f, decision.Action[0]);
                boxed++;
            }
        Assert.InRange(boxed, 1UL, 19UL);
        Assert.Equal(boxed, controller.Counters.Boxed);
    }

    [Fact]
    public void Whoever_comes_while_a_thread_decides_is_turned_away_at_once()
    {
        using var controller = world.Controller();
        ControlStatus act = default, goal = default, evaluate = default, reset = default, newest = default;
        Decision busy = default;
        var inside = false;
        world.OnClock = () =>
        {
            if (inside) return;
            inside = true;
            var other = new Thread(() =>
            {
                act = controller.Act(Seen, ControlWorld.State, 0, out busy);
                (goal, evaluate, reset) = (controller.SetGoal(Seen), controller.Evaluate(Seen, ControlWorld.State, [], []), controller.Reset());
                newest = controller.Newest(out _);
            });
            other.Start();
            Assert.True(other.Join(10_000), "the second thread waits");
        };
        Assert.Equal(ControlStatus.Ok, controller.Act(Seen, ControlWorld.State, 0, out var first));
        Assert.Equal((ControlStatus.Busy, ControlStatus.Busy, ControlStatus.Busy, ControlStatus.Busy, ControlStatus.Held), (act, goal, evaluate, reset, newest));
        Assert.Equal(controller.Hold.ToArray(), ControlWorld.Numbers(busy));
        Assert.Equal(ControlStatus.Busy, busy.Status);
        world.OnClock = null;
        Assert.Equal(ControlStatus.Ok, controller.Act(Seen, ControlWorld.State, 0, out var second));
        Assert.Equal((0UL, 1UL, 2UL), (first.Index, second.Index, controller.Counters.Decisions));
    }

    [Fact]
    public void A_fault_while_deciding_holds_with_its_message_and_the_next_decision_is_fine()
    {
        using var controller = world.Controller(new() { Budget = TimeSpan.FromSeconds(1) });
        var reads = 0;
        // The first reading is the start of the decision, the second that of the search.
        world.OnClock = () =>
        {
            if (++reads == 2) throw new ActionableException("the device is gone");
        };
        Assert.Equal(Interventions.Fault | Interventions.Unstamped, Expect(controller, ControlStatus.Held, Seen, ControlWorld.State, 0, out _));
        Assert.Equal("the device is gone", controller.Message);
        Assert.Equal(ControlStatus.Ok, controller.Act(Seen, ControlWorld.State, 0, out _));
        Assert.Equal((2UL, 1UL, 1UL), (controller.Counters.Decisions, controller.Counters.Held, controller.Counters.Fault));
    }

    [Fact]
    public void Evaluating_gives_the_policys_Q_and_refuses_what_is_wrong()
    {
        using var controller = world.Controller(model: ControlWorld.Overflowing());
        float[] good = [0, 0], actions = new float[3 * ActionSpace.Dimensions], q = new float[3], expected = new float[3];
        for (var i = 0; i < actions.Length; i++) actions[i] = 0.01f * i;
        Assert.Equal(ControlStatus.Ok, controller.Evaluate(Seen, good, actions, q));
        using var device = ControlWorld.OneThread();
        using var policy = new GoalReachingPolicy(device, ControlWorld.Overflowing());
        policy.SetGoal(ControlWorld.Image(1000));
        policy.Evaluate(Seen, good, actions, expected);
        Assert.Equal(expected, q);
        void Refused(ControlStatus status, byte[] image, float[] state, float[] rows)
        {
            Assert.Equal(status, controller.Evaluate(image, state, rows, q));
            Assert.Equal([-1, -1, -1], q);
            Assert.NotEqual("", controller.Message);
        }
        Refused(ControlStatus.InvalidArgument, [1], good, actions);
        Refused(ControlStatus.InvalidArgument, Seen, [0, float.NaN], actions);
        Refused(ControlStatus.InvalidArgument, Seen, good, actions[1..]);
        Refused(ControlStatus.InvalidArgument, Seen, good, [.. actions[1..], float.NaN]);
        Refused(ControlStatus.BadModel, Seen, [0, 1], actions);
        Assert.Equal((0UL, 1UL), (controller.Counters.Decisions, controller.Counters.WrongSize));
        using var cloned = world.Controller(model: ControlWorld.Model(method: "gcbc"));
        Assert.Equal(ControlStatus.Unsupported, cloned.Evaluate(Seen, good, actions, q));
    }

    [Fact]
    public void A_spent_budget_is_flagged_with_the_samples_that_fitted()
    {
        using var controller = world.Controller(new() { Budget = TimeSpan.FromMilliseconds(10), LimitRate = false });
        Assert.Equal(Interventions.Unstamped, Expect(controller, ControlStatus.Ok, Seen, ControlWorld.State, 0, out var all));
        Assert.Equal(128, all.Samples);
        world.OnClock = () => world.Time += 3 * ControlWorld.Millisecond;
        Assert.Equal(Interventions.BudgetSpent | Interventions.Unstamped, Expect(controller, ControlStatus.Ok, Seen, ControlWorld.State, 0, out var cut));
        Assert.InRange(cut.Samples, 16, 48);
        Assert.Equal(1UL, controller.Counters.BudgetSpent);
    }
}
