using ActionableModels.Compute;

namespace ActionableModels.Learning;

/// <summary>The paper's methods and ablations (section 6.3) as named settings of one trainer.</summary>
public static class TrainingMethods
{
    /// <summary>The paper's method.</summary>
    public const string ActionableModels = "actionable-models";

    /// <summary>Names, the paper's order of Fig. 5 first, then the ablations.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        ActionableModels, "gcbc", "random-goals-zero", "hindsight-q", "no-chaining", "no-negatives", "uniform-negatives",
        "own-value-chaining",
    ];

    /// <summary>One line on a method for help texts.</summary>
    public static string Describe(string method) => method switch
    {
        "gcbc" => "goal-conditioned behavioural cloning: actions as the network's output, hindsight goals",
        "random-goals-zero" => "hindsight Q-learning with random goals labelled reward 0, no negative actions",
        "hindsight-q" => "hindsight Q-learning without regularisation (positives only; must collapse)",
        "no-chaining" => "Actionable Models with goals of the same episode only",
        "no-negatives" => "Actionable Models without negative actions",
        "uniform-negatives" => "Actionable Models with negatives drawn uniformly instead of by exp(Q)",
        "own-value-chaining" => "Actionable Models with the transition into the cut labelled by its own value (a known trap)",
        _ => "the paper's method: hindsight goals, exp(Q) negatives, goal chaining",
    };

    /// <summary>Throws if there is no such method.</summary>
    /// <exception cref="ActionableException">There is none; the message holds the nearest names.</exception>
    public static void Require(string method)
    {
        if (!Names.Contains(method)) throw new ActionableException(global::ActionableModels.Names.Unknown("method", method, Names));
    }

    /// <summary>Turns settings into those of a method, leaving everything that the method does not define.</summary>
    /// <exception cref="ActionableException">There is no such method.</exception>
    public static TrainingSettings Apply(TrainingSettings settings, string method)
    {
        Require(method);
        var named = settings with { Method = method };
        return method switch
        {
            "gcbc" => named with { Objective = Objective.BehaviouralCloning, RandomGoalShare = 0 },
            "random-goals-zero" => named with { Negatives = NegativeSampling.None, RandomGoalLabel = RandomGoalLabel.Zero },
            "hindsight-q" => named with { Negatives = NegativeSampling.None, RandomGoalShare = 0 },
            "no-chaining" => named with { RandomGoalShare = 0 },
            "no-negatives" => named with { Negatives = NegativeSampling.None },
            "uniform-negatives" => named with { Negatives = NegativeSampling.Uniform },
            "own-value-chaining" => named with { RandomGoalLabel = RandomGoalLabel.OwnValue },
            _ => named,
        };
    }
}
