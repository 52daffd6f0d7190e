using ActionableModels.Learning;
using ActionableModels.Networks;

namespace ActionableModels.Tests.Learning;

/// <summary>The forms of training; the lag of 4 steps ends inside the 6 steps of a run.</summary>
internal static class TrainingForms
{
    private static readonly TrainingSettings Default = TinyWorld.Settings;

    public static IReadOnlyDictionary<string, TrainingSettings> All { get; } = new Dictionary<string, TrainingSettings>
    {
        ["default"] = Default,
        ["batch norm"] = Default with { Normalisation = Normalisation.Batch },
        ["goal towers"] = Default with { GoalMerge = GoalMerge.Towers },
        ["two target networks"] = Default with
        {
            TargetNetworks = 2, LagSteps = 4, TargetMaximum = TargetMaximum.Cem, MonteCarloBound = false, LearningRate = 0.02f, Batch = 16,
        },
        ["momentum"] = Default with { Optimizer = OptimizerKind.Momentum, LearningRate = 0.05f, L2 = 1e-3f, FinalRateShare = 0.1f },
        ["gcbc"] = TrainingMethods.Apply(Default, "gcbc"),
        ["distortion"] = Default with { PhotometricDistortion = true },
        ["centre crop"] = Default with { RandomCrop = false },
        ["nearest value"] = Default with { GoalSampler = "nearest-value", RandomGoalShare = 1 },
        ["skewed"] = Default with { GoalSampler = "skewed", RandomGoalShare = 1 },
        ["same scene"] = Default with { GoalSampler = "same-scene", RandomGoalShare = 1 },
        ["random goals at zero"] = TrainingMethods.Apply(Default, "random-goals-zero"),
        ["own value"] = TrainingMethods.Apply(Default, "own-value-chaining"),
        ["uniform negatives"] = TrainingMethods.Apply(Default, "uniform-negatives"),
        ["everything"] = Default with
        {
            Normalisation = Normalisation.Batch, GoalMerge = GoalMerge.Towers, TargetNetworks = 2, LagSteps = 4,
                PhotometricDistortion = true,
            GoalSampler = "skewed", TargetMaximum = TargetMaximum.Cem, Optimizer = OptimizerKind.Momentum, LearningRate = 0.01f,
        },
    };
}
