using ActionableModels.Learning;

namespace ActionableModels.Tests.Learning;

/// <summary>Q learned by the trainer against exact dynamic programming on one-hot images.</summary>
public sealed class TabularTests
{
    /// <summary>Two episodes that share state 2 alone: 0→1→2 and 2→3→4→3. Every state has an action, so the backup is closed.</summary>
    private static readonly TabularWorld Chain = new(([0, 1, 2], [1, 2]), ([2, 3, 4, 3], [1, 3, 2]));

    private static readonly TrainingSettings Settings = new()
    {
        Steps = 5000, Batch = 64, Discount = 0.9f, MonteCarloBound = false, NegativeCandidates = 48, NegativeDraws = 1,
        ExclusionDistance = 0.5f,
        TargetSamples = 24, AverageRate = 0.01f, LearningRate = 2e-3f, FinalRateShare = 0, Seed = 7,
    };

    public static TheoryData<string, float, bool, NegativeSampling> Cases => new()
    {
        { "chaining", 0.5f, false, NegativeSampling.ExpQ },
        { "no chaining", 0, false, NegativeSampling.ExpQ },
        { "uniform negatives", 0.5f, false, NegativeSampling.Uniform },
        { "Monte-Carlo bound", 0.5f, true, NegativeSampling.ExpQ },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void LearnedQMatchesTheConservativeBackup(string name, float share, bool bound, NegativeSampling negatives)
    {
        var settings = Settings with { RandomGoalShare = share, MonteCarloBound = bound, Negatives = negatives };
        var exact = Chain.Exact(settings);
        using var folder = new TemporaryFolder();
        var learned = Chain.Train(settings, folder.Path);
        var (worst, sum, count, where) = (0.0, 0.0, 0, "");
        for (var s = 0; s < Chain.States; s++)
            for (var a = 0; a < TabularWorld.ActionCount; a++)
                for (var g = 0; g < Chain.States; g++)
                {
                    if (double.IsNaN(exact[s, a, g])) continue;
                    var error = Math.Abs(exact[s, a, g] - learned[s, a, g]);
                    (sum, count) = (sum + error, count + 1);
                    if (error > worst)
                        (worst, where) = (error, $"Q({s}, {a}, {g}): exact {exact[s, a, g]:0.000}, learned {learned[s, a, g]:0.000}");
                }
        Assert.True(worst < 0.08 && sum / count < 0.02, $"{name}: mean error {sum / count:0.0000} over {count}, worst {where}");
    }

    [Fact]
    public void ChainingConnectsEpisodesThatShareNoGoal()
    {
        using var folder = new TemporaryFolder();
        var chained = Chain.Train(Settings, folder.Path);
        Assert.True(chained[0, 1, 4] > chained[0, 0, 4] + 0.1 && chained[0, 1, 4] > 0.2,
            $"with chaining Q(0, recorded, 4) = {chained[0, 1, 4]:0.000}");

        var trap = Settings with { RandomGoalLabel = RandomGoalLabel.OwnValue };
        var exactTrap = Chain.Exact(trap);
        Assert.True(exactTrap[0, 1, 4] < 0.01, "the exact value under the own-value label has no link between the episodes");
        using var second = new TemporaryFolder();
        var learnedTrap = Chain.Train(trap, second.Path);
        Assert.True(learnedTrap[0, 1, 4] < 0.1, $"own-value label: Q(0, recorded, 4) = {learnedTrap[0, 1, 4]:0.000}, the link must be cut");
    }

    [Fact]
    public void WithoutNegativesQGoesToOne()
    {
        using var folder = new TemporaryFolder();
        var q = Chain.Train(TrainingMethods.Apply(Settings with { Discount = 0.97f, Steps = 2000 }, "hindsight-q"), folder.Path);
        var mean = q.Cast<double>().Average();
        Assert.True(mean > 0.9, $"mean Q over all states, actions and goals is {mean:0.000}");
    }

    [Fact]
    public void RandomGoalsAtZeroLeaveUnseenActionsOverEstimated()
    {
        var settings = TrainingMethods.Apply(Settings with { Discount = 0.97f }, "random-goals-zero");
        using var folder = new TemporaryFolder();
        var q = Chain.Train(settings, folder.Path);
        using var second = new TemporaryFolder();
        var ours = Chain.Train(Settings with { Discount = 0.97f }, second.Path);
        // Actions 0 is never recorded anywhere: nothing in the data says that it reaches a goal.
        double Unseen(double[,,] table) => Enumerable.Range(0, 3).Average(s => table[s, 0, s + 1]);
        Assert.True(Unseen(q) > 0.5, $"random goals at 0: Q of an action never recorded is {Unseen(q):0.000}");
        Assert.True(Unseen(ours) < 0.1, $"Actionable Models: Q of an action never recorded is {Unseen(ours):0.000}");
    }
}
