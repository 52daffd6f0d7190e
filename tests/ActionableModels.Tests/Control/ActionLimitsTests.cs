using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Control;
using ActionableModels.Policies;

namespace ActionableModels.Tests.Control;

public sealed class ActionLimitsTests
{
    private const int D = ActionSpace.Dimensions;
    private static readonly ActionSpace Space = ActionSpace.QtOpt;

    private static float[] With(int dimension, float value, float others = float.NaN)
    {
        var values = Enumerable.Repeat(others, D).ToArray();
        values[dimension] = value;
        return values;
    }

    [Fact]
    public void The_defaults_are_the_models_bounds_half_their_width_and_staying()
    {
        var limits = new ActionLimits(new(), Space);
        Assert.Equal(Space.Low, limits.Low);
        Assert.Equal(Space.High, limits.High);
        Assert.Equal(new float[D], limits.Hold);
        for (var d = 0; d < D; d++)
            Assert.Equal(ActionSpace.IsBinary(d) ? float.PositiveInfinity : (Space.High[d] - Space.Low[d]) / 2, limits.Rate[d]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_given_lies_in_the_box_and_near_the_action_before(bool narrow)
    {
        var options = narrow ? new ControllerOptions { Low = With(0, -0.013f), High = With(3, 0.07f), Rate = With(1, 0.003f), Hold = With(0, 0.02f, 0) } : new();
        var limits = new ActionLimits(options, Space);
        var before = (float[])limits.Hold.Clone();
        var (found, action) = (Interventions.None, new float[D]);
        for (var i = 0; i < 20_000; i++)
        {
            // Far outside now and then, and exactly at the ends.
            for (var d = 0; d < D; d++)
            {
                var u = Philox.Uniform(new RandomKey(3, 975, (ulong)i), (uint)d);
                action[d] = ActionSpace.IsBinary(d) ? MathF.Round(u) : u switch
                {
                    < 0.05f => float.MaxValue, < 0.1f => -float.MaxValue, < 0.15f => limits.Low[d], < 0.2f => limits.High[d], _ => (u - 0.6f) * (Space.High[d] - Space.Low[d]),
                };
            }
            var wanted = (float[])action.Clone();
            var cut = limits.Apply(action, before);
            found |= cut;
            Assert.Equal(cut == Interventions.None, wanted.AsSpan().SequenceEqual(action));
            for (var d = 0; d < D; d++)
            {
                Assert.InRange(action[d], limits.Low[d], limits.High[d]);
                Assert.True(Math.Abs((double)action[d] - before[d]) <= limits.Rate[d] * (1 + 1e-6), $"{before[d]} to {action[d]} in dimension {d}");
                if (ActionSpace.IsBinary(d)) Assert.Equal(wanted[d], action[d]);
            }
            action.CopyTo(before, 0);
        }
        Assert.Equal(Interventions.Boxed | Interventions.RateLimited, found);
    }

    [Fact]
    public void The_first_action_is_only_boxed_and_limits_can_be_switched_off()
    {
        var action = With(0, 5, 0);
        Assert.Equal(Interventions.Boxed, new ActionLimits(new(), Space).Apply(action, []));
        Assert.Equal(Space.High[0], action[0]);
        Assert.Equal(Interventions.None, new ActionLimits(new() { LimitRate = false }, Space).Apply(action, With(0, Space.Low[0], 0)));
        Assert.Equal(Space.High[0], action[0]);
        Assert.Equal(Space.High, new ActionLimits(new() { LimitBox = false, High = With(0, 0.01f) }, Space).High);
    }

    public static TheoryData<string, string, ControllerOptions> Wrong => new()
    {
        { "Low of x", "from -0.1 to 0.1", new() { Low = With(0, -0.2f) } },
        { "High of y", "from -0.1 to 0.1", new() { High = With(1, float.PositiveInfinity) } },
        { "Low of z", "above High", new() { Low = With(2, 0.05f), High = With(2, 0.01f) } },
        { "High of close", "0 or 1", new() { High = With(4, 0.5f) } },
        { "Low has", "7", new() { Low = [0] } },
        { "Hold of x", "from -0.1 to 0.1", new() { Hold = With(0, 0.3f, 0) } },
        { "Hold of azimuth", "the box", new() { Hold = With(3, float.NaN, 0) } },
        { "Hold of y", "from 0.01 to 0.1", new() { Low = With(1, 0.01f) } },
        { "Hold of open", "0 or 1", new() { Hold = With(5, 0.5f, 0) } },
        { "Hold has", "7", new() { Hold = [] } },
        { "Rate of x", "0 or more", new() { Rate = With(0, -1) } },
        { "Rate of terminate", "0 or at least 1", new() { Rate = With(6, 0.5f) } },
        { "Rate has", "7", new() { Rate = [1, 2] } },
        { "Iterations", "from 1 to", new() { Cem = new(0, 64, 6) } },
        { "Samples", "from 1 to", new() { Cem = new(2, 0, 6) } },
        { "Cem.Iterations and Cem.Samples", "at most 65536", new() { Cem = new(2, 65_536, 6) } },
        { "Elites", "from 1 to 8", new() { Cem = new(2, 8, 9) } },
        { "Budget", "more than 0", new() { Budget = TimeSpan.Zero } },
        { "Deadline", "more than 0", new() { Deadline = TimeSpan.FromMilliseconds(-1) } },
        { "MaxImageAge", "at most a day", new() { MaxImageAge = TimeSpan.MaxValue } },
        { "StateLow", "low is at most high", new() { StateLow = [0, 4] } },
        { "StateHigh", "both are numbers", new() { StateHigh = [float.NaN, 3] } },
        { "StateLow", "it has 2", new() { StateLow = [0] } },
    };

    [Theory, MemberData(nameof(Wrong))]
    public void Each_wrong_option_is_named_with_what_is_allowed(string option, string allowed, ControllerOptions options)
    {
        var fault = Assert.ThrowsAny<ActionableException>(() => new ActionLimits(options.Checked(), Space));
        Assert.Contains(option, fault.Message);
        Assert.Contains(allowed, fault.Message);
    }
}
