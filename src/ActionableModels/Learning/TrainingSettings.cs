using System.Text.Json;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Storage;

namespace ActionableModels.Learning;

/// <summary>What the network learns.</summary>
public enum Objective
{
    /// <summary>A goal-conditioned Q-function (section 4).</summary>
    QFunction,
    /// <summary>Actions by supervised learning on hindsight goals (GCBC, section 6.3).</summary>
    BehaviouralCloning,
}

/// <summary>How negative actions are chosen from uniform candidates (section 4.1).</summary>
public enum NegativeSampling
{
    /// <summary>By exp(Q/temperature): the paper.</summary>
    ExpQ,
    /// <summary>Uniformly: an ablation.</summary>
    Uniform,
    /// <summary>No negatives: hindsight Q-learning.</summary>
    None,
}

/// <summary>What a relabelled sub-sequence ends with when its goal is a random one (section 4.2, section 6.3).</summary>
public enum RandomGoalLabel
{
    /// <summary>The transition into the cut bootstraps like every other: goal chaining.</summary>
    Chain,
    /// <summary>
    /// The transition into the cut is labelled with its own current value, so it teaches nothing: line 6 of Algorithm 1 put on the
    /// transition instead of the pair at the cut. It cuts the only link between episodes; kept as the trap that it is.
    /// </summary>
    OwnValue,
    /// <summary>The transition into the cut ends with reward 0: the random-goal baseline.</summary>
    Zero,
}

/// <summary>Over which actions the target's maximum is taken.</summary>
public enum TargetMaximum
{
    /// <summary>The cross-entropy method (the paper).</summary>
    Cem,
    /// <summary>Uniform samples and the recorded next action: cheap, for compact networks.</summary>
    Samples,
}

/// <summary>Gradient descent rules.</summary>
public enum OptimizerKind
{
    /// <summary>Adam.</summary>
    Adam,
    /// <summary>Momentum SGD (QT-Opt: 0.9).</summary>
    Momentum,
}

