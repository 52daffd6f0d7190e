using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Control;
using ActionableModels.Policies;

namespace ActionableModels.Tests.Control;

public sealed class ControlledPolicyTests
{
    [Fact]
    public void Each_episode_starts_anew_with_its_goal_and_limits_are_in_force()
    {
        var model = ControlWorld.Model();
        var rate = new float[] { 0, 0, 0, 0, float.NaN, float.NaN, float.NaN };
        using var limited = new ControlledPolicy(ControlWorld.OneThread, model, new() { Rate = rate });
        using var device = ControlWorld.OneThread();
        using var policy = new GoalReachingPolicy(device, model);
        float[] own = new float[ActionSpace.Dimensions], first = new float[own.Length], given = new float[own.Length];
        for (var episode = 0UL; episode < 3; episode++)
            for (var step = 0UL; step < 4; step++)
            {
                var (seen, goal) = (ControlWorld.Image(10 * episode + step), ControlWorld.Image(500 + episode));
                // Each episode draws the controller's numbers from 0 on.
                var q = policy.Act(seen, goal, ControlWorld.State, new RandomKey(0, Streams.Policy, step), own);
                Assert.Equal(q, limited.Act(seen, goal, ControlWorld.State, new RandomKey(77, Streams.Policy, episode << 32 | step), given));
                if (step == 0) own.CopyTo(first, 0);
                Assert.Equal((float[])[.. first[..4], .. own[4..]], given);
            }
        Assert.Equal((12UL, 9UL, 0UL), (limited.Counters.Decisions, limited.Counters.RateLimited, limited.Counters.Held));
    }

    [Fact]
    public void Without_a_start_there_is_no_goal()
    {
        using var limited = new ControlledPolicy(ControlWorld.OneThread, ControlWorld.Model());
        Assert.Contains("goal", Assert.ThrowsAny<ActionableException>(() =>
            limited.Act(ControlWorld.Image(1), ControlWorld.Image(2), ControlWorld.State, new RandomKey(1, 2, 3), new float[ActionSpace.Dimensions])).Message);
    }
}