/// <summary>
/// Everything that decides what a training run computes. Equal settings, data and seed give equal bytes. They are parameters, not only
/// properties, so that a setting which a file leaves out keeps its default.
/// </summary>
/// <param name="Method">Name of the method that these settings started from (<see cref="TrainingMethods"/>).</param>
/// <param name="Preset">Network preset.</param>
/// <param name="GoalMerge">How the images meet; overrides the preset's.</param>
/// <param name="Normalisation">Normalisation; overrides the preset's.</param>
/// <param name="Objective">What the network learns.</param>
/// <param name="Batch">Transitions per step.</param>
/// <param name="Discount">Discount γ. QT-Opt used 0.9; small networks need more (recipes: 0.97).</param>
/// <param name="RandomGoalShare">Share of rows whose goal is random (section 5.1 relabels each transition once each way: one half).</param>
/// <param name="GoalSampler">How random goals are chosen.</param>
/// <param name="RandomGoalLabel">How the cut is labelled under a random goal.</param>
/// <param name="MonteCarloBound">y = max(y, γ^k) for goals of the same episode that lie k steps after s_{t+1}. Not in the paper.</param>
/// <param name="Negatives">How negatives are chosen.</param>
/// <param name="NegativeCandidates">Uniform candidates per row.</param>
/// <param name="NegativeDraws">Negatives per row (the paper: 1); their weights sum to <see cref="NegativeWeight"/>.</param>
/// <param name="ExclusionDistance">Least distance of a negative from the recorded action, in half-ranges of the action space.</param>
/// <param name="Temperature">Temperature of exp(Q/temperature).</param>
/// <param name="NegativeWeight">Weight λ of the negative loss (equation 1: 1).</param>
/// <param name="TargetMaximum">Where the target's maximum is taken.</param>
/// <param name="TargetSamples">Uniform samples when <see cref="TargetMaximum"/> is samples.</param>
/// <param name="CemIterations">CEM iterations.</param>
/// <param name="CemSamples">CEM samples per iteration.</param>
/// <param name="CemElites">CEM elites.</param>
/// <param name="TargetNetworks">Target networks: 1 (the average) or 2 (also the average of some steps ago, QT-Opt).</param>
/// <param name="AverageRate">Rate of the moving average (QT-Opt: 0.0001).</param>
/// <param name="LagSteps">Steps between copies of the average to the lagged target (QT-Opt: 6000).</param>
/// <param name="Optimizer">Gradient descent rule.</param>
/// <param name="LearningRate">Learning rate (QT-Opt: 0.0001 with momentum).</param>
/// <param name="FinalRateShare">The learning rate falls linearly to this share of itself at the last step; 1 keeps it.</param>
/// <param name="L2">L2 on convolution and dense weights (QT-Opt: 7e-5).</param>
/// <param name="RandomCrop">Random crops where the camera is larger than the network's input; else the centre.</param>
/// <param name="PhotometricDistortion">Photometric distortion of both images, drawn apart (QT-Opt's ranges).</param>
/// <param name="Steps">Gradient steps in all.</param>
/// <param name="Seed">Seed of everything random.</param>
public sealed record TrainingSettings(
    string Method = TrainingMethods.ActionableModels,
    string Preset = "compact-48",
    Networks.GoalMerge? GoalMerge = null,
    Networks.Normalisation? Normalisation = null,
    Objective Objective = Objective.QFunction,
    int Batch = 64,
    float Discount = 0.97f,
    float RandomGoalShare = 0.5f,
    string GoalSampler = "uniform",
    RandomGoalLabel RandomGoalLabel = RandomGoalLabel.Chain,
    bool MonteCarloBound = true,
    NegativeSampling Negatives = NegativeSampling.ExpQ,
    int NegativeCandidates = 16,
    int NegativeDraws = 4,
    float ExclusionDistance = 0.5f,
    float Temperature = 1,
    float NegativeWeight = 1,
    TargetMaximum TargetMaximum = TargetMaximum.Samples,
    int TargetSamples = 16,
    int CemIterations = 2,
    int CemSamples = 64,
    int CemElites = 6,
    int TargetNetworks = 1,
    float AverageRate = 0.005f,
    int LagSteps = 6000,
    OptimizerKind Optimizer = OptimizerKind.Adam,
    float LearningRate = 1e-3f,
    float FinalRateShare = 1,
    float L2 = 0,
    bool RandomCrop = true,
    bool PhotometricDistortion = false,
    long Steps = 8000,
    ulong Seed = 0)
{
    // Beyond these, numbers of rows and random counters would not fit their types.
    private const long MostRows = 1 << 24, MostSteps = 1L << 40;

    /// <summary>The settings as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, HeaderJson.Default.TrainingSettings);

    /// <summary>Reads and checks settings.</summary>
    /// <exception cref="ActionableException">The text is not valid.</exception>
    public static TrainingSettings FromJson(string text, string where)
    {
        try
        {
            return (JsonSerializer.Deserialize(text, HeaderJson.Default.TrainingSettings) ?? throw new JsonException("they are null")).Checked(where);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw new ActionableException(
                $"{where}: the training settings cannot be read ({FileFault.Show(e.Message)}); was the file written by another version?",
                e);
        }
    }

    /// <summary>Checks every value and returns the settings.</summary>
    /// <exception cref="ActionableException">A value is out of range; the message names it.</exception>
    public TrainingSettings Checked(string where)
    {
        void Require(bool holds, string what)
        {
            if (!holds) throw new ActionableException($"{where}: {what}");
        }
        Require(Method is not null && Preset is not null && GoalSampler is not null, "method, preset or goal sampler is missing");
        Require(TrainingMethods.Names.Contains(Method!), Names.Unknown("method", Method!, TrainingMethods.Names));
        Require(GoalSamplers.Names.Contains(GoalSampler!), Names.Unknown("goal sampler", GoalSampler!, GoalSamplers.Names));
        Require(Enum.IsDefined(Objective) && Enum.IsDefined(Negatives) && Enum.IsDefined(RandomGoalLabel) && Enum.IsDefined(TargetMaximum)
            && Enum.IsDefined(Optimizer)
            && (GoalMerge is not { } merge || Enum.IsDefined(merge)) && (Normalisation is not { } norm || Enum.IsDefined(norm)),
            "a setting has an unknown value");
        Require(Objective == Objective.QFunction || RandomGoalShare == 0,
            $"behavioural cloning imitates the way to goals that were reached: set the random goal share to 0, not {RandomGoalShare}");
        Require(Batch is >= 1 and <= 65536, $"batch {Batch} is not within 1 to 65536");
        Require(Discount is > 0 and <= 1, $"discount {Discount} is not within (0, 1]");
        Require(RandomGoalShare is >= 0 and <= 1, $"random goal share {RandomGoalShare} is not within 0 to 1");
        Require(NegativeCandidates is >= 1 and <= 4096, $"{NegativeCandidates} negative candidates are not within 1 to 4096");
        Require(NegativeDraws >= 1 && NegativeDraws <= NegativeCandidates,
            $"{NegativeDraws} negatives are not within 1 to the {NegativeCandidates} candidates");
        Require(ExclusionDistance >= 0 && float.IsFinite(ExclusionDistance),
            $"exclusion distance {ExclusionDistance} is negative or not finite");
        Require(Temperature > 0 && float.IsFinite(Temperature), $"temperature {Temperature} is not positive");
        Require(NegativeWeight >= 0 && float.IsFinite(NegativeWeight), $"negative weight {NegativeWeight} is negative or not finite");
        Require(TargetSamples is >= 0 and <= 4096, $"{TargetSamples} target samples are not within 0 to 4096");
        Require(CemIterations is >= 1 and <= 100, $"{CemIterations} CEM iterations are not within 1 to 100");
        Require(CemSamples is >= 2 and <= 65536 && CemElites >= 1 && CemElites <= CemSamples,
            $"CEM with {CemSamples} samples and {CemElites} elites is not possible");
        Require((long)Batch * Math.Max(NegativeCandidates, Math.Max(TargetSamples + 1, CemSamples)) <= MostRows,
            $"a batch of {Batch} with {NegativeCandidates} negative candidates, {TargetSamples} target samples and {CemSamples} CEM samples is more than {MostRows} actions per step");
        Require(TargetNetworks is 1 or 2, $"{TargetNetworks} target networks: use 1 or 2");
        Require(AverageRate is > 0 and <= 1, $"average rate {AverageRate} is not within (0, 1]");
        Require(LagSteps >= 1, $"lag of {LagSteps} steps is not positive");
        Require(LearningRate > 0 && float.IsFinite(LearningRate), $"learning rate {LearningRate} is not positive");
        Require(FinalRateShare is >= 0 and <= 1, $"final rate share {FinalRateShare} is not within 0 to 1");
        Require(L2 >= 0 && float.IsFinite(L2), $"L2 {L2} is negative or not finite");
        Require(Steps is >= 0 and <= MostSteps, $"{Steps} steps are not within 0 to {MostSteps}");
        return this;
    }
}
